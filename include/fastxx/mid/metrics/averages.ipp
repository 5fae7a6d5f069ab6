#pragma once

#include <fastxx/mid/metrics/averages.hpp>

#include <cmath>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE double fbeta_of(OneClass const& one, double beta) {
  double const precision = precision_of(one), recall = recall_of(one);
  return share((1 + beta * beta) * precision * recall, beta * beta * precision + recall);
}

FASTXX_INLINE double matthews_of(OneClass const& one) {
  double const both = one.hits * one.rejections - one.false_alarms * one.misses;
  double const spread =
      one.predicted() * one.actual() * (one.rejections + one.false_alarms) * (one.rejections + one.misses);
  return share(both, std::sqrt(spread));
}

FASTXX_INLINE std::vector<OneClass> chosen(Counts const& counts, std::vector<std::int64_t> const& labels) {
  auto const each = counts.each();
  std::vector<OneClass> found;
  for (auto const label : labels)  // a class that nobody has seen counts as all wrong
    found.push_back(label >= 0 && label < counts.size ? each[static_cast<std::size_t>(label)] : OneClass{});
  if (labels.empty())
    for (auto const& one : each)
      if (counts.several_labels || one.predicted() + one.misses > 0) found.push_back(one);
  return found;
}

FASTXX_INLINE MetricValue averaged(Counts const& counts, OfOneClass const& score, Average average,
                                   std::int64_t pos_label, std::vector<std::int64_t> const& labels) {
  if (average == Average::samples) return counts.sum_over_items / counts.items;
  if (average == Average::binary) return score(chosen(counts, {pos_label})[0]);
  auto const classes = chosen(counts, labels);
  OneClass all;
  double sum = 0, weights = 0;
  for (auto const& one : classes) {
    all.hits += one.hits, all.false_alarms += one.false_alarms, all.misses += one.misses;
    double const weight = average == Average::weighted ? one.actual() : 1;
    sum += weight * score(one), weights += weight;
  }
  return average == Average::micro ? score(all) : share(sum, weights);
}

}  // namespace fastxx::detail
