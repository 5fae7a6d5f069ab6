#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace fastxx {
namespace vision {

namespace detail {

// Rows of uint8 pixels, whose channels stand side by side, in a tensor that owns them.
class ImageRows {
 public:
  ImageRows() = default;
  // One image, (H,W,channels) or (H,W), also (1,H,W) where there is one channel.
  ImageRows(Tensor const& image, std::int64_t channels, char const* type);
  // Row `index` of a contiguous stack (N,H,W) or (N,H,W,channels).
  ImageRows(Tensor const& stack, std::int64_t index, std::int64_t channels);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::uint8_t const* pixels() const { return pixels_; }

 private:
  Tensor owner_;
  std::int64_t height_ = 0, width_ = 0;
  std::uint8_t const* pixels_ = nullptr;
};

// Images one behind the other, as a tensor (N,C,H,W) whose memory keeps their order: channels last.
Tensor stacked_images(std::span<ImageRows const> images, std::int64_t channels, char const* type);
// The same for these rows of a stack.
Tensor stacked_rows(Tensor const& stack, std::span<std::int64_t const> rows, std::int64_t channels);

}  // namespace detail

/// An image in main memory: a view of rows of bytes that keeps their owner alive, so copies are cheap. It stays bytes until
/// the batch is made. Image is in colour and ImageBW grey.
///
/// Shapes:  height x width x channels bytes, row by row
/// Errors:  tensor_error [image.tensor] for a tensor of another shape or type
/// Source:  the roles of fastai's PILImage and PILImageBW (L-45)
/// Example: examples/doc/vision.cpp
template <class Batch, std::int64_t channels_>
class BasicImage {
 public:
  using batch_type = Batch;
  static constexpr std::int64_t channels = channels_;
  static constexpr char const* type_name = channels == 1 ? "ImageBW" : "Image";

  BasicImage() = default;
  /// A uint8 tensor (H,W,C), for one channel also (H,W) or (1,H,W); it is shared, not copied, when it is contiguous.
  explicit BasicImage(Tensor const& image) : rows_(image, channels, type_name) {}
  /// Row `index` of a contiguous uint8 stack of images (N,H,W,C), for one channel also (N,H,W).
  BasicImage(Tensor const& stack, std::int64_t index) : rows_(stack, index, channels) {}

  /// The batch of these rows of a stack, (N,C,H,W) uint8: what the images would collate to.
  static Batch stack(Tensor const& images, std::span<std::int64_t const> rows) {
    return Batch(detail::stacked_rows(images, rows, channels));
  }

  std::int64_t height() const { return rows_.height(); }
  std::int64_t width() const { return rows_.width(); }
  std::uint8_t const* pixels() const { return rows_.pixels(); }
  detail::ImageRows const& rows() const { return rows_; }

  /// The image as a tensor of its own, (C,H,W) uint8.
  Batch tensor() const { return Batch(detail::stacked_images({&rows_, 1}, channels, type_name).squeeze(0)); }

  template <class Context>
  requires requires(Context& context, Tensor const& t) { context.image(t); }
  Context show(Context context) const {
    context.image(tensor());
    return context;
  }

 private:
  detail::ImageRows rows_;
};

using Image = BasicImage<TensorImage, 3>;
using ImageBW = BasicImage<TensorImageBW, 1>;

/// The class of each pixel of an image. Masks are resized by the nearest pixel, never smoothed.
///
/// Shapes:  (H,W)
/// Dtypes:  uint8, int16, int32 or int64; batches are of the same
/// Errors:  tensor_error [image_mask.tensor] for a tensor of another shape or type
/// Source:  the role of fastai's PILMask (L-45)
/// Example: examples/doc/vision.cpp
class ImageMask {
 public:
  ImageMask() = default;
  explicit ImageMask(Tensor const& classes);

  std::int64_t height() const { return classes_.defined() ? classes_.size(0) : 0; }
  std::int64_t width() const { return classes_.defined() ? classes_.size(1) : 0; }
  Tensor const& classes() const { return classes_; }
  TensorMask tensor() const { return TensorMask(classes_.clone()); }

  template <class Context>
  requires requires(Context& context, TensorMask const& mask) { mask.show(context); }
  Context show(Context context) const { return tensor().show(std::move(context)); }

 private:
  Tensor classes_;
};

}  // namespace vision

// Images become one batch (N,C,H,W) of bytes.
template <class Batch, std::int64_t channels>
struct collate_for<vision::BasicImage<Batch, channels>> {
  using Item = vision::BasicImage<Batch, channels>;
  static Batch collate(std::vector<Item> const& images) {
    std::vector<vision::detail::ImageRows> rows;
    rows.reserve(images.size());
    for (auto const& image : images) rows.push_back(image.rows());
    return Batch(vision::detail::stacked_images(rows, channels, Item::type_name));
  }
};

// Masks become one batch (N,H,W).
template <>
struct collate_for<vision::ImageMask> {
  static TensorMask collate(std::vector<vision::ImageMask> const& masks);
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/app/vision/core.ipp>
#endif
