#pragma once

#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/metrics/regression.hpp>
#include <fastxx/mid/train/state.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace fastxx::detail {

// Both flat, the targets as the predictions' type.
FASTXX_INLINE std::pair<Tensor, Tensor> both_flat(char const* name, Tensor const& preds, Tensor const& targs) {
  require_same_size(name, preds, targs);
  refuse_nan(name, preds);
  Tensor const flat = (preds.is_floating_point() ? at_least_float(preds) : preds.to(at::kFloat)).reshape(-1);
  return {flat, targs.reshape(-1).to(flat.options())};
}

FASTXX_INLINE void require_logarithm(Tensor const& preds, Tensor const& targs) {
  if (preds.le(-1).logical_or(targs.le(-1)).any().item<bool>())
    refuse_metric("metric.range", "msle", "predictions and targets above -1", "-1 or less",
                  "end the model with something positive (softplus), or take mse");
}

// Undefined weights are all 1.
FASTXX_INLINE Moments moments_of(Tensor const& preds, Tensor const& targs, Tensor const& weights) {
  bool const weighted = weights.defined();
  Tensor const errors = targs.sub(preds);
  double const items = weighted ? weights.sum().item<double>() : static_cast<double>(preds.numel());
  if (items == 0) return {};
  auto const mean = [&](Tensor const& x) { return (weighted ? x.dot(weights).div(items) : x.mean()).item<double>(); };
  auto const product = [&](Tensor const& x, Tensor const& y) {
    return (weighted ? x.mul(weights) : x).dot(y).item<double>();
  };
  Moments found{.items = items,
                .numbers = weighted ? weights.gt(0).sum().item<double>() : items,
                .pred = mean(preds),
                .targ = mean(targs),
                .error = mean(errors)};
  Tensor const p = preds.sub(found.pred), t = targs.sub(found.targ), e = errors.sub(found.error);
  found.pred_squares = product(p, p), found.targ_squares = product(t, t), found.error_squares = product(e, e);
  found.pred_targ = product(p, t);
  return found;
}

// Whether numbers are alike but for the rounding of their mean.
FASTXX_INLINE bool constant(double squares, double mean, double items) {
  return std::sqrt(squares / items) <= 1e-14 * std::abs(mean);
}

// scikit-learn's r2_score and explained_variance_score: what is left of the targets' squares.
FASTXX_INLINE double explained(double left, Moments const& m) {
  if (!constant(m.targ_squares, m.targ, m.items)) return 1 - left / m.targ_squares;
  return constant(left, m.targ, m.items) ? 1 : 0;
}

// Mean ranks: numbers that are alike share the mean of their places.
FASTXX_INLINE Tensor ranks_of(Tensor const& numbers) {
  auto const [sorted, order] = numbers.reshape(-1).sort(0, false);
  Tensor const values = flat_doubles(sorted), ranks = empty_cpu(values.sizes(), at::kDouble);
  auto const* const value = values.data_ptr<double>();
  auto const* const place = order.data_ptr<std::int64_t>();
  for (std::int64_t begin = 0, end = 0, n = values.numel(); begin < n; begin = end) {
    while (end < n && value[end] == value[begin]) ++end;
    for (std::int64_t i = begin; i < end; ++i)
      ranks.data_ptr<double>()[place[i]] = static_cast<double>(begin + end - 1) / 2;
  }
  return ranks;
}

FASTXX_INLINE MetricValue correlation(Moments const& m) {
  if (constant(m.pred_squares, m.pred, m.items) || constant(m.targ_squares, m.targ, m.items)) return std::nullopt;
  return std::clamp(m.pred_targ / std::sqrt(m.pred_squares) / std::sqrt(m.targ_squares), -1., 1.);
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Tensor mse_t::operator()(Tensor const& preds, Tensor const& targs) const {
  auto const [p, t] = detail::both_flat("mse", preds, targs);
  return p.sub(t).square().mean();
}

FASTXX_INLINE Tensor mae_t::operator()(Tensor const& preds, Tensor const& targs) const {
  auto const [p, t] = detail::both_flat("mae", preds, targs);
  return p.sub(t).abs().mean();
}

FASTXX_INLINE Tensor msle_t::operator()(Tensor const& preds, Tensor const& targs) const {
  auto const [p, t] = detail::both_flat("msle", preds, targs);
  detail::require_logarithm(p, t);
  return p.log1p().sub(t.log1p()).square().mean();
}

FASTXX_INLINE void Moments::merge(Moments const& other) {
  double const all = items + other.items;
  if (other.items == 0) return;
  double const share = other.items / all, cross = items * share;
  double const p = other.pred - pred, t = other.targ - targ, e = other.error - error;
  pred_squares += other.pred_squares + p * p * cross;
  targ_squares += other.targ_squares + t * t * cross;
  error_squares += other.error_squares + e * e * cross;
  pred_targ += other.pred_targ + p * t * cross;
  pred += p * share, targ += t * share, error += e * share;
  items = all, numbers += other.numbers;
}

FASTXX_INLINE MomentMetric::MomentMetric(std::string name, Function function, Transform transform,
                                         Tensor const& sample_weight)
    : WeightedMetric(std::move(name), sample_weight),
      function_(std::move(function)),
      transform_(std::move(transform)) {}

FASTXX_INLINE void MomentMetric::accumulate(TrainState const& learn) {
  if (takes(learn)) add(learn.pred, target_of(learn));
}

FASTXX_INLINE void MomentMetric::add(Tensor const& preds, Tensor const& targs) {
  detail::require_same_size(name(), preds, targs);
  detail::refuse_nan(name(), preds);
  if (preds.numel() == 0) return;
  Tensor const weights = next_weights(detail::items_of(targs), targs.numel());
  auto both = std::pair(detail::flat_doubles(preds), detail::flat_doubles(targs));
  if (transform_) both = transform_(both.first, both.second);
  moments_.merge(detail::moments_of(both.first, both.second, weights));
}

FASTXX_INLINE void MomentMetric::reduce(Ranks const& ranks) {
  if (ranks.size == 1) return;
  Moments const mine = std::exchange(moments_, {});
  for (int rank = 0; rank < ranks.size; ++rank) {
    auto const tell = [&](double number) { return ranks.sum_of(rank == ranks.rank ? number : 0); };
    Moments theirs;
    theirs.items = tell(mine.items), theirs.numbers = tell(mine.numbers);
    theirs.pred = tell(mine.pred), theirs.targ = tell(mine.targ), theirs.error = tell(mine.error);
    theirs.pred_squares = tell(mine.pred_squares), theirs.targ_squares = tell(mine.targ_squares);
    theirs.error_squares = tell(mine.error_squares), theirs.pred_targ = tell(mine.pred_targ);
    moments_.merge(theirs);
  }
}

FASTXX_INLINE MetricValue MomentMetric::value() const {
  require_all_used();
  if (moments_.items == 0) return std::nullopt;
  auto const value = function_(moments_);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

FASTXX_INLINE MetricValue MomentMetric::operator()(Tensor const& preds, Tensor const& targs) const {
  return detail::value_of(*this, preds, targs);
}

FASTXX_INLINE MomentMetric rmse_t::metric() const {
  return MomentMetric("rmse", [](Moments const& m) -> MetricValue { return std::sqrt(m.mean_squared_error()); });
}

FASTXX_INLINE MomentMetric exp_rmspe_t::metric() const {
  return MomentMetric(
      "exp_rmspe", [](Moments const& m) -> MetricValue { return std::sqrt(m.mean_squared_error()); },
      [](Tensor const& preds, Tensor const& targs) {
        Tensor const ratio = preds.sub(targs).exp();  // exp(p) / exp(t), which do not overflow so
        return std::pair(ratio, at::ones_like(ratio));
      });
}

FASTXX_INLINE MomentMetric ExplainedVariance(NumberOptions const& options) {
  return MomentMetric(
      "explained_variance_score", [](Moments const& m) -> MetricValue { return detail::explained(m.error_squares, m); },
      {}, options.sample_weight);
}

FASTXX_INLINE MomentMetric R2Score(NumberOptions const& options) {
  return MomentMetric(
      "r2_score",
      [](Moments const& m) -> MetricValue {
        if (m.numbers < 2) return std::nullopt;
        return detail::explained(m.mean_squared_error() * m.items, m);
      },
      {}, options.sample_weight);
}

FASTXX_INLINE MomentMetric PearsonCorrCoef() { return MomentMetric("pearsonr", detail::correlation); }

FASTXX_INLINE AccumMetric SpearmanCorrCoef() {
  auto value = [](Tensor const& preds, Tensor const& targs) {
    return detail::correlation(detail::moments_of(detail::ranks_of(preds), detail::ranks_of(targs), {}));
  };
  return AccumMetric(value, {}, "spearmanr");
}

}  // namespace fastxx
