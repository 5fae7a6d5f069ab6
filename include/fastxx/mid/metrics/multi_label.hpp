#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/metrics/accum.hpp>
#include <fastxx/mid/metrics/averages.hpp>
#include <fastxx/mid/metrics/counts.hpp>
#include <fastxx/mid/metrics/curves.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace fastxx {

/// What F1ScoreMulti, FBetaMulti, JaccardMulti, PrecisionMulti and RecallMulti are told.
///
/// Source:  fastai 2.7.18 metrics.py F1ScoreMulti
/// Example: examples/doc/metrics.cpp
struct MultiOptions {
  double thresh = 0.5;                    ///< a label is predicted from this probability on
  bool sigmoid = true;                    ///< the model gives raw scores; false: probabilities
  Average average = Average::macro;       ///< micro, macro, weighted, or samples: the mean over items
  std::vector<std::int64_t> labels = {};  ///< only these; none: all
  Tensor sample_weight = {};              ///< of each item of the validation set, in its order: see CountMetric
};

/// F1Score of items that have several labels. Column: f1_score.
///
/// Shapes:  scores, or labels that were decided, (N,L); targets (N,L) of 0 and 1
/// Errors:  state_error [metric.average]; tensor_error as CountMetric's
/// Source:  fastai 2.7.18 metrics.py F1ScoreMulti, scikit-learn f1_score
/// Example: examples/doc/metrics.cpp
CountMetric F1ScoreMulti(MultiOptions options = {});
/// FBeta of items that have several labels. Column: fbeta_score.
///
/// Source:  fastai 2.7.18 metrics.py FBetaMulti
CountMetric FBetaMulti(double beta, MultiOptions options = {});
/// Jaccard of items that have several labels. Column: jaccard_score.
///
/// Source:  fastai 2.7.18 metrics.py JaccardMulti
CountMetric JaccardMulti(MultiOptions options = {});
/// Precision of items that have several labels. Column: precision_score.
///
/// Source:  fastai 2.7.18 metrics.py PrecisionMulti
CountMetric PrecisionMulti(MultiOptions options = {});
/// Recall of items that have several labels. Column: recall_score.
///
/// Source:  fastai 2.7.18 metrics.py RecallMulti
CountMetric RecallMulti(MultiOptions options = {});

/// What HammingLossMulti and MatthewsCorrCoefMulti are told.
///
/// Source:  fastai 2.7.18 metrics.py HammingLossMulti
struct LabelOptions {
  double thresh = 0.5;        ///< a label is predicted from this probability on
  bool sigmoid = true;        ///< the model gives raw scores; false: probabilities
  Tensor sample_weight = {};  ///< of each item of the validation set, in its order: see CountMetric
};

/// The share of labels that are wrong. Column: hamming_loss.
///
/// Source:  fastai 2.7.18 metrics.py HammingLossMulti
CountMetric HammingLossMulti(LabelOptions options = {});
/// The mean of the labels' MatthewsCorrCoef. Column: matthews_corrcoef.
///
/// Source:  fastai 2.7.18 metrics.py MatthewsCorrCoefMulti, which scikit-learn refuses for several labels; the mean is ours
CountMetric MatthewsCorrCoefMulti(LabelOptions options = {});

/// What APScoreMulti, RocAucMulti and BrierScoreMulti are told.
///
/// Source:  fastai 2.7.18 metrics.py RocAucMulti
struct ProbabilityOptions {
  bool sigmoid = true;                 ///< the model gives raw scores; false: probabilities
  Average average = Average::macro;    ///< micro, macro, weighted, or samples: the mean over items
  std::optional<double> max_fpr = {};  ///< of RocAucMulti: the area up to this false positive rate, as in RocAuc
  Tensor sample_weight = {};           ///< of each item of the validation set, in its order: see AccumMetric
};

/// APScoreBinary of items that have several labels. Column: average_precision_score.
///
/// Shapes:  scores (N,L), targets (N,L) of 0 and 1; all are kept
/// Source:  fastai 2.7.18 metrics.py APScoreMulti, scikit-learn average_precision_score
/// Example: examples/doc/metrics.cpp
AccumMetric APScoreMulti(ProbabilityOptions options = {});
/// RocAucBinary of items that have several labels; not defined where a label has targets of one kind only. Column:
/// roc_auc_score.
///
/// Source:  fastai 2.7.18 metrics.py RocAucMulti, scikit-learn roc_auc_score
AccumMetric RocAucMulti(ProbabilityOptions options = {});
/// BrierScore of items that have several labels: the mean square of what the probabilities are wrong by. Column:
/// brier_score_loss.
///
/// Source:  fastai 2.7.18 metrics.py BrierScoreMulti, which gives scikit-learn what it refuses
AccumMetric BrierScoreMulti(ProbabilityOptions options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/multi_label.ipp>
#endif
