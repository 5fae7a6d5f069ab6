#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <string>

namespace fastxx {

/// A context that items show themselves on: images side by side, masks over the last of them, one line of title per text.
///
/// Shapes:  images (H,W), (1,H,W) or (3,H,W); masks (H,W)
/// Source:  own design, in place of fastai's matplotlib axes
/// Example: examples/doc/learner.cpp
struct ImageCell {
  TitledImage cell = {};
  int layers = 0;  ///< images and masks so far

  void image(Tensor const& image);
  /// Class numbers as colours, half transparent over the image that was drawn last; without one on white.
  void mask(Tensor const& mask);
  void title(std::string const& text) { cell.title += (cell.title.empty() ? "" : "\n") + text; }

 private:
  // (3,H,W) in 0..1.
  static Tensor in_colour(Tensor const& image);
  // Two images in a row, the lower one at the top.
  static Tensor beside(Tensor const& left, Tensor const& right);
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/image_cell.ipp>
#endif
