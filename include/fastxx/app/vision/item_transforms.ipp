#pragma once

#include <fastxx/app/vision/item_transforms.hpp>
#include <fastxx/app/vision/resample.hpp>
#include <fastxx/low/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fastxx::vision::detail {

inline std::string size_text(HeightWidth size) {
  return std::to_string(size.height) + " x " + std::to_string(size.width) + " pixels";
}

inline void require_sizes(HeightWidth image, HeightWidth wanted) {
  if (wanted.height < 1 || wanted.width < 1)
    throw data_error("resize.size", {.call = "Resize",
                                     .expected = "a height and a width of at least 1",
                                     .got = size_text(wanted),
                                     .fix = "write Resize{.size = 224} or Resize{.size = {360, 480}}"});
  if (image.height < 1 || image.width < 1)
    throw data_error("resize.empty", {.call = "Resize", .expected = "an image with pixels", .got = size_text(image)});
}

FASTXX_INLINE PixelBox resize_box(HeightWidth image, Resize const& resize, Resize::Place const& place) {
  require_sizes(image, resize.size);
  if (resize.method == ResizeMethod::squish) return {0, 0, image.height, image.width};
  auto const height = static_cast<double>(image.height), width = static_cast<double>(image.width);
  auto const to_height = static_cast<double>(resize.size.height), to_width = static_cast<double>(resize.size.width);
  double const by_width = width / to_width, by_height = height / to_height;
  double const scale =
      resize.method == ResizeMethod::crop ? std::min(by_width, by_height) : std::max(by_width, by_height);
  double const part_height = std::max(std::floor(scale * to_height), 1.);
  double const part_width = std::max(std::floor(scale * to_width), 1.);
  return {.top = static_cast<std::int64_t>(place.y * (height - part_height)),
          .left = static_cast<std::int64_t>(place.x * (width - part_width)),
          .height = static_cast<std::int64_t>(part_height),
          .width = static_cast<std::int64_t>(part_width)};
}

inline constexpr std::int64_t outside = -1;

// Where `place` is in a line of `size` numbers.
inline std::int64_t padded_place(std::int64_t place, std::int64_t size, PadMode pad) {
  if (place >= 0 && place < size) return place;
  if (pad == PadMode::zeros) return outside;
  if (pad == PadMode::border || size == 1) return std::clamp<std::int64_t>(place, 0, size - 1);
  std::int64_t const period = 2 * (size - 1), within = (place % period + period) % period;
  return within < size ? within : period - within;
}

inline std::vector<std::int64_t> padded_places(std::int64_t first, std::int64_t count, std::int64_t size, PadMode pad) {
  std::vector<std::int64_t> places;
  places.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = first; i < first + count; ++i) places.push_back(padded_place(i, size, pad));
  return places;
}

FASTXX_INLINE Tensor resized_part(ImageRows const& image, std::int64_t channels, PixelBox const& box, PadMode pad,
                                  HeightWidth size) {
  Tensor result = at::empty({size.height, size.width, channels}, at::kByte);
  BilinearRows rows({box.height, box.width}, size, channels, result.data_ptr<std::uint8_t>());
  bool const inside = box.left >= 0 && box.left + box.width <= image.width();
  auto const columns = inside ? std::vector<std::int64_t>() : padded_places(box.left, box.width, image.width(), pad);
  std::vector<std::uint8_t> padded(static_cast<std::size_t>(box.width * channels));
  for (auto const y : padded_places(box.top, box.height, image.height(), pad)) {
    std::uint8_t const* const row = image.pixels() + std::max<std::int64_t>(y, 0) * image.width() * channels;
    if (y != outside && inside) {
      rows.push(row + box.left * channels);
      continue;
    }
    std::fill(padded.begin(), padded.end(), std::uint8_t{0});
    auto to = padded.begin();
    for (auto const x : columns) {
      if (y != outside && x != outside) std::copy_n(row + x * channels, channels, to);
      to += channels;
    }
    rows.push(padded.data());
  }
  return result;
}

inline Tensor selected(Tensor const& lines, std::int64_t dim, std::int64_t first, std::int64_t count, std::int64_t to,
                       PadMode pad) {
  Tensor places = nearest_places(count, to) + first;
  auto* const place = places.data_ptr<std::int64_t>();
  Tensor zeros = at::zeros({to}, at::kBool);
  for (std::int64_t i = 0; i < to; ++i) {
    auto const in_image = padded_place(place[i], lines.size(dim), pad);
    zeros.data_ptr<bool>()[i] = in_image == outside;
    place[i] = std::max<std::int64_t>(in_image, 0);
  }
  return lines.index_select(dim, places).masked_fill(dim == 0 ? zeros.unsqueeze(1) : zeros, 0);
}

FASTXX_INLINE Tensor resized_part(Tensor const& mask, PixelBox const& box, PadMode pad, HeightWidth size) {
  Tensor const rows = selected(mask, 0, box.top, box.height, size.height, pad);
  return selected(rows, 1, box.left, box.width, size.width, pad);
}

template <class Picture>
Picture resized(Picture const& image, Resize const& resize, Resize::Place const& place) {
  auto const box = resize_box({image.height(), image.width()}, resize, place);
  if constexpr (std::same_as<Picture, ImageMask>)
    return ImageMask(resized_part(image.classes(), box, resize.pad_mode, resize.size));
  else
    return Picture(resized_part(image.rows(), Picture::channels, box, resize.pad_mode, resize.size));
}

}  // namespace fastxx::vision::detail

namespace fastxx::vision {

FASTXX_INLINE Resize::Place Resize::place(CallContext const& context) {
  if (context.split_idx == Split::valid) return {};
  double const x = context.random->uniform();
  return {x, context.random->uniform()};
}

FASTXX_INLINE Image Resize::encodes(Image const& image, Place const& place) const {
  return detail::resized(image, *this, place);
}
FASTXX_INLINE ImageBW Resize::encodes(ImageBW const& image, Place const& place) const {
  return detail::resized(image, *this, place);
}
FASTXX_INLINE ImageMask Resize::encodes(ImageMask const& mask, Place const& place) const {
  return detail::resized(mask, *this, place);
}

}  // namespace fastxx::vision
