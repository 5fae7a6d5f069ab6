#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/metrics/single_label.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE CountMetric averaged_classes(std::string const& name, OfOneClass score, AverageOptions const& options) {
  if (options.average == Average::samples)
    throw state_error("metric.average", {.call = "metric " + name,
                                         .expected = "Average::binary, micro, macro or weighted",
                                         .got = "samples, which is for items of several labels",
                                         .fix = "take the metric named ...Multi"});
  bool const binary = options.average == Average::binary;
  if (binary && options.pos_label != 0 && options.pos_label != 1)
    throw state_error("metric.labels", {.call = "metric " + name,
                                        .expected = ".pos_label 0 or 1 for Average::binary",
                                        .got = std::to_string(options.pos_label),
                                        .fix = "for one class of several say {.average = Average::macro, .labels = {" +
                                               std::to_string(options.pos_label) + "}}"});
  return CountMetric(name,
                     [score = std::move(score), options](Counts const& counts) {
                       return averaged(counts, score, options.average, options.pos_label, options.labels);
                     },
                     {.axis = options.axis,
                      .ignore_index = options.ignore_index,
                      .most_classes = binary ? 2 : 0,
                      .sample_weight = options.sample_weight});
}

FASTXX_INLINE MetricValue balanced_accuracy(Counts const& counts, bool adjusted) {
  double sum = 0, classes = 0;
  for (auto const& one : counts.each())
    if (one.actual() > 0) sum += recall_of(one), ++classes;
  double const chance = adjusted ? 1 / classes : 0;
  return (sum / classes - chance) / (1 - chance);
}

// Gorodkin's R_K, which for two classes is Matthews' coefficient.
FASTXX_INLINE MetricValue matthews(Counts const& counts) {
  double hits = 0, both = 0, predicted = 0, actual = 0;
  for (auto const& one : counts.each()) {
    hits += one.hits;
    both += one.predicted() * one.actual();
    predicted += one.predicted() * one.predicted();
    actual += one.actual() * one.actual();
  }
  double const all = counts.items * counts.items, rounding = 1e-13 * all;  // of weights; counts are exact
  double const spread = (all - predicted) * (all - actual);
  if (std::min(all - predicted, all - actual) <= rounding) return 0;
  return (hits * counts.items - both) / std::sqrt(spread);
}

FASTXX_INLINE MetricValue cohen_kappa(Counts const& counts, CohenKappaOptions const& options) {
  auto labels = options.labels;
  auto const each = counts.each();
  for (std::int64_t label = 0; options.labels.empty() && label < counts.size; ++label)
    if (auto const& one = each[static_cast<std::size_t>(label)]; one.predicted() + one.misses > 0)
      labels.push_back(label);

  std::vector<double> actual(labels.size()), predicted(labels.size());
  double items = 0, disagreement = 0, by_chance = 0;
  auto const weight = [&](std::size_t i, std::size_t j) {
    double const distance = std::abs(static_cast<double>(i) - static_cast<double>(j));
    return options.weights == KappaWeights::linear      ? distance
           : options.weights == KappaWeights::quadratic ? distance * distance
                                                        : std::min(distance, 1.);
  };
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = 0; j < labels.size(); ++j) {
      double const n = counts.at(labels[i], labels[j]);
      actual[i] += n, predicted[j] += n, items += n, disagreement += weight(i, j) * n;
    }
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = 0; j < labels.size(); ++j) by_chance += weight(i, j) * actual[i] * predicted[j] / items;
  return 1 - disagreement / by_chance;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE CountMetric F1Score(AverageOptions options) {
  return detail::averaged_classes(
      "f1_score", [](OneClass const& one) { return detail::fbeta_of(one, 1); }, options);
}
FASTXX_INLINE CountMetric FBeta(double beta, AverageOptions options) {
  return detail::averaged_classes(
      "fbeta_score", [beta](OneClass const& one) { return detail::fbeta_of(one, beta); }, options);
}
FASTXX_INLINE CountMetric Jaccard(AverageOptions options) {
  return detail::averaged_classes("jaccard_score", detail::jaccard_of, options);
}
FASTXX_INLINE CountMetric Precision(AverageOptions options) {
  return detail::averaged_classes("precision_score", detail::precision_of, options);
}
FASTXX_INLINE CountMetric Recall(AverageOptions options) {
  return detail::averaged_classes("recall_score", detail::recall_of, options);
}

FASTXX_INLINE CountMetric HammingLoss(ClassOptions options) {
  auto const wrong = [](Counts const& counts) -> MetricValue {
    double sum = 0;
    for (auto const& one : counts.each()) sum += one.misses;
    return sum / counts.items;
  };
  return CountMetric(
      "hamming_loss", wrong,
      {.axis = options.axis, .ignore_index = options.ignore_index, .sample_weight = options.sample_weight});
}
FASTXX_INLINE CountMetric MatthewsCorrCoef(ClassOptions options) {
  return CountMetric(
      "matthews_corrcoef", detail::matthews,
      {.axis = options.axis, .ignore_index = options.ignore_index, .sample_weight = options.sample_weight});
}
FASTXX_INLINE CountMetric BalancedAccuracy(BalancedAccuracyOptions options) {
  return CountMetric(
      "balanced_accuracy_score",
      [options](Counts const& counts) { return detail::balanced_accuracy(counts, options.adjusted); },
      {.axis = options.axis, .ignore_index = options.ignore_index, .sample_weight = options.sample_weight});
}
FASTXX_INLINE CountMetric CohenKappa(CohenKappaOptions options) {
  return CountMetric(
      "cohen_kappa_score", [options](Counts const& counts) { return detail::cohen_kappa(counts, options); },
      {.axis = options.axis, .ignore_index = options.ignore_index, .sample_weight = options.sample_weight});
}

}  // namespace fastxx
