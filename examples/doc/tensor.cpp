// Semantic tensors: a tensor that knows what it is, and a type of your own beside the library's.
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <concepts>
#include <cstdio>

struct TensorDepth : fastxx::Semantic<TensorDepth, fastxx::TensorImageBase> {  // metres from the camera
  using Semantic::Semantic;
};

int main() {
  fastxx::TensorImageBW const image(at::arange(6, at::kFloat).view({1, 2, 3}));
  TensorDepth const depth(at::ones({1, 2, 3}));

  auto const brighter = (image * 1.5 + 10).clamp(0, 255);  // arithmetic keeps the type ...
  auto const row = image.permute({1, 2, 0})[0];            // ... and so do shapes and indexing
  static_assert(std::same_as<decltype(brighter), fastxx::TensorImageBW const>);
  static_assert(std::same_as<decltype(row), fastxx::TensorImageBW const>);

  at::Tensor const mean = at::mean(image);           // libtorch takes it as a tensor, and gives one back
  auto const fogged = image + depth.tensor() * 0.1;  // image + depth would not compile: what would it be?
  static_assert(sizeof(TensorDepth) == sizeof(at::Tensor));
  std::printf("mean %.1f, brightest %.1f, row of %ld, fog %.1f\n", mean.item<double>(), brighter.max().item<double>(),
              static_cast<long>(row.size(0)), fogged.tensor().max().item<double>());
}
