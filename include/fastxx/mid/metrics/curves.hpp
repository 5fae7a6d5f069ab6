#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/accum.hpp>
#include <fastxx/mid/metrics/averages.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace fastxx {

/// What RocAucBinary is told.
///
/// Source:  fastai 2.7.18 metrics.py RocAucBinary
struct RocAucBinaryOptions {
  /// Only the area up to this false positive rate, as McClish standardised it: 0.5 for guessing, 1 for all right.
  std::optional<double> max_fpr = {};
  Tensor sample_weight = {};  ///< of each item of the validation set, in its order: see AccumMetric
};

/// The area under the ROC curve of two classes: how likely an item of class 1 scores above one of class 0, ties by half.
/// Not defined where all targets are alike. Column: roc_auc_score.
///
/// Shapes:  scores (N,2), of which the last column's softmax is taken, or (N); targets (N) of 0 and 1; all are kept
/// Errors:  tensor_error [metric.shape], [metric.target], [metric.nan]; state_error [metric.max_fpr]
/// Source:  fastai 2.7.18 metrics.py RocAucBinary, scikit-learn roc_auc_score
/// Example: examples/doc/metrics.cpp
AccumMetric RocAucBinary(RocAucBinaryOptions options = {});

/// Each class against the rest, or each pair of classes.
///
/// Source:  scikit-learn's `multi_class`
enum class MultiClass { ovr, ovo };

/// What RocAuc is told.
///
/// Source:  fastai 2.7.18 metrics.py RocAuc; differs: no max_fpr, which scikit-learn refuses here
struct RocAucOptions {
  Average average = Average::macro;  ///< macro or weighted; micro with ovr alone
  MultiClass multi_class = MultiClass::ovr;
  Tensor sample_weight = {};  ///< of each item of the validation set, in its order: see AccumMetric; not with ovo
};

/// The area under the ROC curve of several classes. Not defined where a class is not among the targets. Column:
/// roc_auc_score.
///
/// Shapes:  scores (N,C), whose softmax is taken; targets (N); all are kept
/// Errors:  as RocAucBinary's; state_error [metric.average], [metric.weights] for weights with MultiClass::ovo
/// Source:  fastai 2.7.18 metrics.py RocAuc, scikit-learn roc_auc_score
AccumMetric RocAuc(RocAucOptions options = {});

/// What APScoreBinary and BrierScore are told.
///
/// Source:  fastai 2.7.18 metrics.py APScoreBinary
struct PosLabelOptions {
  std::int64_t pos_label = 1;  ///< the class whose probability is judged, 0 or 1
  Tensor sample_weight = {};   ///< of each item of the validation set, in its order: see AccumMetric
};

/// Average precision: the precisions where recall grows, weighted by how much it grows. Column: average_precision_score.
///
/// Shapes:  scores (N,2), of which the softmax of class pos_label is taken, or (N); targets (N) of 0 and 1; all are kept
/// Errors:  as RocAucBinary's; state_error [metric.labels]
/// Source:  fastai 2.7.18 metrics.py APScoreBinary, scikit-learn average_precision_score; differs: fastai judges the last
///          class's probability whatever pos_label is
AccumMetric APScoreBinary(PosLabelOptions options = {});
/// The mean square of what the probability of class 1 is wrong by. Column: brier_score_loss.
///
/// Shapes:  as APScoreBinary
/// Source:  scikit-learn brier_score_loss; differs: fastai 2.7.18 metrics.py BrierScore gives it classes in the place of
///          probabilities, which makes it error_rate
AccumMetric BrierScore(PosLabelOptions options = {});

}  // namespace fastxx

namespace fastxx::detail {

// Of flat predictions, flat targets of 0 and 1, and their weights, which may be undefined.
using OfBinary = std::function<MetricValue(Tensor const&, Tensor const&, Tensor const&)>;
MetricValue roc_auc(Tensor const& preds, Tensor const& targs, std::optional<double> max_fpr, Tensor const& weights);
MetricValue average_precision(Tensor const& preds, Tensor const& targs, Tensor const& weights);
MetricValue brier(Tensor const& preds, Tensor const& targs, Tensor const& weights);

// Of preds and targs (N,L) and weights (N), as scikit-learn averages.
MetricValue averaged_columns(OfBinary const& score, Tensor const& preds, Tensor const& targs, Average average,
                             Tensor const& weights);

void require_labels(std::string const& name, Tensor const& preds, Tensor const& targs);
std::optional<double> checked_fpr(std::string const& name, std::optional<double> max_fpr);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/metrics/curves.ipp>
#endif
