#pragma once

#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/metrics/counts.hpp>
#include <fastxx/mid/train/state.hpp>

#include <algorithm>
#include <cmath>
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
    : MetricOfTarget(std::move(name)), function_(std::move(function)), options_(std::move(options)) {
  if (options_.several_labels) detail::require_thresh(this->name(), options_.thresh);
  reset();
}

FASTXX_INLINE void CountMetric::accumulate(TrainState const& learn) {
  bool const scores = options_.several_labels && options_.sigmoid && learn.pred.is_floating_point();
  add(scores ? learn.pred.detach().sigmoid() : learn.pred, target_of(learn));
}

FASTXX_INLINE void CountMetric::add(Tensor const& preds, Tensor const& targs) {
  options_.several_labels ? add_labels(preds.detach(), targs.detach()) : add_classes(preds.detach(), targs.detach());
}

// The class of each item, flat.
FASTXX_INLINE Tensor CountMetric::decided(Tensor const& preds, Tensor const& targs) const {
  if (!preds.is_floating_point()) {
    detail::require_same_size(name(), preds, targs);
    return preds.reshape(-1).to(at::kLong);
  }
  bool const axis_there = options_.axis < preds.dim() && options_.axis >= -preds.dim();
  if (preds.dim() < 2 || !axis_there || preds.size(options_.axis) < 2 ||
      preds.numel() != targs.numel() * preds.size(options_.axis))
    detail::refuse_metric("metric.shape", name(),
                          "scores of two classes or more on axis " + std::to_string(options_.axis) +
                              " and one target for each item, or classes as whole numbers",
                          detail::described(preds, targs),
                          "check .axis and the model's last layer; for one output with a sigmoid, or targets of 0 and "
                          "1 for each label, take the metric for several labels (F1ScoreMulti)");
  auto [best, guess] = preds.max(options_.axis);
  detail::refuse_nan(name(), best);  // the largest of scores with a NaN is NaN
  return guess.reshape(-1);
}

// How many classes there are; `classes` is what the scores say, 0 when there were none.
FASTXX_INLINE std::int64_t CountMetric::check_targets(Tensor const& guess, Tensor const& truth,
                                                      std::int64_t classes) const {
  auto const lowest = truth.min().item<std::int64_t>(), highest = truth.max().item<std::int64_t>();
  if (classes == 0) {
    if (auto const least = guess.min().item<std::int64_t>(); least < 0)
      detail::refuse_metric("metric.target", name(), "predicted classes from 0 on", std::to_string(least),
                            "give classes as they were encoded");
    classes = std::max(guess.max().item<std::int64_t>(), highest) + 1;
  }
  if (lowest < 0 || highest >= classes)
    detail::refuse_metric("metric.target", name(), "targets from 0 to " + std::to_string(classes - 1),
                          std::to_string(lowest < 0 ? lowest : highest),
                          "give the model one output for each class, or say .ignore_index for what is no class");
  auto const most = options_.most_classes > 0 ? options_.most_classes : 10'000;
  if (classes > most)
    detail::refuse_metric(
        "metric.classes", name(), "at most " + std::to_string(most) + " classes", std::to_string(classes),
        options_.most_classes > 0 ? "for more than two classes say {.average = Average::macro} (or "
                                    "micro, weighted), or take the metric named ...Multi"
                                  : "a matrix of them would not fit; take accuracy or an AccumMetric");
  return classes;
}

FASTXX_INLINE void CountMetric::add_classes(Tensor const& preds, Tensor const& targs) {
  if (at::isFloatingType(targs.scalar_type()))
    detail::refuse_metric("metric.dtype", name(), "targets that are classes, whole numbers",
                          detail::described(preds, targs),
                          "put Categorize{} into the targets' pipeline; for numbers take R2Score, rmse, mae");
  Tensor guess = decided(preds, targs), truth = targs.reshape(-1).to(guess.device(), at::kLong);
  if (options_.ignore_index) {
    Tensor const counted = truth.ne(*options_.ignore_index);
    guess = guess.masked_select(counted), truth = truth.masked_select(counted);
  }
  if (truth.numel() == 0) return;
  auto const classes = check_targets(guess, truth, preds.is_floating_point() ? preds.size(options_.axis) : 0);
  counts_.grow(classes);
  Tensor const cells = truth.mul(counts_.size).add(guess).bincount({}, counts_.size * counts_.size).to(at::kCPU);
  auto const* const found = cells.data_ptr<std::int64_t>();
  for (std::size_t i = 0; i < counts_.cells.size(); ++i) counts_.cells[i] += static_cast<double>(found[i]);
  counts_.items += static_cast<double>(truth.numel());
}

FASTXX_INLINE std::vector<double> CountMetric::in_cell(Tensor const& cell, std::size_t which, std::int64_t over) {
  Tensor const sums = detail::flat_doubles(cell.eq(static_cast<std::int64_t>(which)).sum(over));
  return {sums.data_ptr<double>(), sums.data_ptr<double>() + sums.numel()};
}

FASTXX_INLINE void CountMetric::add_labels(Tensor const& preds, Tensor const& targs) {
  bool const fit =
      preds.dim() == 2 && targs.numel() == preds.numel() && (targs.dim() == 1 || targs.sizes() == preds.sizes());
  if (!fit)
    detail::refuse_metric("metric.shape", name(), "predictions (N,L) and as many targets of 0 and 1",
                          detail::described(preds, targs),
                          "put MultiCategorize{} and OneHotEncode{} into the targets' pipeline; where an item has one "
                          "class, take the metric for one label (F1Score)");
  detail::refuse_nan(name(), preds);
  Tensor labels = targs.reshape(preds.sizes()).to(preds.device());
  Tensor guess = preds.is_floating_point() ? preds.ge(options_.thresh) : preds.ne(0);
  if (labels.ne(0).logical_and(labels.ne(1)).any().item<bool>())
    detail::refuse_metric("metric.target", name(), "targets of 0 and 1", "others",
                          "smoothed or encoded targets are for the loss; measure against the plain ones");
  Tensor truth = labels.ne(0);
  if (!options_.labels.empty()) {
    Tensor const chosen = at::tensor(options_.labels).to(preds.device());
    if (chosen.min().item<std::int64_t>() < 0 || chosen.max().item<std::int64_t>() >= preds.size(1))
      detail::refuse_metric("metric.labels", name(), ".labels from 0 to " + std::to_string(preds.size(1) - 1), "others",
                            "give the labels' numbers in the vocabulary");
    guess = guess.index_select(1, chosen), truth = truth.index_select(1, chosen);
  }
  // 0 and 1: rightly and wrongly not predicted ... in the order of a label's cells [actual][predicted].
  Tensor const cell = truth.to(at::kLong).mul(2).add(guess.to(at::kLong));
  counts_.grow(cell.size(1));
  counts_.items += static_cast<double>(cell.size(0));
  for (std::size_t which = 0; which < 4; ++which) {
    auto const found = in_cell(cell, which, 0);
    for (std::size_t label = 0; label < found.size(); ++label) counts_.cells[4 * label + which] += found[label];
  }
  if (!options_.per_item) return;
  auto const none = in_cell(cell, 0, 1), wrong = in_cell(cell, 1, 1), missed = in_cell(cell, 2, 1),
             hit = in_cell(cell, 3, 1);
  for (std::size_t item = 0; item < hit.size(); ++item)
    counts_.sum_over_items += options_.per_item({hit[item], wrong[item], missed[item], none[item]});
}

FASTXX_INLINE void CountMetric::reduce(Ranks const& ranks) {
  counts_.grow(detail::largest_of(ranks, counts_.size));  // a rank may have had no batch
  for (auto& cell : counts_.cells) cell = ranks.sum_of(cell);
  counts_.items = ranks.sum_of(counts_.items);
  counts_.sum_over_items = ranks.sum_of(counts_.sum_over_items);
}

FASTXX_INLINE MetricValue CountMetric::value() const {
  if (counts_.items == 0) return std::nullopt;
  auto const value = function_(counts_);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

FASTXX_INLINE MetricValue CountMetric::operator()(Tensor const& preds, Tensor const& targs) const {
  CountMetric alone = *this;
  alone.reset();
  alone.add(preds, targs);
  return alone.value();
}

}  // namespace fastxx
