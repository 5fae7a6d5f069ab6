#pragma once

#include <fastxx/app/vision/detail/pixels.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace fastxx::vision::detail {

inline Tensor to_colours(Tensor const& samples, Colours colours, Background const& background) {
  std::int64_t const height = samples.size(0), width = samples.size(1), channels = samples.size(2);
  bool const grey = colours == Colours::grey, coloured = channels >= 3, alpha = channels % 2 == 0;
  if (grey && channels == 1) return samples.squeeze(2);
  if (!grey && channels == 3) return samples;
  Tensor image = fastxx::detail::empty_cpu({height, width, grey ? 1 : 3}, at::kByte);
  auto const* from = samples.data_ptr<std::uint8_t>();
  auto* to = image.data_ptr<std::uint8_t>();
  for (std::int64_t left = height * width; left > 0; --left, from += channels) {
    std::array<std::uint8_t, 3> pixel{from[0], from[coloured ? 1 : 0], from[coloured ? 2 : 0]};
    if (alpha && background) {
      unsigned const opaque = from[channels - 1];
      for (std::size_t c = 0; c < 3; ++c)
        pixel[c] = over_255(pixel[c] * opaque + (*background)[c] * (255 - opaque));  // rounded once
    }
    if (grey)
      *to++ = grey_of(pixel[0], pixel[1], pixel[2]);
    else
      to = std::copy_n(pixel.data(), 3, to);
  }
  return grey ? image.squeeze(2) : image;
}

inline Tensor oriented(Tensor image, int orientation) {
  if (orientation >= 5) image = image.transpose(0, 1);
  if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) image = image.flip({0});
  if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) image = image.flip({1});
  return image.contiguous();
}

}  // namespace fastxx::vision::detail
