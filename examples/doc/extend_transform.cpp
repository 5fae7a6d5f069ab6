// Teaching an existing transform a type of your own, from your own header: the library's source stays as it is.
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <cassert>
#include <cstdio>
#include <tuple>

struct Depth {  // metres for each pixel, (H,W): no tensor type of the library
  fastxx::Tensor metres;
};

template <>
struct fastxx::overload_for<fastxx::encodes_set, fastxx::Normalize, Depth> {
  Depth operator()(Normalize const& t, Depth const& x) const { return {(x.metres - t.mean[0][0]) / t.std[0][0]}; }
};
template <>
struct fastxx::overload_for<fastxx::decodes_set, fastxx::Normalize, Depth> {
  Depth operator()(Normalize const& t, Depth const& x) const { return {x.metres * t.std[0][0] + t.mean[0][0]}; }
};

int main() {
  auto const tfms = fastxx::pipeline(fastxx::Normalize::from_stats({2}, {4}));
  auto const [depth, id] = tfms(std::tuple(Depth{at::full({1, 1}, 10.)}, 7));
  auto const back = tfms.decode(depth);
  std::printf("10 m are %.1f normalised, and %.1f m again; the id is still %d\n", depth.metres.item<double>(),
              back.metres.item<double>(), id);
  assert(depth.metres.item<double>() == 2 && back.metres.item<double>() == 10);
}
