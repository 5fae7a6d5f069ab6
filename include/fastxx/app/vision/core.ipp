#pragma once

#include <fastxx/app/vision/core.hpp>
#include <fastxx/low/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::vision::detail {

inline Tensor checked_image(Tensor const& image, std::int64_t channels, char const* type) {
  auto const fits = [&] {
    if (!image.defined() || image.scalar_type() != at::kByte) return false;
    if (channels == 1 && (image.dim() == 2 || (image.dim() == 3 && image.size(0) == 1))) return true;
    return image.dim() == 3 && image.size(2) == channels;
  };
  if (!fits())
    throw tensor_error(
        "image.tensor",
        {.call = type,
         .expected = channels == 1 ? std::string("a uint8 tensor (H,W), (H,W,1) or (1,H,W)")
                                   : "a uint8 tensor (H,W," + std::to_string(channels) + ")",
         .got = fastxx::detail::type_and_shape(image),
         .fix = "select one image, turn a (C,H,W) one by .permute({1, 2, 0}), convert it with .to(at::kByte)"});
  bool const channel_first = channels == 1 && image.dim() == 3 && image.size(0) == 1;
  return image.cpu().contiguous().view(
      {image.size(channel_first ? 1 : 0), image.size(channel_first ? 2 : 1), channels});
}

FASTXX_INLINE ImageRows::ImageRows(Tensor const& image, std::int64_t channels, char const* type)
    : owner_(checked_image(image, channels, type)),
      height_(owner_.size(0)),
      width_(owner_.size(1)),
      pixels_(owner_.data_ptr<std::uint8_t>()) {}

FASTXX_INLINE ImageRows::ImageRows(Tensor const& stack, std::int64_t index, std::int64_t channels)
    : owner_(stack),
      height_(stack.size(1)),
      width_(stack.size(2)),
      pixels_(stack.data_ptr<std::uint8_t>() + index * height_ * width_ * channels) {}

// Writes images into one tensor, each of `size` bytes.
class Stack {
 public:
  Stack(std::size_t count, std::int64_t height, std::int64_t width, std::int64_t channels)
      : batch_(at::empty({static_cast<std::int64_t>(count), height, width, channels}, at::kByte)),
        to_(batch_.data_ptr<std::uint8_t>()),
        size_(static_cast<std::size_t>(height * width * channels)) {}

  void add(std::uint8_t const* pixels) {
    if (size_ > 0) std::memcpy(to_, pixels, size_);
    to_ += size_;
  }
  Tensor images() const { return batch_.permute({0, 3, 1, 2}); }

 private:
  Tensor batch_;
  std::uint8_t* to_;
  std::size_t size_;
};

FASTXX_INLINE Tensor stacked_images(std::span<ImageRows const> images, std::int64_t channels, char const* type) {
  auto const height = images[0].height(), width = images[0].width();
  Stack stack(images.size(), height, width, channels);
  for (std::size_t i = 0; i < images.size(); ++i) {
    if (images[i].height() != height || images[i].width() != width)
      throw collate_shapes_error(type, 0, fastxx::detail::shape_text({height, width}), i,
                                 fastxx::detail::shape_text({images[i].height(), images[i].width()}));
    stack.add(images[i].pixels());
  }
  return stack.images();
}

FASTXX_INLINE Tensor stacked_rows(Tensor const& stack, std::span<std::int64_t const> rows, std::int64_t channels) {
  auto const height = stack.size(1), width = stack.size(2);
  Stack batch(rows.size(), height, width, channels);
  auto const* const first = stack.data_ptr<std::uint8_t>();
  for (auto const row : rows) batch.add(first + row * height * width * channels);
  return batch.images();
}

}  // namespace fastxx::vision::detail

namespace fastxx::vision {

FASTXX_INLINE ImageMask::ImageMask(Tensor const& classes) {
  bool const fits = classes.defined() && classes.dim() == 2 && at::isIntegralType(classes.scalar_type(), false) &&
                    classes.scalar_type() != at::kChar;
  if (!fits)
    throw tensor_error("image_mask.tensor", {.call = "ImageMask",
                                             .expected = "a tensor (H,W) of class numbers: uint8, int16, int32, int64",
                                             .got = fastxx::detail::type_and_shape(classes),
                                             .fix = "a (1,H,W) one loses its channel by [0]"});
  classes_ = classes.cpu().contiguous();
}

}  // namespace fastxx::vision

namespace fastxx {

FASTXX_INLINE TensorMask collate_for<vision::ImageMask>::collate(std::vector<vision::ImageMask> const& masks) {
  std::vector<Tensor> all;
  for (std::size_t i = 0; i < masks.size(); ++i) {
    all.push_back(masks[i].classes());
    if (all[i].sizes() != all[0].sizes())
      throw collate_shapes_error("ImageMask", 0, detail::shape_text(all[0].sizes()), i,
                                 detail::shape_text(all[i].sizes()));
  }
  return TensorMask(at::stack(all));
}

}  // namespace fastxx
