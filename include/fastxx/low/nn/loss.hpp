#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <utility>

namespace fastxx {

/// Prediction and target as flat contiguous vectors of the same length.
///
/// Shapes:  any with equal numbers of elements -> (n), (n)
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ
/// Source:  fastai 2.7.18 torch_core.py flatten_check
/// Example: examples/doc/metric.cpp
std::pair<Tensor, Tensor> flatten_check(Tensor const& prediction, Tensor const& target);

/// Cross entropy between raw scores and class indices, over any layout: the class axis is moved last and the rest
/// flattened.
///
/// Shapes:  prediction (N,C) or with C on `axis`; target the same without C; loss () or (n) when not reduced
/// Dtypes:  floating scores; integer targets of any width
/// Errors:  tensor_error [cross_entropy.shape], [cross_entropy.classes] when the number of targets does not fit,
///          [cross_entropy.weight] unless there is a weight for each class
/// Source:  fastai 2.7.18 losses.py CrossEntropyLossFlat, LabelSmoothingCrossEntropyFlat
/// Example: examples/doc/layers.cpp
struct CrossEntropyLossFlat {
  int axis = -1;
  double label_smoothing = 0;
  std::int64_t ignore_index = -100;
  bool reduce = true;  ///< mean over all targets, by their weights; false gives one loss per target
  Tensor weight = {};  ///< of each class, (C); none: all alike

  Tensor operator()(Tensor const& prediction, Tensor const& target) const;

  /// Scores to probabilities.
  Tensor activation(Tensor const& prediction) const { return prediction.softmax(axis); }
  /// Probabilities (or scores) to class indices.
  Tensor decodes(Tensor const& prediction) const { return prediction.argmax(axis); }
};

/// Binary cross entropy between raw scores and targets of 0 and 1, one for each class: an item may have several classes.
///
/// Shapes:  any with equal numbers of elements; loss () or (n) when not reduced
/// Dtypes:  targets of any type, taken as the prediction's
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ, [bce.weights] when weights are not as
///          many as classes
/// Source:  fastai 2.7.18 losses.py BCEWithLogitsLossFlat
/// Example: examples/doc/layers.cpp
struct BCEWithLogitsLossFlat {
  static constexpr bool flattens = true;
  double thresh = 0.5;     ///< a class is predicted when its probability is above
  Tensor weight = {};      ///< of each class, (C) where scores are (N,C); none: all alike
  Tensor pos_weight = {};  ///< of the targets that are 1, (C)
  bool reduce = true;      ///< mean over all elements; false gives one loss per element

  Tensor operator()(Tensor const& prediction, Tensor const& target) const;

  /// Scores to probabilities.
  Tensor activation(Tensor const& prediction) const { return prediction.sigmoid(); }
  /// Probabilities to true where a class is predicted.
  Tensor decodes(Tensor const& prediction) const { return prediction.gt(thresh); }
};

/// Cross entropy in which what is predicted well counts less: each target's loss times (1-p)^gamma, where p is the
/// probability of its class.
///
/// Shapes:  as CrossEntropyLossFlat
/// Errors:  those of CrossEntropyLossFlat
/// Source:  fastai 2.7.18 losses.py FocalLossFlat; Lin et al. 2017
/// Example: examples/doc/layers.cpp
struct FocalLossFlat {
  double gamma = 2;
  int axis = -1;
  bool reduce = true;  ///< mean over all targets; false gives one loss per target
  Tensor weight = {};  ///< of each class, (C); none: all alike

  Tensor operator()(Tensor const& prediction, Tensor const& target) const;

  /// Scores to probabilities.
  Tensor activation(Tensor const& prediction) const { return prediction.softmax(axis); }
  /// Probabilities (or scores) to class indices.
  Tensor decodes(Tensor const& prediction) const { return prediction.argmax(axis); }
};

/// Mean absolute error between prediction and target as flat vectors of numbers, so that (N,1) and (N) fit together.
///
/// Shapes:  any with equal numbers of elements; loss () or (n) when not reduced
/// Dtypes:  targets of any type, taken as the prediction's
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ
/// Source:  fastai 2.7.18 losses.py L1LossFlat
/// Example: examples/doc/layers.cpp
struct L1LossFlat {
  static constexpr bool flattens = true;
  bool reduce = true;  ///< mean over all elements; false gives one loss per element

  Tensor operator()(Tensor const& prediction, Tensor const& target) const;
};

/// Mean squared error between prediction and target as flat vectors of numbers, so that (N,1) and (N) fit together.
///
/// Shapes:  any with equal numbers of elements; loss () or (n) when not reduced
/// Dtypes:  targets of any type, taken as the prediction's
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ
/// Source:  fastai 2.7.18 losses.py MSELossFlat
/// Example: examples/doc/layers.cpp
struct MSELossFlat {
  static constexpr bool flattens = true;
  bool reduce = true;  ///< mean over all elements; false gives one loss per element

  Tensor operator()(Tensor const& prediction, Tensor const& target) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/loss.ipp>
#endif
