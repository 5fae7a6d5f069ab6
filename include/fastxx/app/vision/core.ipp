#pragma once

#include <fastxx/app/vision/core.hpp>

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

namespace fastxx::vision {

FASTXX_INLINE ImageBW::ImageBW(Tensor const& stack, std::int64_t index)
    : owner_(stack),
      height_(stack.size(1)),
      width_(stack.size(2)),
      pixels_(stack.data_ptr<std::uint8_t>() + index * height_ * width_) {}

FASTXX_INLINE TensorImageBW ImageBW::stack(Tensor const& images, std::span<std::int64_t const> rows) {
  auto const height = images.size(1), width = images.size(2);
  auto const size = static_cast<std::size_t>(height * width);
  Tensor batch = at::empty({static_cast<std::int64_t>(rows.size()), 1, height, width}, at::kByte);
  auto const* const in = images.data_ptr<std::uint8_t>();
  auto* out = batch.data_ptr<std::uint8_t>();
  for (auto const row : rows) {
    std::memcpy(out, in + static_cast<std::size_t>(row) * size, size);
    out += size;
  }
  return TensorImageBW(std::move(batch));
}

FASTXX_INLINE TensorImageBW ImageBW::tensor() const {
  Tensor copy = at::empty({1, height_, width_}, at::kByte);
  std::memcpy(copy.data_ptr<std::uint8_t>(), pixels_, static_cast<std::size_t>(height_ * width_));
  return TensorImageBW(std::move(copy));
}

FASTXX_INLINE Tensor ImageBW::checked(Tensor const& image) {
  bool const fits = image.defined() && image.scalar_type() == at::kByte && (image.dim() == 2 || image.dim() == 3) &&
                    (image.dim() == 2 || image.size(0) == 1);
  if (!fits)
    throw tensor_error("image_bw.tensor", {.call = "ImageBW",
                                           .expected = "a uint8 tensor (H,W) or (1,H,W)",
                                           .got = image.defined() ? detail::shape_text(image.sizes()) : "no tensor",
                                           .fix = "select one image and convert it with .to(at::kByte)"});
  return image.cpu().contiguous().view({1, image.size(-2), image.size(-1)});
}

}  // namespace fastxx::vision
