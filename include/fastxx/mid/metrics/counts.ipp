#pragma once

#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/metrics/counts.hpp>
#include <fastxx/mid/train/state.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE double Counts::at(std::int64_t actual, std::int64_t predicted) const {
  bool const known = std::min(actual, predicted) >= 0 && std::max(actual, predicted) < size;
  return known ? cells[static_cast<std::size_t>(actual * size + predicted)] : 0;
}

FASTXX_INLINE std::vector<OneClass> Counts::each() const {
  std::vector<OneClass> all(static_cast<std::size_t>(size));
  if (several_labels) {
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] = {.hits = cells[4 * i + 3],
                .false_alarms = cells[4 * i + 1],
                .misses = cells[4 * i + 2],
                .rejections = cells[4 * i]};
    return all;
  }
  for (std::int64_t actual = 0; actual < size; ++actual)
    for (std::int64_t predicted = 0; predicted < size; ++predicted) {
      double const n = at(actual, predicted);
      if (actual == predicted) {
        all[static_cast<std::size_t>(actual)].hits += n;
      } else {
        all[static_cast<std::size_t>(actual)].misses += n;
        all[static_cast<std::size_t>(predicted)].false_alarms += n;
      }
    }
  for (auto& one : all) one.rejections = items - one.hits - one.misses - one.false_alarms;
  return all;
}

FASTXX_INLINE void Counts::grow(std::int64_t n) {
  if (n <= size) return;
  if (several_labels) {
    cells.resize(static_cast<std::size_t>(4 * n));
  } else {
    std::vector<double> larger(static_cast<std::size_t>(n * n));
    for (std::int64_t row = 0; row < size; ++row)
      std::copy_n(cells.begin() + row * size, size, larger.begin() + row * n);
    cells = std::move(larger);
  }
  size = n;
}

FASTXX_INLINE CountMetric::CountMetric(std::string name, Function function, CountOptions options)
    : WeightedMetric(std::move(name), options.sample_weight),
      function_(std::move(function)),
      options_(std::move(options)) {
  if (options_.several_labels) detail::require_thresh(this->name(), options_.thresh);
  reset();
}

FASTXX_INLINE void CountMetric::reset() {
  counts_ = {.several_labels = options_.several_labels};
  begin();
}

FASTXX_INLINE void CountMetric::accumulate(TrainState const& learn) {
  if (!takes(learn)) return;
  bool const scores = options_.several_labels && options_.sigmoid && learn.pred.is_floating_point();
  add_batch(scores ? learn.pred.detach().sigmoid() : learn.pred, target_of(learn), learn.classes);
}

FASTXX_INLINE void CountMetric::add_batch(Tensor const& preds, Tensor const& targs, detail::ClassesOfBatch* shared) {
  auto const items = detail::items_of(options_.several_labels ? preds : targs);
  Tensor const weights = next_weights(items, options_.several_labels ? items : targs.numel());
  auto const* const weight = weights.defined() ? weights.data_ptr<double>() : nullptr;
  if (options_.several_labels)
    add_labels(detail::at_least_float(preds.detach()), targs.detach(), weight);
  else
    add_classes(preds, targs.detach(), weight, shared);
}

FASTXX_INLINE void CountMetric::require_scores(Tensor const& preds, Tensor const& targs) const {
  if (!preds.is_floating_point()) return detail::require_same_size(name(), preds, targs);
  bool const axis_there = options_.axis < preds.dim() && options_.axis >= -preds.dim();
  if (preds.dim() < 2 || !axis_there || preds.size(options_.axis) < 2 ||
      preds.numel() != targs.numel() * preds.size(options_.axis))
    detail::refuse_metric("metric.shape", name(),
                          "scores of two classes or more on axis " + std::to_string(options_.axis) +
                              " and one target for each item, or classes as whole numbers",
                          detail::described(preds, targs),
                          "check .axis and the model's last layer; for one output with a sigmoid, or targets of 0 and "
                          "1 for each label, take the metric for several labels (F1ScoreMulti)");
}

// The class of each item.
FASTXX_INLINE Tensor CountMetric::decided(Tensor const& preds) const {
  if (!preds.is_floating_point()) return detail::flat_numbers(preds);
  auto [best, guess] = detail::at_least_float(preds.detach()).max(options_.axis);
  detail::refuse_nan(name(), best);  // the largest of scores with a NaN is NaN
  return detail::flat_numbers(guess);
}

// `classes` is what the scores say, 0 when there were none.
FASTXX_INLINE void CountMetric::make_room(std::int64_t classes, Range predicted, Range actual) {
  if (classes == 0 && predicted.lowest < 0)
    detail::refuse_metric("metric.target", name(), "predicted classes from 0 on", std::to_string(predicted.lowest),
                          "give classes as they were encoded");
  if (classes == 0) classes = std::max(predicted.highest, actual.highest) + 1;
  if (actual.lowest < 0 || actual.highest >= classes)
    detail::refuse_metric("metric.target", name(), "targets from 0 to " + std::to_string(classes - 1),
                          std::to_string(actual.lowest < 0 ? actual.lowest : actual.highest),
                          "give the model one output for each class, or say .ignore_index for what is no class");
  auto const most = options_.most_classes > 0 ? options_.most_classes : 10'000;
  if (classes > most)
    detail::refuse_metric(
        "metric.classes", name(), "at most " + std::to_string(most) + " classes", std::to_string(classes),
        options_.most_classes > 0 ? "for more than two classes say {.average = Average::macro} (or "
                                    "micro, weighted), or take the metric named ...Multi"
                                  : "a matrix of them would not fit; take accuracy or an AccumMetric");
  counts_.grow(classes);
}

FASTXX_INLINE void CountMetric::add_classes(Tensor const& preds, Tensor const& targs, double const* weights,
                                            detail::ClassesOfBatch* shared) {
  if (at::isFloatingType(targs.scalar_type()))
    detail::refuse_metric("metric.dtype", name(), "targets that are classes, whole numbers",
                          detail::described(preds, targs),
                          "put Categorize{} into the targets' pipeline; for numbers take R2Score, rmse, mae");
  require_scores(preds, targs);
  auto const find = [&] { return decided(preds); };
  Tensor const predicted = shared ? shared->of(preds, options_.axis, find) : find();
  Tensor const actual = detail::flat_numbers(targs);
  auto const* const guess = predicted.data_ptr<std::int64_t>();
  auto const* const truth = actual.data_ptr<std::int64_t>();
  auto const n = static_cast<std::size_t>(actual.numel());
  auto const ignored = [&](std::size_t i) { return options_.ignore_index && truth[i] == *options_.ignore_index; };
  Range of_guess, of_truth;
  for (std::size_t i = 0; i < n; ++i)
    if (!ignored(i)) of_guess.take_in(guess[i]), of_truth.take_in(truth[i]);
  if (of_truth.highest < of_truth.lowest) return;  // nothing is left
  make_room(preds.is_floating_point() ? preds.size(options_.axis) : 0, of_guess, of_truth);
  for (std::size_t i = 0; i < n; ++i) {
    if (ignored(i)) continue;
    double const weight = weights ? weights[i] : 1;
    counts_.cells[static_cast<std::size_t>(truth[i] * counts_.size + guess[i])] += weight;
    counts_.items += weight;
  }
}

FASTXX_INLINE void CountMetric::check_labels(Tensor const& preds, Tensor const& targs) const {
  bool const fit =
      preds.dim() == 2 && targs.numel() == preds.numel() && (targs.dim() == 1 || targs.sizes() == preds.sizes());
  if (!fit)
    detail::refuse_metric("metric.shape", name(), "predictions (N,L) and as many targets of 0 and 1",
                          detail::described(preds, targs),
                          "put MultiCategorize{} and OneHotEncode{} into the targets' pipeline; where an item has one "
                          "class, take the metric for one label (F1Score)");
  detail::refuse_nan(name(), preds);
  for (auto const label : options_.labels)
    if (label < 0 || label >= preds.size(1))
      detail::refuse_metric("metric.labels", name(), ".labels from 0 to " + std::to_string(preds.size(1) - 1),
                            std::to_string(label), "give the labels' numbers in the vocabulary");
}

FASTXX_INLINE void CountMetric::add_labels(Tensor const& preds, Tensor const& targs, double const* weights) {
  check_labels(preds, targs);
  auto labels = options_.labels;
  if (labels.empty()) {
    labels.resize(static_cast<std::size_t>(preds.size(1)));
    std::iota(labels.begin(), labels.end(), 0);
  }
  counts_.grow(static_cast<std::int64_t>(labels.size()));
  Tensor const decided = preds.is_floating_point() ? preds.ge(options_.thresh) : preds.ne(0);
  Tensor const predicted = decided.to(at::kCPU).contiguous(), actual = detail::flat_doubles(targs);
  auto const* guess = predicted.data_ptr<bool>();
  auto const* truth = actual.data_ptr<double>();
  for (std::int64_t item = 0; item < preds.size(0); ++item, guess += preds.size(1), truth += preds.size(1)) {
    double const weight = weights ? *weights++ : 1;
    std::array<double, 4> of_item{};  // [actual][predicted]
    for (std::size_t i = 0; i < labels.size(); ++i) {
      double const is = truth[labels[i]];
      if (is * (is - 1) != 0)  // one branch, which is never taken
        detail::refuse_metric("metric.target", name(), "targets of 0 and 1", std::to_string(is),
                              "smoothed or encoded targets are for the loss; measure against the plain ones");
      auto const cell = static_cast<std::size_t>(2 * (is == 1) + guess[labels[i]]);
      counts_.cells[4 * i + cell] += weight, of_item[cell] += 1;
    }
    if (options_.per_item)
      counts_.sum_over_items += weight * options_.per_item({of_item[3], of_item[1], of_item[2], of_item[0]});
    counts_.items += weight;
  }
}

FASTXX_INLINE void CountMetric::reduce(Ranks const& ranks) {
  counts_.grow(detail::largest_of(ranks, counts_.size));  // a rank may have had no batch
  for (auto& cell : counts_.cells) cell = ranks.sum_of(cell);
  counts_.items = ranks.sum_of(counts_.items);
  counts_.sum_over_items = ranks.sum_of(counts_.sum_over_items);
}

FASTXX_INLINE MetricValue CountMetric::value() const {
  require_all_used();
  if (counts_.items == 0) return std::nullopt;
  auto const value = function_(counts_);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

FASTXX_INLINE MetricValue CountMetric::operator()(Tensor const& preds, Tensor const& targs) const {
  return detail::value_of(*this, preds, targs);
}

}  // namespace fastxx
