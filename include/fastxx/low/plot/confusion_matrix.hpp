#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/torch/tensor.hpp>

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
