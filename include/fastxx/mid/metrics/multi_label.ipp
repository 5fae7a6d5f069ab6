#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/metrics/multi_label.hpp>

#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void refuse_binary(std::string const& name, Average average) {
  if (average == Average::binary)
    throw state_error("metric.average", {.call = "metric " + name,
                                         .expected = "Average::micro, macro, weighted or samples",
                                         .got = "binary, which is for items of one label",
                                         .fix = "take the metric without ...Multi"});
}

FASTXX_INLINE CountMetric averaged_labels(std::string const& name, OfOneClass score, MultiOptions const& options) {
  refuse_binary(name, options.average);
  return CountMetric(
      name,
      [score, average = options.average](Counts const& counts) { return averaged(counts, score, average, 1, {}); },
      {.several_labels = true,
       .thresh = options.thresh,
       .sigmoid = options.sigmoid,
       .labels = options.labels,
       .per_item = options.average == Average::samples ? score : OfOneClass{},
       .sample_weight = options.sample_weight});
}

FASTXX_INLINE AccumMetric of_probabilities(std::string name, OfBinary score, ProbabilityOptions const& options) {
  refuse_binary(name, options.average);
  auto const activation = options.sigmoid ? ActivationType::sigmoid : ActivationType::no;
  auto value = [name, score = std::move(score), average = options.average](Tensor const& preds, Tensor const& targs,
                                                                           Tensor const& weights) {
    require_labels(name, preds, targs);
    return averaged_columns(score, preds, targs, average, weights);
  };
  return AccumMetric(std::move(value),
                     {.activation = activation, .flatten = false, .sample_weight = options.sample_weight},
                     std::move(name));
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE CountMetric F1ScoreMulti(MultiOptions options) {
  return detail::averaged_labels(
      "f1_score", [](OneClass const& one) { return detail::fbeta_of(one, 1); }, options);
}
FASTXX_INLINE CountMetric FBetaMulti(double beta, MultiOptions options) {
  return detail::averaged_labels(
      "fbeta_score", [beta](OneClass const& one) { return detail::fbeta_of(one, beta); }, options);
}
FASTXX_INLINE CountMetric JaccardMulti(MultiOptions options) {
  return detail::averaged_labels("jaccard_score", detail::jaccard_of, options);
}
FASTXX_INLINE CountMetric PrecisionMulti(MultiOptions options) {
  return detail::averaged_labels("precision_score", detail::precision_of, options);
}
FASTXX_INLINE CountMetric RecallMulti(MultiOptions options) {
  return detail::averaged_labels("recall_score", detail::recall_of, options);
}

FASTXX_INLINE CountMetric HammingLossMulti(LabelOptions options) {
  auto const wrong = [](Counts const& counts) -> MetricValue {
    double sum = 0;
    for (auto const& one : counts.each()) sum += one.false_alarms + one.misses;
    return sum / counts.items / static_cast<double>(counts.size);
  };
  return CountMetric("hamming_loss", wrong,
                     {.several_labels = true,
                      .thresh = options.thresh,
                      .sigmoid = options.sigmoid,
                      .sample_weight = options.sample_weight});
}
FASTXX_INLINE CountMetric MatthewsCorrCoefMulti(LabelOptions options) {
  return detail::averaged_labels(
      "matthews_corrcoef", detail::matthews_of,
      {.thresh = options.thresh, .sigmoid = options.sigmoid, .sample_weight = options.sample_weight});
}

FASTXX_INLINE AccumMetric APScoreMulti(ProbabilityOptions options) {
  return detail::of_probabilities("average_precision_score", detail::average_precision, options);
}
FASTXX_INLINE AccumMetric RocAucMulti(ProbabilityOptions options) {
  return detail::of_probabilities(
      "roc_auc_score",
      [max_fpr = detail::checked_fpr("roc_auc_score", options.max_fpr)](
          Tensor const& p, Tensor const& t, Tensor const& w) { return detail::roc_auc(p, t, max_fpr, w); },
      options);
}
FASTXX_INLINE AccumMetric BrierScoreMulti(ProbabilityOptions options) {
  return detail::of_probabilities("brier_score_loss", detail::brier, options);
}

}  // namespace fastxx
