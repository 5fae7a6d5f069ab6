#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace fastxx {

/// How plot_confusion_matrix looks.
///
/// Source:  own design
struct ConfusionMatrixOptions {
  std::vector<std::string> classes = {};  ///< empty: 0, 1, 2, ...
  bool normalize = false;                 ///< each row divided by its sum
  std::string title = "Confusion matrix";
};

namespace detail {

// White to dark blue; `part` from 0 to 1, and what is no number is white.
Colour heat(double part);

// Black or white, whichever can be read on `ground`.
Colour readable_on(Colour ground);

// The matrix and everything in its picture that has a size.
struct ConfusionLayout {
  static constexpr int margin = 18, title = 40, axis_title = 30;

  std::size_t classes = 0;
  std::vector<double> values = {};  ///< row by row
  double largest = 0;
  std::vector<std::string> names = {}, numbers = {};
  int cell = 0;
  double name_px = 12, number_px = 0;  ///< 0: there is no room for numbers, a scale is shown instead
  bool names_upwards = true;
  int left = 0, top = margin + title, side = 0, bottom = 0, width = 0, height = 0;
};

ConfusionLayout confusion_layout(Tensor const& counts, ConfusionMatrixOptions const& options);

}  // namespace detail

/// The heat map of a confusion matrix: rows are the actual classes, columns the predicted ones.
///
/// The figure grows with the number of classes; where numbers have no room, a colour scale takes their place.
/// Shapes:  counts (classes, classes)
/// Dtypes:  any real number
/// Errors:  tensor_error [plot.confusion]; data_error [plot.classes], [plot.size]
/// Source:  fastai 2.7.18 interpret.py plot_confusion_matrix; differs: an empty row stays zero when normalized, returns
/// a figure
Figure plot_confusion_matrix(Tensor const& counts, ConfusionMatrixOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/confusion_matrix.ipp>
#endif
