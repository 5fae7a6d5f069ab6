#pragma once

#include <cstdint>
#include <cstring>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {
namespace vision {

/// A grey image in main memory: a view of rows of bytes that keeps their owner alive, so copies are cheap.
///
/// Shapes:  height x width bytes, row by row
/// Source:  the role of fastai's PILImageBW
/// Example: examples/doc/vision.cpp
class ImageBW {
 public:
  ImageBW() = default;
  /// A uint8 tensor (H,W) or (1,H,W); it is shared, not copied, when it is contiguous.
  explicit ImageBW(Tensor const& image) : ImageBW(checked(image), 0) {}
  /// Row `index` of a contiguous uint8 stack of images (N,H,W).
  ImageBW(Tensor const& stack, std::int64_t index)
      : owner_(stack),
        height_(stack.size(1)),
        width_(stack.size(2)),
        pixels_(stack.data_ptr<std::uint8_t>() + index * height_ * width_) {}

  /// The batch of these rows of a stack, (N,1,H,W) uint8: what the images would collate to.
  static TensorImageBW stack(Tensor const& images, std::span<std::int64_t const> rows) {
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

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::uint8_t const* pixels() const { return pixels_; }

  /// The image as a tensor of its own, (1,H,W) uint8.
  TensorImageBW tensor() const {
    Tensor copy = at::empty({1, height_, width_}, at::kByte);
    std::memcpy(copy.data_ptr<std::uint8_t>(), pixels_, static_cast<std::size_t>(height_ * width_));
    return TensorImageBW(std::move(copy));
  }

  template <class Context>
  requires requires(Context& context, Tensor const& t) { context.image(t); }
  Context show(Context context) const {
    context.image(tensor());
    return context;
  }

 private:
  static Tensor checked(Tensor const& image) {
    bool const fits = image.defined() && image.scalar_type() == at::kByte && (image.dim() == 2 || image.dim() == 3) &&
                      (image.dim() == 2 || image.size(0) == 1);
    if (!fits)
      throw tensor_error("image_bw.tensor", {.call = "ImageBW",
                                             .expected = "a uint8 tensor (H,W) or (1,H,W)",
                                             .got = image.defined() ? detail::shape_text(image.sizes()) : "no tensor",
                                             .fix = "select one image and convert it with .to(at::kByte)"});
    return image.cpu().contiguous().view({1, image.size(-2), image.size(-1)});
  }

  Tensor owner_;
  std::int64_t height_ = 0, width_ = 0;
  std::uint8_t const* pixels_ = nullptr;
};

}  // namespace vision

// Grey images are copied side by side into one batch (N,1,H,W).
template <>
struct collate_for<vision::ImageBW> {
  static TensorImageBW collate(std::vector<vision::ImageBW> const& images) {
    auto const height = images[0].height(), width = images[0].width();
    auto const size = static_cast<std::size_t>(height * width);
    Tensor batch = at::empty({static_cast<std::int64_t>(images.size()), 1, height, width}, at::kByte);
    auto* out = batch.data_ptr<std::uint8_t>();
    for (std::size_t i = 0; i < images.size(); ++i, out += size) {
      if (images[i].height() != height || images[i].width() != width)
        throw collate_shapes_error("ImageBW", 0, detail::shape_text({height, width}), i,
                                   detail::shape_text({images[i].height(), images[i].width()}));
      std::memcpy(out, images[i].pixels(), size);
    }
    return TensorImageBW(std::move(batch));
  }
};

}  // namespace fastxx
