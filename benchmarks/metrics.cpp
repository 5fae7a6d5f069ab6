// Twenty metrics over 100,000 predictions of 10 classes (and of 10 labels) in batches of 1,000, beside loops written by
// hand that count and sort the same for each of them.
#include "compare.hpp"
#include <fastxx/mid/metrics.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

constexpr std::int64_t items = 100'000, classes = 10, batch = 1'000;

struct Data {
  at::Tensor scores, probs, targets, labels, label_probs, guess, value;
};

Data data() {
  at::manual_seed(1);
  Data d;
  d.scores = at::randn({items, classes});
  d.targets = at::randint(classes, {items}, at::kLong);
  d.scores.scatter_add_(1, d.targets.unsqueeze(1), at::ones({items, 1}));
  d.probs = d.scores.softmax(1);
  d.label_probs = d.scores.sigmoid();
  d.labels = at::rand({items, classes}).lt(d.label_probs).to(at::kFloat);
  d.guess = at::randn({items});
  d.value = d.guess + at::randn({items});
  return d;
}

template <class Metric>
double measured(Metric metric, at::Tensor const& preds, at::Tensor const& targs) {
  metric.reset();
  for (std::int64_t at = 0; at < items; at += batch) metric.add(preds.narrow(0, at, batch), targs.narrow(0, at, batch));
  return metric.value().value();
}

// As a Learner's loop calls them: batch by batch, all metrics of one batch sharing its classes.
struct Loop : TrainState {
  explicit Loop(at::Tensor targets) : of_batch(std::move(targets)) {}
  torch::nn::Module& module() const override { throw std::logic_error("metrics need no model"); }
  std::vector<at::Tensor> inputs() const override { return {}; }
  std::vector<at::Tensor> targets() const override { return {of_batch}; }
  std::int64_t batch_size() const override { return pred.size(0); }
  at::Tensor of_batch;
};
std::vector<double> values_in_loop(std::vector<CountMetric> metrics, at::Tensor const& preds, at::Tensor const& targs) {
  for (std::int64_t at = 0; at < items; at += batch) {
    Loop loop(targs.narrow(0, at, batch));
    loop.pred = preds.narrow(0, at, batch);
    fastxx::detail::ClassesOfBatch shared;
    loop.classes = &shared;
    for (auto& metric : metrics) metric.accumulate(loop);
  }
  std::vector<double> values;
  for (auto const& metric : metrics) values.push_back(metric.value().value());
  return values;
}

// ---- By hand: one pass over the numbers for each metric, and its formula.
using Matrix = std::array<std::array<double, classes>, classes>;

Matrix matrix(Data const& d) {
  Matrix counts{};
  float const* row = d.probs.data_ptr<float>();
  auto const* const truth = d.targets.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < items; ++i, row += classes)
    ++counts[static_cast<std::size_t>(truth[i])][static_cast<std::size_t>(std::max_element(row, row + classes) - row)];
  return counts;
}

struct One {
  double hits = 0, predicted = 0, actual = 0;
};
std::array<One, classes> of_matrix(Matrix const& m) {
  std::array<One, classes> each;
  for (std::size_t i = 0; i < m.size(); ++i)
    for (std::size_t j = 0; j < m.size(); ++j) {
      each[i].actual += m[i][j], each[j].predicted += m[i][j];
      if (i == j) each[i].hits += m[i][j];
    }
  return each;
}
std::array<One, classes> of_labels(Data const& d) {
  std::array<One, classes> each;
  float const *preds = d.label_probs.data_ptr<float>(), *truth = d.labels.data_ptr<float>();
  for (std::int64_t i = 0; i < items; ++i)
    for (std::size_t c = 0; c < each.size(); ++c, ++preds, ++truth) {
      bool const said = *preds >= .5F, is = *truth != 0;
      each[c].hits += said && is, each[c].predicted += said, each[c].actual += is;
    }
  return each;
}

double mean(std::array<One, classes> const& each, double (*score)(One const&)) {
  double sum = 0;
  for (auto const& one : each) sum += score(one);
  return sum / static_cast<double>(each.size());
}
double f1(One const& one) { return 2 * one.hits / (one.predicted + one.actual); }
double f2(One const& one) { return 5 * one.hits / (one.predicted + 4 * one.actual); }
double precision(One const& one) { return one.hits / one.predicted; }
double recall(One const& one) { return one.hits / one.actual; }
double jaccard(One const& one) { return one.hits / (one.predicted + one.actual - one.hits); }
double matthews_label(One const& one) {
  double const n = items;
  return (one.hits * n - one.predicted * one.actual) /
         std::sqrt(one.predicted * one.actual * (n - one.predicted) * (n - one.actual));
}
double matthews(Matrix const& m) {
  double hits = 0, both = 0, p = 0, a = 0, n = items;
  for (auto const& one : of_matrix(m))
    hits += one.hits, both += one.predicted * one.actual, p += one.predicted * one.predicted,
        a += one.actual * one.actual;
  return (hits * n - both) / std::sqrt((n * n - p) * (n * n - a));
}
double kappa(Matrix const& m) {
  auto const each = of_matrix(m);
  double wrong = 0, chance = 0;
  for (std::size_t i = 0; i < m.size(); ++i)
    for (std::size_t j = 0; j < m.size(); ++j) {
      double const distance = static_cast<double>(i) - static_cast<double>(j);
      wrong += distance * distance * m[i][j],
          chance += distance * distance * each[i].actual * each[j].predicted / items;
    }
  return 1 - wrong / chance;
}
double wrong(Matrix const& m) {
  double right = 0;
  for (std::size_t i = 0; i < m.size(); ++i) right += m[i][i];
  return 1 - right / items;
}

// Predictions and targets of one class or label, the largest prediction first.
template <class IsPositive>
std::vector<std::pair<float, bool>> sorted(at::Tensor const& preds, std::int64_t column, IsPositive positive) {
  std::vector<std::pair<float, bool>> all(static_cast<std::size_t>(items));
  float const* const p = preds.data_ptr<float>() + column;
  for (std::int64_t i = 0; i < items; ++i) all[static_cast<std::size_t>(i)] = {p[i * classes], positive(i)};
  std::sort(all.begin(), all.end(), std::greater<>());
  return all;
}
double auc(std::vector<std::pair<float, bool>> const& all) {
  double hits = 0, wrong = 0, area = 0;
  for (std::size_t i = 0; i < all.size();) {
    double const hits_before = hits, wrong_before = wrong;
    for (float const score = all[i].first; i < all.size() && all[i].first == score; ++i)
      (all[i].second ? hits : wrong) += 1;
    area += (wrong - wrong_before) * (hits + hits_before) / 2;
  }
  return area / hits / wrong;
}
double average_precision(std::vector<std::pair<float, bool>> const& all) {
  double hits = 0, wrong = 0, sum = 0;
  for (std::size_t i = 0; i < all.size();) {
    double const before = hits;
    for (float const score = all[i].first; i < all.size() && all[i].first == score; ++i)
      (all[i].second ? hits : wrong) += 1;
    sum += (hits - before) * hits / (hits + wrong);
  }
  return sum / hits;
}
template <class Score>
double of_curves(Data const& d, bool labels, Score score) {
  double sum = 0;
  auto const* const classes_of = d.targets.data_ptr<std::int64_t>();
  float const* const labels_of = d.labels.data_ptr<float>();
  for (std::int64_t c = 0; c < classes; ++c)
    sum += score(labels ? sorted(d.label_probs, c, [&](std::int64_t i) { return labels_of[i * classes + c] > 0; })
                        : sorted(d.probs, c, [&](std::int64_t i) { return classes_of[i] == c; }));
  return sum / classes;
}

template <class Term>
double sum_of(Data const& d, Term term) {
  float const *p = d.guess.data_ptr<float>(), *t = d.value.data_ptr<float>();
  double sum = 0;
  for (std::int64_t i = 0; i < items; ++i) sum += term(static_cast<double>(p[i]), static_cast<double>(t[i]));
  return sum;
}
double r2(Data const& d) {
  double const middle = sum_of(d, [](double, double t) { return t; }) / items;
  return 1 - sum_of(d, [](double p, double t) { return (t - p) * (t - p); }) /
                 sum_of(d, [&](double, double t) { return (t - middle) * (t - middle); });
}
double pearson(double const* p, double const* t) {
  double mp = 0, mt = 0, pp = 0, tt = 0, pt = 0;
  for (std::int64_t i = 0; i < items; ++i) mp += p[i] / items, mt += t[i] / items;
  for (std::int64_t i = 0; i < items; ++i) {
    double const a = p[i] - mp, b = t[i] - mt;
    pp += a * a, tt += b * b, pt += a * b;
  }
  return pt / std::sqrt(pp * tt);
}
std::vector<double> ranks(at::Tensor const& numbers) {
  float const* const x = numbers.data_ptr<float>();
  std::vector<std::int64_t> order(static_cast<std::size_t>(items));
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return x[a] < x[b]; });
  std::vector<double> of(order.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && x[order[end]] == x[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i)
      of[static_cast<std::size_t>(order[i])] = static_cast<double>(begin + end - 1) / 2;
  }
  return of;
}

using Values = std::vector<double>;

Values counted(Data const& d) {
  auto const macro = AverageOptions{.average = Average::macro};
  return {measured(F1Score(macro), d.probs, d.targets),
          measured(FBeta(2, macro), d.probs, d.targets),
          measured(Precision(macro), d.probs, d.targets),
          measured(Recall(macro), d.probs, d.targets),
          measured(Jaccard(macro), d.probs, d.targets),
          measured(HammingLoss(), d.probs, d.targets),
          measured(MatthewsCorrCoef(), d.probs, d.targets),
          measured(CohenKappa({.weights = KappaWeights::quadratic}), d.probs, d.targets),
          measured(F1ScoreMulti(), d.label_probs, d.labels),
          measured(PrecisionMulti(), d.label_probs, d.labels),
          measured(RecallMulti(), d.label_probs, d.labels),
          measured(JaccardMulti(), d.label_probs, d.labels),
          measured(MatthewsCorrCoefMulti(), d.label_probs, d.labels),
          measured(rmse.metric(), d.guess, d.value),
          measured(R2Score(), d.guess, d.value)};
}
Values in_loop(Data const& d) {
  auto const macro = AverageOptions{.average = Average::macro};
  return values_in_loop({F1Score(macro), FBeta(2, macro), Precision(macro), Recall(macro), Jaccard(macro),
                         HammingLoss(), MatthewsCorrCoef(), CohenKappa({.weights = KappaWeights::quadratic})},
                        d.probs, d.targets);
}
Values in_loop_by_hand(Data const& d) {
  auto const m = matrix(d);
  auto const each = of_matrix(m);
  return {mean(each, f1),      mean(each, f2), mean(each, precision), mean(each, recall),
          mean(each, jaccard), wrong(m),       matthews(m),           kappa(m)};
}
Values counted_by_hand(Data const& d) {
  return {mean(of_matrix(matrix(d)), f1),
          mean(of_matrix(matrix(d)), f2),
          mean(of_matrix(matrix(d)), precision),
          mean(of_matrix(matrix(d)), recall),
          mean(of_matrix(matrix(d)), jaccard),
          wrong(matrix(d)),
          matthews(matrix(d)),
          kappa(matrix(d)),
          mean(of_labels(d), f1),
          mean(of_labels(d), precision),
          mean(of_labels(d), recall),
          mean(of_labels(d), jaccard),
          mean(of_labels(d), matthews_label),
          std::sqrt(sum_of(d, [](double p, double t) { return (t - p) * (t - p); }) / items),
          r2(d)};
}
Values ranked(Data const& d) {
  return {measured(RocAuc(), d.probs, d.targets), measured(RocAucMulti(), d.label_probs, d.labels),
          measured(APScoreMulti(), d.label_probs, d.labels), measured(SpearmanCorrCoef(), d.guess, d.value),
          measured(PearsonCorrCoef(), d.guess, d.value)};
}
Values ranked_by_hand(Data const& d) {
  auto const p = ranks(d.guess), t = ranks(d.value);
  auto const guess = d.guess.to(at::kDouble), value = d.value.to(at::kDouble);
  return {of_curves(d, false, auc), of_curves(d, true, auc), of_curves(d, true, average_precision),
          pearson(p.data(), t.data()), pearson(guess.data_ptr<double>(), value.data_ptr<double>())};
}

bool alike(Values const& a, Values const& b) {
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!(std::abs(a[i] - b[i]) < 1e-9)) return std::printf("number %zu: %.12g and %.12g\n", i, a[i], b[i]), false;
  return a.size() == b.size();
}

}  // namespace

int main() {
  Data const d = data();
  if (!alike(counted(d), counted_by_hand(d)) || !alike(ranked(d), ranked_by_hand(d)) ||
      !alike(in_loop(d), in_loop_by_hand(d)))
    return 1;
  double volatile kept = 0;
  bench::compare(
      {.name = "metrics",
       .unit = "ms",
       .note = "15 metrics that count, 100,000 x 10, in batches of 1,000; other: a loop for each; scikit-learn 1.2.1: "
               "3.1 s",
       .rounds = 11},
      [&] { kept = counted(d)[0]; }, [&] { kept = counted_by_hand(d)[0]; });
  bench::compare(
      {.name = "metrics_ranked",
       .unit = "ms",
       .note =
           "5 that sort (AUC, AP, Spearman) or correlate; other: a loop for each; scikit-learn 1.2.1 and SciPy: 1.2 s",
       .rounds = 7},
      [&] { kept = ranked(d)[0]; }, [&] { kept = ranked_by_hand(d)[0]; });
  bench::compare(
      {.name = "metrics_in_a_learner",
       .unit = "ms",
       .note = "the 8 of these for one label, batch by batch, one argmax for all; other: one matrix for all, by hand",
       .rounds = 11},
      [&] { kept = in_loop(d)[0]; }, [&] { kept = in_loop_by_hand(d)[0]; });
}
