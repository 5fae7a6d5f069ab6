#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <string>
#include <utility>

namespace fastxx {

/// Prediction and target as flat contiguous vectors of the same length.
///
/// Shapes:  any with equal numbers of elements -> (n), (n)
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ
/// Source:  fastai 2.7.18 torch_core.py flatten_check
/// Example: examples/doc/metric.cpp
inline std::pair<Tensor, Tensor> flatten_check(Tensor const& prediction, Tensor const& target) {
  if (prediction.numel() != target.numel())
    throw tensor_error("flatten_check.numel",
                       {.call = "flatten_check",
                        .expected = "as many predictions as targets",
                        .got = {detail::shape_text(prediction.sizes()), " and ", detail::shape_text(target.sizes())},
                        .fix = "reduce the prediction (argmax) or reshape the target"});
  return {prediction.contiguous().view(-1), target.contiguous().view(-1)};
}

/// Cross entropy between raw scores and class indices, over any layout: the class axis is moved last and the rest
/// flattened.
///
/// Shapes:  prediction (N,C) or with C on `axis`; target the same without C; loss () or (n) when not reduced
/// Dtypes:  floating scores; integer targets of any width
/// Errors:  tensor_error [cross_entropy.shape] when the number of targets does not fit
/// Source:  fastai 2.7.18 losses.py CrossEntropyLossFlat
/// Example: examples/doc/learner.cpp
struct CrossEntropyLossFlat {
  int axis = -1;
  double label_smoothing = 0;
  std::int64_t ignore_index = -100;
  bool reduce = true;  ///< mean over all targets; false gives one loss per target

  Tensor operator()(Tensor const& prediction, Tensor const& target) const {
    Tensor flat = prediction;
    // Rows of scores are flat already; two views less save four calls of autograd in each step.
    if (prediction.dim() != 2 || (axis != -1 && axis != 1)) {
      // movedim, not transpose: the other axes must stay in the targets' order.
      Tensor const scores = prediction.movedim(axis, -1);
      flat = scores.reshape({-1, scores.size(-1)});
    }
    if (flat.size(0) != target.numel())
      throw tensor_error(
          "cross_entropy.shape",
          {.call = "CrossEntropyLossFlat",
           .expected = "one target per row of scores",
           .got = {detail::shape_text(prediction.sizes()), " and targets ", detail::shape_text(target.sizes())},
           .fix = "check the model's last layer, `axis` and what the labelling pipeline gives"});
    Tensor const classes = target.reshape(-1).to(at::kLong);
    return detail::cross_entropy_loss(flat, classes, reduce ? at::Reduction::Mean : at::Reduction::None, ignore_index,
                                      label_smoothing);
  }

  /// Scores to probabilities.
  Tensor activation(Tensor const& prediction) const { return prediction.softmax(axis); }
  /// Probabilities (or scores) to class indices.
  Tensor decodes(Tensor const& prediction) const { return prediction.argmax(axis); }
};

/// Mean squared error between prediction and target as flat vectors of numbers, so that (N,1) and (N) fit together.
///
/// Shapes:  any with equal numbers of elements; loss () or (n) when not reduced
/// Dtypes:  targets of any type, taken as the prediction's
/// Errors:  tensor_error [flatten_check.numel] when the numbers of elements differ
/// Source:  fastai 2.7.18 losses.py MSELossFlat
/// Example: tests/low/nn/loss.cpp
struct MSELossFlat {
  static constexpr bool flattens = true;
  bool reduce = true;  ///< mean over all elements; false gives one loss per element

  Tensor operator()(Tensor const& prediction, Tensor const& target) const {
    auto const [guess, truth] = flatten_check(prediction, target);
    Tensor const squares = guess.sub(truth.to(guess.scalar_type())).square();
    return reduce ? squares.mean() : squares;
  }
};

}  // namespace fastxx
