#pragma once

#include <fastxx/app/vision/image_options.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fastxx::vision {

/// How the pixels of an image in another size are made: each from all that it covers, or from the one in its middle. Masks
/// want nearest: between two classes there is no third one.
enum class Resample { bilinear, nearest };

/// An image in another size.
///
/// bilinear weighs pixels by a triangle that is as wide as one pixel of the smaller of the two images, on either side: what
/// becomes smaller is smoothed, and no detail turns into a pattern.
/// Shapes:  (H,W) or (H,W,C) with up to four channels -> (height,width) or (height,width,C); a tensor of its own
/// Dtypes:  uint8; nearest takes all. Within 1 of 255 of Pillow's Image.resize, nearest the same
/// Errors:  tensor_error [resize.image] for another shape or type, [resize.size] for a size below 1
/// Source:  Pillow 9.4 Image.resize, what fastai's Resize calls
/// Example: examples/doc/resize_image.cpp
Tensor resize_image(Tensor const& image, std::int64_t height, std::int64_t width,
                    Resample resample = Resample::bilinear);

namespace detail {

// For each pixel of a line of `out` the pixels of a line of `in` that it is made from, and their weights, which add to 1.
// All are made from as many, some of them with weight 0: a loop that always has the same length is quicker.
class TriangleTaps {
 public:
  TriangleTaps(std::int64_t in, std::int64_t out);

  std::int64_t size() const { return static_cast<std::int64_t>(first_.size()); }
  std::int64_t count() const { return count_; }
  std::int64_t first(std::int64_t i) const { return first_[static_cast<std::size_t>(i)]; }
  std::int64_t end(std::int64_t i) const { return first(i) + count_; }
  float const* weights(std::int64_t i) const { return weights_.data() + i * count_; }
  // How many of `out` a pixel of `in` is in, at most.
  std::int64_t most_at_once() const;

 private:
  std::int64_t count_;
  std::vector<std::int64_t> first_;
  std::vector<float> weights_;
};

// Resamples while an image is read: takes its rows from top to bottom and writes each row of the result when all that it
// needs was there. Rows are interleaved uint8.
class BilinearRows {
 public:
  BilinearRows(HeightWidth in, HeightWidth out, std::int64_t channels, std::uint8_t* to);

  void push(std::uint8_t const* row);

 private:
  float* open_row(std::int64_t row) { return open_.data() + row % at_once_ * row_size_; }
  void finish_row(float const* sums, std::uint8_t* to);
  void push_here(std::uint8_t const* row);
  void push_avx2(std::uint8_t const* row);

  std::int64_t channels_;
  TriangleTaps rows_, columns_;
  std::int64_t numbers_, row_size_, at_once_;
  std::vector<float> open_;  // sums of the rows that are not complete
  std::vector<float> made_;  // a row that is
  std::int64_t next_in_ = 0, next_out_ = 0, opened_ = 0;
  std::uint8_t* to_;
};

}  // namespace detail

}  // namespace fastxx::vision

#if FASTXX_BODIES
#include <fastxx/app/vision/resample.ipp>
#endif
