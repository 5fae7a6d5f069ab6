#pragma once

#include <fastxx/app/vision/resample.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/optim/lanes.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

namespace fastxx::vision::detail {

FASTXX_INLINE TriangleTaps::TriangleTaps(std::int64_t in, std::int64_t out) {
  double const scale = static_cast<double>(in) / static_cast<double>(out), support = std::max(scale, 1.);
  count_ = std::min(static_cast<std::int64_t>(std::ceil(2 * support)) + 1, in);
  first_.reserve(static_cast<std::size_t>(out));
  weights_.reserve(static_cast<std::size_t>(out * count_));
  std::vector<double> heights(static_cast<std::size_t>(count_));
  for (std::int64_t i = 0; i < out; ++i) {
    double const centre = (static_cast<double>(i) + .5) * scale;
    first_.push_back(std::min(static_cast<std::int64_t>(std::max(centre - support, 0.)), in - count_));
    double sum = 0, middle = static_cast<double>(first_.back()) + .5;
    for (double& height : heights) sum += height = std::max(1 - std::abs(middle++ - centre) / support, 0.);
    for (double const height : heights) weights_.push_back(static_cast<float>(height / sum));
  }
}

FASTXX_INLINE std::int64_t TriangleTaps::most_at_once() const {
  std::int64_t most = 0, oldest = 0;
  for (std::int64_t i = 0; i < size(); ++i) {
    while (end(oldest) <= first(i)) ++oldest;
    most = std::max(most, i - oldest + 1);
  }
  return most;
}

// Vectors that g++ and clang know on every processor.
using FourFloats [[gnu::vector_size(16)]] = float;

[[gnu::always_inline]] inline void add_weighted(float* sums, std::uint8_t const* row, std::int64_t size, float weight) {
#pragma omp simd
  for (std::int64_t i = 0; i < size; ++i) sums[i] += weight * static_cast<float>(row[i]);
}

inline FourFloats four_at(float const* from) {
  FourFloats value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// The pixel that `count` others make, or, for few of them, a number that the compiler knows: without a loop it takes half
// of the time.
template <std::size_t... k>
[[gnu::always_inline]] inline void add_pixels(FourFloats& sum, float const* from, std::int64_t channels,
                                              float const* weights, std::index_sequence<k...>) {
  ((sum += four_at(from + static_cast<std::int64_t>(k) * channels) * weights[k]), ...);
}
[[gnu::always_inline]] inline void add_pixels(FourFloats& sum, float const* from, std::int64_t channels,
                                              float const* weights, std::int64_t count) {
  for (std::int64_t k = 0; k < count; ++k, from += channels) sum += four_at(from) * weights[k];
}

// Of each pixel four floats are read and written; those behind its channels are the next one's, and are written again.
template <class Count>
[[gnu::always_inline]] inline void weigh_columns(float const* sums, TriangleTaps const& columns, std::int64_t channels,
                                                 float* to, Count count) {
  for (std::int64_t x = 0; x < columns.size(); ++x, to += channels) {
    FourFloats pixel{.5F, .5F, .5F, .5F};  // for rounding; the weights add to 1
    add_pixels(pixel, sums + columns.first(x) * channels, channels, columns.weights(x), count);
    std::memcpy(to, &pixel, sizeof pixel);
  }
}

FASTXX_INLINE BilinearRows::BilinearRows(HeightWidth in, HeightWidth out, std::int64_t channels, std::uint8_t* to)
    : channels_(channels),
      rows_(in.height, out.height),
      columns_(in.width, out.width),
      numbers_(in.width * channels),
      row_size_(numbers_ + 4),  // whole pixels of four floats are read
      at_once_(rows_.most_at_once()),
      open_(static_cast<std::size_t>(at_once_ * row_size_)),
      made_(static_cast<std::size_t>(out.width * channels + 4)),
      to_(to) {}

[[gnu::always_inline]] inline void BilinearRows::finish_row(float const* sums, std::uint8_t* to) {
  float* const made = made_.data();
  switch (columns_.count()) {
    case 3:
      weigh_columns(sums, columns_, channels_, made, std::make_index_sequence<3>());
      break;
    case 4:
      weigh_columns(sums, columns_, channels_, made, std::make_index_sequence<4>());
      break;
    case 5:
      weigh_columns(sums, columns_, channels_, made, std::make_index_sequence<5>());
      break;
    case 6:
      weigh_columns(sums, columns_, channels_, made, std::make_index_sequence<6>());
      break;
    default:
      weigh_columns(sums, columns_, channels_, made, columns_.count());
  }
  std::int64_t const size = columns_.size() * channels_;
#pragma omp simd
  for (std::int64_t i = 0; i < size; ++i) to[i] = static_cast<std::uint8_t>(static_cast<std::int32_t>(made[i]));
}

[[gnu::always_inline]] inline void BilinearRows::push_here(std::uint8_t const* row) {
  for (; opened_ < rows_.size() && rows_.first(opened_) <= next_in_; ++opened_)
    std::fill_n(open_row(opened_), numbers_, 0.F);
  for (std::int64_t i = next_out_; i < opened_; ++i) {
    float const weight = rows_.weights(i)[next_in_ - rows_.first(i)];
    if (weight != 0) add_weighted(open_row(i), row, numbers_, weight);
    if (rows_.end(i) != next_in_ + 1) continue;
    finish_row(open_row(i), to_ + i * columns_.size() * channels_);
    ++next_out_;
  }
  ++next_in_;
}

#if defined(__x86_64__)
[[gnu::flatten, gnu::target("avx2")]] FASTXX_INLINE void BilinearRows::push_avx2(std::uint8_t const* row) {
  push_here(row);
}
#else
FASTXX_INLINE void BilinearRows::push_avx2(std::uint8_t const* row) { push_here(row); }
#endif

FASTXX_INLINE void BilinearRows::push(std::uint8_t const* row) {
  static bool const avx2 = fastxx::detail::has_avx2();
  avx2 ? push_avx2(row) : push_here(row);
}

inline void require_image(Tensor const& image, std::int64_t height, std::int64_t width, Resample resample) {
  bool const bilinear = resample == Resample::bilinear;
  auto const shaped = [&] {
    if (!image.defined() || image.layout() != at::kStrided || !image.device().is_cpu()) return false;
    if (image.dim() != 2 && !(image.dim() == 3 && image.size(2) >= 1 && image.size(2) <= 4)) return false;
    return image.size(0) > 0 && image.size(1) > 0 && (!bilinear || image.scalar_type() == at::kByte);
  };
  if (!shaped())
    throw tensor_error("resize.image",
                       {.call = "resize_image",
                        .expected = bilinear ? "uint8 of shape (H,W) or (H,W,C) with 1 to 4 channels, on the CPU"
                                             : "shape (H,W) or (H,W,C) with 1 to 4 channels, on the CPU",
                        .got = fastxx::detail::type_and_shape(image),
                        .fix = "a (C,H,W) tensor is turned by x.permute({1, 2, 0})"});
  if (height < 1 || width < 1)
    throw tensor_error("resize.size", {.call = "resize_image",
                                       .expected = "a height and a width of at least 1",
                                       .got = std::to_string(height) + " x " + std::to_string(width)});
}

// Where the middles of the new pixels fall.
inline Tensor nearest_places(std::int64_t in, std::int64_t out) {
  Tensor places = at::empty({out}, at::kLong);
  double const scale = static_cast<double>(in) / static_cast<double>(out);
  double middle = scale / 2;  // summed up as Pillow does it: where a middle falls between two pixels, roundings decide
  for (std::int64_t i = 0; i < out; ++i, middle += scale)
    places.data_ptr<std::int64_t>()[i] = std::min(static_cast<std::int64_t>(middle), in - 1);
  return places;
}

}  // namespace fastxx::vision::detail

namespace fastxx::vision {

FASTXX_INLINE Tensor resize_image(Tensor const& image, std::int64_t height, std::int64_t width, Resample resample) {
  detail::require_image(image, height, width, resample);
  if (resample == Resample::nearest)
    return image.index_select(0, detail::nearest_places(image.size(0), height))
        .index_select(1, detail::nearest_places(image.size(1), width));
  Tensor const from = image.contiguous();
  auto shape = from.sizes().vec();
  shape[0] = height, shape[1] = width;
  Tensor to = at::empty(shape, from.options());
  std::int64_t const channels = from.dim() == 3 ? from.size(2) : 1;
  detail::BilinearRows rows({from.size(0), from.size(1)}, {height, width}, channels, to.data_ptr<std::uint8_t>());
  auto const* const pixels = from.data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < from.size(0); ++y) rows.push(pixels + y * from.stride(0));
  return to;
}

}  // namespace fastxx::vision
