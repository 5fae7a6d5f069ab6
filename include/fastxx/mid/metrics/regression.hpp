#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/accum.hpp>
#include <fastxx/mid/metrics/weights.hpp>
#include <fastxx/mid/train/metric_value.hpp>
#include <fastxx/mid/train/ranks.hpp>

#include <functional>
#include <string>
#include <utility>

namespace fastxx {

/// Mean squared error. Column: mse.
///
/// Shapes:  any with equal numbers of elements -> (); averaged over batches weighted by their sizes
/// Errors:  tensor_error [metric.shape], [metric.nan]
/// Source:  fastai 2.7.18 metrics.py mse
/// Example: examples/doc/metrics.cpp
struct mse_t {
  static constexpr bool flattens = true;
  Tensor operator()(Tensor const& preds, Tensor const& targs) const;
};
inline constexpr mse_t mse{};

/// Mean absolute error. Column: mae.
///
/// Source:  fastai 2.7.18 metrics.py mae
struct mae_t {
  static constexpr bool flattens = true;
  Tensor operator()(Tensor const& preds, Tensor const& targs) const;
};
inline constexpr mae_t mae{};

/// Mean squared error of log(1 + x), for what is above -1. Column: msle.
///
/// Errors:  tensor_error [metric.range] besides those of mse
/// Source:  fastai 2.7.18 metrics.py msle
struct msle_t {
  static constexpr bool flattens = true;
  Tensor operator()(Tensor const& preds, Tensor const& targs) const;
};
inline constexpr msle_t msle{};

/// What the metrics of numbers are made of: means and sums of squares around them, of predictions, targets and errors
/// (target - prediction), merged batch by batch so that nothing is lost to large means.
///
/// Source:  own design, after Chan, Golub and LeVeque
/// Example: examples/doc/metrics.cpp
struct Moments {
  double items = 0;                      ///< how many numbers, or the sum of their weights
  double numbers = 0;                    ///< how many numbers, whatever their weights, but for those of weight 0
  double pred = 0, targ = 0, error = 0;  ///< means
  double pred_squares = 0, targ_squares = 0, error_squares = 0;  ///< sums of squares around the means
  double pred_targ = 0;                                          ///< sum of products around the means

  void merge(Moments const& other);
  /// The mean of the squared errors.
  double mean_squared_error() const { return error_squares / items + error * error; }
};

/// A metric that is a function of Moments: R2Score(), rmse and others are made of it, and so may be your own. A value that
/// is no number counts as not defined. Weights are those of the validation set in its order, as CountMetric's.
///
/// Shapes:  any with equal numbers of elements, all taken as one list of numbers; weights (items), or (items,...) as targets
/// Errors:  tensor_error [metric.shape], [metric.nan]; state_error [metric.weights]
/// Runs:    on the CPU, in double; needs the same memory for any number of items; adds up over ranks
/// Source:  own design; fastai keeps all predictions and gives them to scikit-learn
/// Example: examples/doc/metrics.cpp
class MomentMetric : public detail::WeightedMetric {
 public:
  using Function = std::function<MetricValue(Moments const&)>;
  /// What is measured in the place of (prediction, target), both double and flat.
  using Transform = std::function<std::pair<Tensor, Tensor>(Tensor const&, Tensor const&)>;

  MomentMetric(std::string name, Function function, Transform transform = {}, Tensor const& sample_weight = {});

  void reset() { moments_ = {}, begin(); }
  void accumulate(TrainState const& learn);
  void add(Tensor const& preds, Tensor const& targs);
  void reduce(Ranks const& ranks);
  MetricValue value() const;
  /// Of these predictions alone.
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const;

 private:
  Function function_;
  Transform transform_;
  Moments moments_;
};

/// Root of the mean squared error of the whole phase: `metrics(rmse)`, `rmse(preds, targs)`. Column: rmse.
///
/// Source:  fastai 2.7.18 metrics.py rmse (TR-58)
struct rmse_t {
  MomentMetric metric() const;
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const { return metric()(preds, targs); }
};
inline constexpr rmse_t rmse{};

/// Root of the mean squared share by which exp(prediction) misses exp(target), over the whole phase. Column: exp_rmspe.
///
/// Source:  fastai 2.7.18 metrics.py exp_rmspe (TR-58)
struct exp_rmspe_t {
  MomentMetric metric() const;
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const { return metric()(preds, targs); }
};
inline constexpr exp_rmspe_t exp_rmspe{};

/// What R2Score and ExplainedVariance are told.
///
/// Source:  fastai 2.7.18 metrics.py R2Score
struct NumberOptions {
  Tensor sample_weight = {};  ///< of each item of the validation set, in its order: see MomentMetric
};

/// 1 - variance of the errors / variance of the targets; where the targets are all alike 1 when there is no error
/// variance, else 0. Column: explained_variance_score.
///
/// Source:  fastai 2.7.18 metrics.py ExplainedVariance, scikit-learn explained_variance_score
MomentMetric ExplainedVariance(NumberOptions const& options = {});
/// 1 - squared errors / squares of the targets around their mean; not defined for one item. Column: r2_score.
///
/// Source:  fastai 2.7.18 metrics.py R2Score, scikit-learn r2_score
MomentMetric R2Score(NumberOptions const& options = {});
/// Correlation of predictions and targets; not defined where one of them is constant. Column: pearsonr.
///
/// Source:  fastai 2.7.18 metrics.py PearsonCorrCoef, SciPy pearsonr
MomentMetric PearsonCorrCoef();
/// Correlation of the ranks of predictions and targets, ties by their mean rank. Column: spearmanr.
///
/// Runs:    keeps all predictions and targets on the CPU until the next phase
/// Source:  fastai 2.7.18 metrics.py SpearmanCorrCoef, SciPy spearmanr
AccumMetric SpearmanCorrCoef();

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/regression.ipp>
#endif
