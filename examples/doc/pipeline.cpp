// A pipeline: transforms sorted by their order, set up one after another, decoded in reverse, printed as a table.
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

using Batch = std::tuple<fastxx::TensorImageBW, fastxx::TensorCategory>;

struct Mirror {  // left becomes right, and back again
  fastxx::TensorImage encodes(fastxx::TensorImage const& x) const { return x.flip({3}); }
  fastxx::TensorImage decodes(fastxx::TensorImage const& x) const { return x.flip({3}); }
};

int main() {
  // Normalize is given first, but its order (99) is behind IntToFloatTensor's (10) and Mirror's (none: 0).
  auto tfms = fastxx::pipeline(fastxx::Normalize{}, Mirror{}, fastxx::IntToFloatTensor{});
  std::printf("%s\n", tfms.to_string().c_str());

  Batch const batch{at::tensor({0, 51, 102, 255}).to(at::kByte).view({1, 1, 2, 2}), at::tensor({3})};
  tfms.check<Batch>();             // a stage that takes none of these types would be a sentence of the compiler
  tfms.setup(std::vector{batch});  // Normalize sees the batch as the stages before it leave it: floats
  std::printf("%s", decltype(tfms)::describe<Batch>().c_str());

  auto const [x, y] = tfms(batch);
  std::printf("mean %.2f, std %.2f, label %ld\n", x.mean().item<double>(), x.std().item<double>(),
              static_cast<long>(y.template item<int>()));
  auto const back = tfms.decode(x);
  std::printf("learnt mean %.2f, last pixel %ld\n", tfms.get<fastxx::Normalize>().mean.item<double>(),
              static_cast<long>(back.flatten()[3].item<int>()));
}
