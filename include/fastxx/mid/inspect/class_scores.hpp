#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace fastxx {

/// How well one class is told from the others; or the mean of that over classes. What divides nothing by nothing is 0, as
/// the precision of a class that is never predicted.
///
/// Source:  scikit-learn precision_recall_fscore_support
/// Example: examples/doc/interpretation.cpp
struct ClassScores {
  std::string name = {};
  double precision = 0;  ///< the share of what was predicted to be of this class that is
  double recall = 0;     ///< the share of what is of this class that was predicted to be
  double f1 = 0;         ///< their harmonic mean; of pixels it is called Dice
  double iou = 0;        ///< intersection over union
  double predicted = 0;  ///< how many items, or pixels, were predicted to be of this class
  double support = 0;    ///< how many there are

  /// Whether it is among the targets or the predictions.
  bool seen() const { return predicted + support > 0; }
};

/// The scores of all classes and what they say together.
///
/// Source:  scikit-learn classification_report(output_dict=True)
/// Example: examples/doc/interpretation.cpp
struct ClassScoresTable {
  std::vector<ClassScores> classes = {};
  double accuracy = 0;            ///< the share of items, or pixels, whose class is right; NaN of none
  ClassScores macro_avg = {};     ///< the mean over all classes, alike
  ClassScores weighted_avg = {};  ///< by their support
  ClassScores seen_avg = {};  ///< the mean over classes that are among targets or predictions, as JaccardCoeffMulti's
};

/// The scores that a confusion matrix says.
///
/// Shapes:  (c,c), a row for each actual and a column for each predicted class; c names
/// Dtypes:  any real number
/// Errors:  tensor_error [interpret.matrix]
/// Source:  scikit-learn precision_recall_fscore_support
/// Example: examples/doc/interpretation.cpp
ClassScoresTable class_scores(Tensor const& confusion_matrix, std::vector<std::string> const& names);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/class_scores.ipp>
#endif
