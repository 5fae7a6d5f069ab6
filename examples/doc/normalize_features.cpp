// Columns of numbers scaled to mean 0 and deviation 1: the inputs a batch begins with; the targets stay as they are.
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <cstdio>
#include <tuple>
#include <vector>

int main() {
  at::Tensor const rooms_and_area = at::tensor({2.f, 50.f, 4.f, 70.f, 6.f, 120.f}).view({3, 2});
  std::tuple const batch(rooms_and_area, /*rent*/ at::tensor({500.f, 800.f, 1300.f}));

  auto tfms = fastxx::pipeline(fastxx::NormalizeFeatures{});
  tfms.setup(std::vector{batch});
  auto const [x, y] = tfms(batch);
  std::printf("rooms %.1f %.1f %.1f, rents %.0f to %.0f\n", x[0][0].item<double>(), x[1][0].item<double>(),
              x[2][0].item<double>(), y.min().item<double>(), y.max().item<double>());
  std::printf("back: %.0f rooms\n", tfms.decode(x)[2][0].item<double>());
}
