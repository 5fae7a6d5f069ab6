#pragma once

#include <fastxx/app/vision/core.hpp>
#include <fastxx/app/vision/image_options.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/transform/context.hpp>

#include <cstdint>

namespace fastxx::vision {

/// How an image of another shape gets into a size: the largest part that has its shape, the whole with something around it,
/// or the whole pressed into it.
enum class ResizeMethod { crop, pad, squish };

/// What stands outside of an image: black (class 0 in a mask), its last pixel, or the image mirrored at its edge.
enum class PadMode { zeros, border, reflection };

/// All images in one size, as a batch needs them: image and mask alike, masks by the nearest pixel. In training what is cut
/// off (or added) is shared at random between the two sides, in validation half and half.
///
/// Shapes:  any -> size
/// Runs:    on the item, order 1
/// Errors:  data_error [resize.size] for a size below 1, [resize.empty] for an image without pixels
/// Source:  fastai 2.7.18 vision/augment.py Resize (V-05, V-06); the numbers are Pillow's within 1 of 255
/// Example: examples/doc/resize.cpp
struct Resize {
  static constexpr int order = 1;
  HeightWidth size = {};
  ResizeMethod method = ResizeMethod::crop;
  PadMode pad_mode = PadMode::reflection;

  /// The share of what is left over that is on the left and at the top.
  struct Place {
    double x = .5, y = .5;
  };
  Place draw(auto const&, CallContext const& context) const { return place(context); }

  Image encodes(Image const& image, Place const& place) const;
  ImageBW encodes(ImageBW const& image, Place const& place) const;
  ImageMask encodes(ImageMask const& mask, Place const& place) const;

  void serialize(auto& archive) { archive("size", size), archive("method", method), archive("pad_mode", pad_mode); }

 private:
  static Place place(CallContext const& context);
};

namespace detail {

// A part of an image; one that sticks out is padded.
struct PixelBox {
  std::int64_t top, left, height, width;
};

// What Resize cuts out of an image of a size, or lays around it.
PixelBox resize_box(HeightWidth image, Resize const& resize, Resize::Place const& place);

// The part in another size, (height,width,C); smoothed.
Tensor resized_part(ImageRows const& image, std::int64_t channels, PixelBox const& box, PadMode pad, HeightWidth size);
// The same of a mask (H,W), by the nearest pixel.
Tensor resized_part(Tensor const& mask, PixelBox const& box, PadMode pad, HeightWidth size);

}  // namespace detail

}  // namespace fastxx::vision

#if FASTXX_BODIES
#include <fastxx/app/vision/item_transforms.ipp>
#endif
