#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/metrics/curves.hpp>

#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// How many hits and false alarms there are when all from some score on are called positive.
struct CurvePoint {
  double hits = 0, false_alarms = 0;
};

// One point for each score that occurs, the highest first, so that ties are taken together.
FASTXX_INLINE std::vector<CurvePoint> curve(Tensor const& preds, Tensor const& targs, Tensor const& weights) {
  if (weights.defined()) {  // what has no weight makes no point
    Tensor const counts = weights.gt(0);
    if (!counts.all().item<bool>())
      return curve(preds.reshape(-1).masked_select(counts), targs.reshape(-1).masked_select(counts),
                   weights.masked_select(counts));
  }
  auto const [highest, order] = preds.reshape(-1).sort(0, true);
  Tensor const scores = flat_doubles(highest), truth = flat_doubles(targs.reshape(-1).index_select(0, order));
  Tensor const in_order = weights.defined() ? weights.index_select(0, order) : Tensor();
  auto const* const score = scores.data_ptr<double>();
  auto const* const is = truth.data_ptr<double>();
  auto const* const weight = in_order.defined() ? in_order.data_ptr<double>() : nullptr;
  std::vector<CurvePoint> points;
  CurvePoint now;
  for (std::int64_t i = 0, n = scores.numel(); i < n; ++i) {
    double const w = weight ? weight[i] : 1;
    now.hits += w * is[i], now.false_alarms += w * (1 - is[i]);
    if (i + 1 == n || score[i + 1] != score[i]) points.push_back(now);
  }
  return points;
}

FASTXX_INLINE MetricValue roc_auc(Tensor const& preds, Tensor const& targs, std::optional<double> max_fpr,
                                  Tensor const& weights) {
  auto const points = curve(preds, targs, weights);
  if (points.empty() || points.back().hits == 0 || points.back().false_alarms == 0) return std::nullopt;
  auto const [positive, negative] = points.back();
  double const end = max_fpr.value_or(1) * negative;
  double area = 0;
  CurvePoint before;
  for (auto point : points) {
    if (point.false_alarms > end) {  // the part of the step that lies before the end
      double const part = (end - before.false_alarms) / (point.false_alarms - before.false_alarms);
      point = {before.hits + part * (point.hits - before.hits), end};
    }
    area += (point.false_alarms - before.false_alarms) * (point.hits + before.hits) / 2;
    before = point;
    if (point.false_alarms >= end) break;
  }
  area /= positive * negative;
  if (!max_fpr || *max_fpr == 1) return area;
  double const guessing = *max_fpr * *max_fpr / 2;
  return (1 + (area - guessing) / (*max_fpr - guessing)) / 2;
}

FASTXX_INLINE MetricValue average_precision(Tensor const& preds, Tensor const& targs, Tensor const& weights) {
  auto const points = curve(preds, targs, weights);
  if (points.empty()) return std::nullopt;
  double sum = 0, before = 0;
  for (auto const& point : points) {
    sum += (point.hits - before) * point.hits / (point.hits + point.false_alarms);
    before = point.hits;
  }
  return share(sum, points.back().hits);
}

// Weights of items (N) for numbers (N,L), flat.
FASTXX_INLINE Tensor for_each_label(Tensor const& weights, Tensor const& preds) {
  if (!weights.defined() || weights.numel() == preds.numel()) return weights;
  return weights.view({-1, 1}).expand(preds.sizes()).reshape(-1);
}

FASTXX_INLINE MetricValue brier(Tensor const& preds, Tensor const& targs, Tensor const& weights) {
  if (preds.numel() == 0) return std::nullopt;
  Tensor const squares = flat_doubles(preds).sub(flat_doubles(targs)).square();
  return weights.defined() ? squares.dot(weights).div(weights.sum()).item<double>() : squares.mean().item<double>();
}

FASTXX_INLINE MetricValue averaged_columns(OfBinary const& score, Tensor const& preds, Tensor const& targs,
                                           Average average, Tensor const& weights) {
  if (average == Average::micro) return score(preds, targs, for_each_label(weights, preds));
  bool const of_items = average == Average::samples;
  double sum = 0, all = 0;
  for (std::int64_t i = 0; i < preds.size(of_items ? 0 : 1); ++i) {
    Tensor const truth = targs.select(of_items ? 0 : 1, i);
    double weight = 1;
    if (weights.defined() && of_items) weight = weights.data_ptr<double>()[i];
    if (weight == 0) continue;
    auto const one = score(preds.select(of_items ? 0 : 1, i), truth, of_items ? Tensor() : weights);
    if (!one) return std::nullopt;
    if (average == Average::weighted)
      weight = (weights.defined() ? flat_doubles(truth).dot(weights) : truth.sum()).item<double>();
    sum += weight * *one, all += weight;
  }
  return share(sum, all);
}

FASTXX_INLINE void require_labels(std::string const& name, Tensor const& preds, Tensor const& targs) {
  if (preds.sizes() != targs.sizes())
    refuse_metric("metric.shape", name, "one target of 0 or 1 for each prediction", described(preds, targs),
                  "where an item has one class of several, take RocAuc; for several labels put MultiCategorize{} and "
                  "OneHotEncode{} into the targets' pipeline");
  if (targs.ne(0).logical_and(targs.ne(1)).any().item<bool>())
    refuse_metric("metric.target", name, "targets of 0 and 1", "others",
                  "for more than two classes take RocAuc, or .average = Average::macro");
}

FASTXX_INLINE std::optional<double> checked_fpr(std::string const& name, std::optional<double> max_fpr) {
  if (max_fpr && !(*max_fpr > 0 && *max_fpr <= 1))
    throw state_error("metric.max_fpr", {.call = "metric " + name,
                                         .expected = "a .max_fpr above 0, up to 1",
                                         .got = std::to_string(*max_fpr),
                                         .fix = "leave it out for the whole area"});
  return max_fpr;
}

// The targets of each class, (N,C).
FASTXX_INLINE Tensor of_each_class(Tensor const& targs, std::int64_t classes) {
  std::vector<Tensor> columns;
  for (std::int64_t c = 0; c < classes; ++c) columns.push_back(targs.eq(c));
  return detail::stack(columns, 1);
}

FASTXX_INLINE MetricValue roc_auc_of_pairs(Tensor const& preds, Tensor const& targs, Average average) {
  double sum = 0, weights = 0;
  for (std::int64_t a = 0; a < preds.size(1); ++a)
    for (std::int64_t b = a + 1; b < preds.size(1); ++b) {
      Tensor const mine = targs.eq(a).logical_or(targs.eq(b)), truth = targs.masked_select(mine);
      auto const first = roc_auc(preds.select(1, a).masked_select(mine), truth.eq(a), {}, {});
      auto const second = roc_auc(preds.select(1, b).masked_select(mine), truth.eq(b), {}, {});
      if (!first || !second) return std::nullopt;
      double const weight = average == Average::weighted ? static_cast<double>(truth.numel()) : 1;
      sum += weight * (*first + *second) / 2, weights += weight;
    }
  return share(sum, weights);
}

FASTXX_INLINE MetricValue roc_auc_of_classes(Tensor const& preds, Tensor const& targs, Tensor const& weights,
                                             RocAucOptions const& options) {
  bool const fits = preds.dim() == 2 && preds.size(1) > 1 && targs.numel() == preds.size(0);
  if (!fits)
    refuse_metric("metric.shape", "roc_auc_score", "scores (N,C) of two classes or more and targets (N)",
                  described(preds, targs), "for one output take RocAucBinary, for several labels RocAucMulti");
  if (targs.is_floating_point())
    refuse_metric("metric.dtype", "roc_auc_score", "targets that are classes, whole numbers", described(preds, targs),
                  "put Categorize{} into the targets' pipeline");
  Tensor const truth = targs.reshape(-1);
  auto const lowest = truth.min().item<std::int64_t>(), highest = truth.max().item<std::int64_t>();
  if (lowest < 0 || highest >= preds.size(1))
    refuse_metric("metric.target", "roc_auc_score", "targets from 0 to " + std::to_string(preds.size(1) - 1),
                  std::to_string(lowest < 0 ? lowest : highest), "give the model one output for each class");
  if (options.multi_class == MultiClass::ovo) return roc_auc_of_pairs(preds, truth, options.average);
  return averaged_columns([](auto const& p, auto const& t, auto const& w) { return roc_auc(p, t, {}, w); }, preds,
                          of_each_class(truth, preds.size(1)), options.average, weights);
}

FASTXX_INLINE AccumMetric of_two_classes(std::string name, OfBinary score, Tensor const& sample_weight) {
  auto value = [name, score = std::move(score)](Tensor const& preds, Tensor const& targs, Tensor const& weights) {
    require_labels(name, preds, targs);
    return score(preds, targs, weights);
  };
  return AccumMetric(std::move(value), {.activation = ActivationType::binary_softmax, .sample_weight = sample_weight},
                     std::move(name));
}

FASTXX_INLINE void require_pos_label(std::string const& name, std::int64_t pos_label) {
  if (pos_label != 0 && pos_label != 1)
    throw state_error("metric.labels", {.call = "metric " + name,
                                        .expected = ".pos_label 0 or 1",
                                        .got = std::to_string(pos_label),
                                        .fix = "for several labels take the metric named ...Multi"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE AccumMetric RocAucBinary(RocAucBinaryOptions options) {
  auto const max_fpr = detail::checked_fpr("roc_auc_score", options.max_fpr);
  return detail::of_two_classes(
      "roc_auc_score",
      [max_fpr](Tensor const& preds, Tensor const& targs, Tensor const& weights) {
        return detail::roc_auc(preds, targs, max_fpr, weights);
      },
      options.sample_weight);
}

FASTXX_INLINE AccumMetric RocAuc(RocAucOptions options) {
  bool const ovo = options.multi_class == MultiClass::ovo, micro = options.average == Average::micro && !ovo;
  if (!micro && options.average != Average::macro && options.average != Average::weighted)
    throw state_error("metric.average", {.call = "metric roc_auc_score",
                                         .expected = "Average::macro or weighted, or micro with MultiClass::ovr",
                                         .got = "another one",
                                         .fix = "for two classes take RocAucBinary, for several labels RocAucMulti"});
  if (ovo && options.sample_weight.defined())
    throw state_error("metric.weights",
                      {.call = "metric roc_auc_score",
                       .expected = "no .sample_weight with MultiClass::ovo",
                       .got = "one",
                       .fix = "take MultiClass::ovr; scikit-learn weighs no pairs of classes either"});
  return AccumMetric(
      [options](Tensor const& preds, Tensor const& targs, Tensor const& weights) {
        return detail::roc_auc_of_classes(preds, targs, weights, options);
      },
      {.activation = ActivationType::softmax, .flatten = false, .sample_weight = options.sample_weight},
      "roc_auc_score");
}

FASTXX_INLINE AccumMetric APScoreBinary(PosLabelOptions options) {
  detail::require_pos_label("average_precision_score", options.pos_label);
  return detail::of_two_classes(
      "average_precision_score",
      [pos = options.pos_label](Tensor const& preds, Tensor const& targs, Tensor const& weights) {
        return pos == 1 ? detail::average_precision(preds, targs, weights)
                        : detail::average_precision(preds.neg(), targs.eq(0), weights);
      },
      options.sample_weight);
}

FASTXX_INLINE AccumMetric BrierScore(PosLabelOptions options) {
  detail::require_pos_label("brier_score_loss", options.pos_label);
  // Alike for both classes: (1 - p) - (1 - t) is t - p.
  return detail::of_two_classes("brier_score_loss", detail::brier, options.sample_weight);
}

}  // namespace fastxx
