#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <cstdint>
#include <cstring>
#include <span>
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
  ImageBW(Tensor const& stack, std::int64_t index);

  /// The batch of these rows of a stack, (N,1,H,W) uint8: what the images would collate to.
  static TensorImageBW stack(Tensor const& images, std::span<std::int64_t const> rows);

  std::int64_t height() const { return height_; }
  std::int64_t width() const { return width_; }
  std::uint8_t const* pixels() const { return pixels_; }

  /// The image as a tensor of its own, (1,H,W) uint8.
  TensorImageBW tensor() const;

  template <class Context>
  requires requires(Context& context, Tensor const& t) { context.image(t); }
  Context show(Context context) const {
    context.image(tensor());
    return context;
  }

 private:
  static Tensor checked(Tensor const& image);

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

#if FASTXX_BODIES
#include <fastxx/app/vision/core.ipp>
#endif
