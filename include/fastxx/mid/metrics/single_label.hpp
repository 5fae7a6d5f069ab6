#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/metrics/averages.hpp>
#include <fastxx/mid/metrics/counts.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace fastxx {

/// What F1Score, FBeta, Jaccard, Precision and Recall are told.
///
/// Source:  fastai 2.7.18 metrics.py F1Score; differs: an item of weight 0 is as if it were not there,
///          where scikit-learn takes its class into the mean over classes
/// Example: examples/doc/metrics.cpp
struct AverageOptions {
  Average average = Average::binary;              ///< of more than two classes another one must be said
  std::vector<std::int64_t> labels = {};          ///< average over these classes; none: those that are in the data
  std::int64_t pos_label = 1;                     ///< the class that Average::binary is about
  std::int64_t axis = -1;                         ///< where the scores of an item's classes are
  std::optional<std::int64_t> ignore_index = {};  ///< items with this target are not counted
  Tensor sample_weight = {};                      ///< of each item of the validation set, in its order: see CountMetric
};

/// The harmonic mean of precision and recall. Column: f1_score.
///
/// Shapes:  scores (N,C), or with C on `axis`, or classes (N,...); targets (N,...)
/// Errors:  state_error [metric.average], [metric.labels]; tensor_error as CountMetric's
/// Source:  fastai 2.7.18 metrics.py F1Score, scikit-learn f1_score
/// Example: examples/doc/metrics.cpp
CountMetric F1Score(AverageOptions options = {});
/// F1Score with recall counted `beta` times as much as precision. Column: fbeta_score.
///
/// Source:  fastai 2.7.18 metrics.py FBeta, scikit-learn fbeta_score
CountMetric FBeta(double beta, AverageOptions options = {});
/// Hits over hits, false alarms and misses. Column: jaccard_score.
///
/// Source:  fastai 2.7.18 metrics.py Jaccard, scikit-learn jaccard_score
CountMetric Jaccard(AverageOptions options = {});
/// The share of what was predicted that is right. Column: precision_score.
///
/// Source:  fastai 2.7.18 metrics.py Precision, scikit-learn precision_score
CountMetric Precision(AverageOptions options = {});
/// The share of what there is that was found. Column: recall_score.
///
/// Source:  fastai 2.7.18 metrics.py Recall, scikit-learn recall_score
CountMetric Recall(AverageOptions options = {});

/// What HammingLoss and MatthewsCorrCoef are told.
///
/// Source:  fastai 2.7.18 metrics.py HammingLoss
struct ClassOptions {
  std::int64_t axis = -1;                         ///< where the scores of an item's classes are
  std::optional<std::int64_t> ignore_index = {};  ///< items with this target are not counted
  Tensor sample_weight = {};                      ///< of each item of the validation set, in its order: see CountMetric
};

/// The share of items whose class is wrong. Column: hamming_loss.
///
/// Source:  fastai 2.7.18 metrics.py HammingLoss, scikit-learn hamming_loss
CountMetric HammingLoss(ClassOptions options = {});
/// Correlation of predicted and actual classes, from -1 to 1; 0 when all are predicted alike. Column: matthews_corrcoef.
///
/// Source:  fastai 2.7.18 metrics.py MatthewsCorrCoef, scikit-learn matthews_corrcoef
CountMetric MatthewsCorrCoef(ClassOptions options = {});

/// What BalancedAccuracy is told.
///
/// Source:  fastai 2.7.18 metrics.py BalancedAccuracy
struct BalancedAccuracyOptions {
  bool adjusted = false;                          ///< 0 for guessing, 1 for all right
  std::int64_t axis = -1;                         ///< where the scores of an item's classes are
  std::optional<std::int64_t> ignore_index = {};  ///< items with this target are not counted
  Tensor sample_weight = {};                      ///< of each item of the validation set, in its order: see CountMetric
};

/// The mean of the classes' recalls, over those that are among the targets. Column: balanced_accuracy_score.
///
/// Source:  fastai 2.7.18 metrics.py BalancedAccuracy, scikit-learn balanced_accuracy_score
CountMetric BalancedAccuracy(BalancedAccuracyOptions options = {});

/// How wrong it is to take one class for another: alike, by their distance, or by its square.
///
/// Source:  scikit-learn's `weights` of cohen_kappa_score
enum class KappaWeights { none, linear, quadratic };

/// What CohenKappa is told.
///
/// Source:  fastai 2.7.18 metrics.py CohenKappa
struct CohenKappaOptions {
  std::vector<std::int64_t> labels = {};          ///< only items whose two classes are among these; none: all
  KappaWeights weights = KappaWeights::none;      ///< of mistakes
  std::int64_t axis = -1;                         ///< where the scores of an item's classes are
  std::optional<std::int64_t> ignore_index = {};  ///< items with this target are not counted
  Tensor sample_weight = {};                      ///< of each item of the validation set, in its order: see CountMetric
};

/// Agreement of predicted and actual classes beyond what chance gives; not defined where there is one class only.
/// Column: cohen_kappa_score.
///
/// Source:  fastai 2.7.18 metrics.py CohenKappa, scikit-learn cohen_kappa_score
CountMetric CohenKappa(CohenKappaOptions options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/single_label.ipp>
#endif
