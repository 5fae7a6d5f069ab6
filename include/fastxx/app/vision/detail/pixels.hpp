#pragma once

#include <fastxx/app/vision/image_options.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace fastxx::vision::detail {

// A sum of products of numbers up to 255, whose weights add to 255 at most, over 255, rounded: as Pillow does it.
constexpr std::uint8_t over_255(unsigned sum) {
  return static_cast<std::uint8_t>((((sum + 128) >> 8) + sum + 128) >> 8);
}

// Pillow's weights (ITU-R 601).
constexpr std::uint8_t grey_of(unsigned red, unsigned green, unsigned blue) {
  return static_cast<std::uint8_t>((red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16);
}

// CMYK as JPEG files have it, where 255 is no ink, into RGB.
inline void cmyk_to_rgb(std::uint8_t const* from, std::int64_t pixels, std::uint8_t* to) {
  for (std::int64_t i = 0; i < pixels; ++i, from += 4, to += 3) {
    unsigned const light = from[3];
    for (int c = 0; c < 3; ++c) to[c] = static_cast<std::uint8_t>(light - over_255((255U - from[c]) * light));
  }
}

using Background = std::optional<std::array<std::uint8_t, 3>>;

// Samples (H,W,C) as they are in files, uint8: C is 1 grey, 2 with alpha, 3 colour, 4 with alpha -> (H,W,3) or (H,W).
Tensor to_colours(Tensor const& samples, Colours colours, Background const& background);

// Stored as EXIF's `orientation` says -> as it is seen.
Tensor oriented(Tensor image, int orientation);

}  // namespace fastxx::vision::detail

#include <fastxx/app/vision/detail/pixels.ipp>
