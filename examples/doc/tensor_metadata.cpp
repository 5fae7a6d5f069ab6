// Metadata of semantic tensors: declared by the type as one aggregate, it follows every result.
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <concepts>
#include <cstdio>
#include <iostream>
#include <vector>

struct CameraMeta {
  double focal_length_mm = 0;
};
struct TensorDepth : fastxx::Semantic<TensorDepth, fastxx::TensorImageBase, CameraMeta> {  // metres from the camera
  using Semantic::Semantic;
};

// Depth and colour may meet; the left one's type is the result's.
template <>
inline constexpr bool fastxx::may_mix<TensorDepth, fastxx::TensorImage> = true;

int main() {
  fastxx::TensorPoint const eyes(at::tensor({8.f, 12.f, 24.f, 12.f}).view({2, 2}),
                                 {.img_size = {.width = 32, .height = 32}});
  auto scaled = eyes / 16 - 1;                                // still points, still of a 32 by 32 image
  scaled.img_size = {.width = 64, .height = 64};              // ... until this result says otherwise
  auto const batch = fastxx::stack(std::vector{eyes, eyes});  // the first one's metadata
  std::cout << scaled << " of " << scaled.img_size.width << " pixels, from " << eyes.img_size.width << "; batch of "
            << batch.img_size.width << "\n";

  auto const box = fastxx::as_subclass<fastxx::TensorBBox>(eyes.view({1, 4}));  // a cast keeps what both types have
  fastxx::TensorMask mask(at::ones({2, 2}, at::kLong), {.codes = {"sky", "road"}});
  mask.set_meta(box);  // these two have nothing in common, so nothing happens
  std::cout << box << " of " << box.img_size.width << " pixels; " << (mask == 1) << " is " << mask.codes[1] << "\n";

  TensorDepth const depth(at::full({1, 2, 2}, 3.f), {.focal_length_mm = 35});
  auto const shaded = depth * fastxx::TensorImage(at::full({3, 2, 2}, 0.5f));
  static_assert(std::same_as<decltype(shaded), TensorDepth const>);
  std::printf("shaded through %g mm\n", shaded.focal_length_mm);
}
