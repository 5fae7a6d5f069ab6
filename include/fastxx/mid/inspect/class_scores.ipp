#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/inspect/class_scores.hpp>
#include <fastxx/mid/metrics/averages.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE ClassScores scores_of(std::string name, OneClass const& one) {
  return {.name = std::move(name),
          .precision = precision_of(one),
          .recall = recall_of(one),
          .f1 = fbeta_of(one, 1),
          .iou = jaccard_of(one),
          .predicted = one.predicted(),
          .support = one.actual()};
}

// The mean by weights; its numbers of items are sums.
template <class Weight>
ClassScores mean_scores(std::string name, std::vector<ClassScores> const& classes, Weight const& weight_of) {
  ClassScores mean{.name = std::move(name)};
  double weights = 0;
  for (auto const& one : classes) {
    double const weight = weight_of(one);
    mean.precision += weight * one.precision, mean.recall += weight * one.recall;
    mean.f1 += weight * one.f1, mean.iou += weight * one.iou;
    mean.predicted += one.predicted, mean.support += one.support, weights += weight;
  }
  for (double* const number : {&mean.precision, &mean.recall, &mean.f1, &mean.iou}) *number = share(*number, weights);
  return mean;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE ClassScoresTable class_scores(Tensor const& confusion_matrix, std::vector<std::string> const& names) {
  auto const n = static_cast<std::int64_t>(names.size());
  if (!confusion_matrix.defined() || confusion_matrix.sizes() != at::IntArrayRef({n, n}))
    throw tensor_error("interpret.matrix",
                       {.call = "class_scores",
                        .expected = "a confusion matrix (c,c) and c names",
                        .got = (confusion_matrix.defined() ? detail::shape_text(confusion_matrix.sizes()) : "none") +
                               " and " + std::to_string(n) + " names",
                        .fix = "name all classes"});
  Tensor const cells = detail::flat_doubles(confusion_matrix);
  Counts counts;
  counts.grow(n);
  std::copy_n(cells.data_ptr<double>(), n * n, counts.cells.begin());
  counts.items = cells.sum().item<double>();

  ClassScoresTable table{.accuracy = std::numeric_limits<double>::quiet_NaN()};
  double right = 0;
  auto const each = counts.each();
  for (std::size_t c = 0; c < names.size(); ++c) {
    table.classes.push_back(detail::scores_of(names[c], each[c]));
    right += each[c].hits;
  }
  if (counts.items > 0) table.accuracy = right / counts.items;
  table.macro_avg = detail::mean_scores("macro avg", table.classes, [](auto const&) { return 1; });
  table.weighted_avg = detail::mean_scores("weighted avg", table.classes, [](auto const& one) { return one.support; });
  table.seen_avg = detail::mean_scores("mean of seen", table.classes, [](auto const& one) { return one.seen(); });
  return table;
}

}  // namespace fastxx
