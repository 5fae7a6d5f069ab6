// Where a metric is not defined, and what it refuses.
#include "../../errors.hpp"
#include <fastxx/mid/metrics.hpp>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
float const not_a_number = std::numeric_limits<float>::quiet_NaN();
at::Tensor scores() { return at::tensor({.1F, .9F, .8F, .2F, .3F, .7F}).view({3, 2}); }
at::Tensor classes(std::vector<std::int64_t> const& of) { return at::tensor(of); }

template <class Metric>
std::string refused(Metric const& metric, at::Tensor const& preds, at::Tensor const& targs) {
  return key_of([&] { metric(preds, targs); });
}
// Expected, got and what to do are all said.
template <class Metric>
bool explains(Metric const& metric, at::Tensor const& preds, at::Tensor const& targs) {
  try {
    metric(preds, targs);
  } catch (error const& e) {
    return !e.parts().call.empty() && !e.parts().expected.empty() && !e.parts().got.empty() && !e.parts().fix.empty();
  }
  return false;
}
template <class Metric>
bool defined(Metric const& metric, at::Tensor const& preds, at::Tensor const& targs) {
  return metric(preds, targs).has_value();
}
}  // namespace

TEST_CASE("metrics: no items, no value") {
  auto const none = [](auto metric) {
    metric.reset();
    return !metric.value().has_value();
  };
  CHECK(none(F1Score()));
  CHECK(none(F1ScoreMulti()));
  CHECK(none(RocAucBinary()));
  CHECK(none(R2Score()));
  CHECK(none(CorpusBLEUMetric()));
  CHECK(none(AccumMetric(mae)));
  CHECK_FALSE(defined(F1Score(), at::zeros({0, 2}), classes({})));
  CHECK_FALSE(defined(SpearmanCorrCoef(), at::zeros({0}), at::zeros({0})));
  CHECK_FALSE(defined(rmse.metric(), at::zeros({0}), at::zeros({0})));
  CHECK_FALSE(defined(F1Score({.ignore_index = 255}), scores(), classes({255, 255, 255})));
}

TEST_CASE("metrics: a single item") {
  auto const one = scores().slice(0, 0, 1);
  CHECK(F1Score()(one, classes({1})) == MetricValue(1));
  CHECK(BalancedAccuracy()(one, classes({0})) == MetricValue(0));
  CHECK_FALSE(defined(BalancedAccuracy({.adjusted = true}), one, classes({1})));
  CHECK_FALSE(defined(RocAucBinary(), one, classes({1})));
  CHECK(APScoreBinary()(one, classes({1})) == MetricValue(1));
  CHECK(APScoreBinary()(one, classes({0})) == MetricValue(0));  // as scikit-learn has it
  CHECK_FALSE(defined(R2Score(), at::ones({1}), at::ones({1})));
  CHECK_FALSE(defined(PearsonCorrCoef(), at::ones({1}), at::ones({1})));
  CHECK_FALSE(defined(SpearmanCorrCoef(), at::ones({1}), at::ones({1})));
  CHECK(rmse(at::ones({1}), at::zeros({1})) == MetricValue(1));
}

TEST_CASE("metrics: one class only") {
  CHECK_FALSE(defined(RocAucBinary(), scores(), classes({1, 1, 1})));
  CHECK_FALSE(defined(RocAuc(), scores(), classes({1, 1, 1})));
  CHECK_FALSE(defined(RocAuc({.multi_class = MultiClass::ovo}), scores(), classes({0, 0, 0})));
  CHECK_FALSE(defined(CohenKappa(), classes({1, 1}), classes({1, 1})));
  CHECK(BalancedAccuracy()(classes({0, 1, 2}), classes({0, 0, 0})) == MetricValue(1. / 3));  // of class 0 alone
  CHECK(MatthewsCorrCoef()(classes({1, 1}), classes({1, 1})) == MetricValue(0));
  CHECK(F1Score()(classes({0, 0}), classes({0, 0})) == MetricValue(0));
  CHECK(F1Score({.average = Average::macro})(classes({2, 2}), classes({2, 2})) == MetricValue(1));
}

TEST_CASE("M-25 metrics: segmentation: twice the intersection over the sum; nothing where both are empty") {
  // Scores (N, C, H, W): class 1 where the second channel is larger. predicted 1 1 0 0, actual 1 0 0 0.
  auto const guess = at::tensor({1.F, 1.F, 0.F, 0.F}).view({1, 1, 2, 2});
  auto dice = Dice();
  dice.add(at::cat({1 - guess, guess}, 1), classes({1, 0, 0, 0}).view({1, 2, 2}));
  CHECK(*dice.value() == doctest::Approx(2.0 * 1 / 3));
  // predicted nothing, actual one pixel: 2 * 1 / (3 + 1)
  dice.add(at::cat({at::ones({1, 1, 2, 2}), at::zeros({1, 1, 2, 2})}, 1), classes({0, 0, 0, 1}).view({1, 1, 2, 2}));
  CHECK(*dice.value() == doctest::Approx(2.0 * 1 / 4));
  CHECK_FALSE(defined(Dice(), classes({0, 0}), classes({0, 0})));
  CHECK_FALSE(defined(JaccardCoeff(), classes({0, 0}), classes({0, 0})));
  CHECK(DiceMulti()(classes({0, 0}), classes({0, 0})) == MetricValue(1));
  CHECK_FALSE(defined(foreground_acc, classes({0, 1}), classes({0, 0})));
}

TEST_CASE("metrics: numbers that are all alike") {
  auto const constant = at::full({7}, .1, at::kDouble), grows = at::arange(7).to(at::kDouble);
  CHECK_FALSE(defined(PearsonCorrCoef(), constant, grows));
  CHECK_FALSE(defined(SpearmanCorrCoef(), grows, constant));
  CHECK(R2Score()(grows, constant) == MetricValue(0));  // as scikit-learn has it
  CHECK(R2Score()(constant, constant) == MetricValue(1));
  CHECK(ExplainedVariance()(constant + 1, constant) == MetricValue(1));
  CHECK(*R2Score()(grows + 1e9, grows * 1.001 + 1e9) == doctest::Approx(1).epsilon(1e-4));  // far from zero
}

TEST_CASE("metrics: correlations of numbers whose squares' product overflows, and never beyond 1") {
  auto const grows = at::arange(7).to(at::kDouble) * 1e100;
  CHECK(*PearsonCorrCoef()(grows, grows * 2) == doctest::Approx(1));
  at::manual_seed(3);
  for (int time = 0; time < 100; ++time) {
    auto const some = at::rand({11}, at::kDouble);
    CHECK(std::abs(*PearsonCorrCoef()(some, some * -1.7)) <= 1);
  }
}

TEST_CASE("metrics: a label is predicted from thresh on, accuracy_multi's above it, as fastai has them") {
  auto const half = at::full({1, 1}, .5), is = at::ones({1, 1});
  CHECK(RecallMulti()(half, is) == MetricValue(1));
  CHECK(RecallMulti({.thresh = .75})(half, is) == MetricValue(0));
  CHECK(accuracy_multi_t{.sigmoid = false}(half, is).item<double>() == 0);
  CHECK(accuracy_multi_t{.thresh = .25, .sigmoid = false}(half, is).item<double>() == 1);
  CHECK(accuracy_multi_t{.thresh = .7}(at::full({1, 1}, .75), is).item<double>() == 0);  // the sigmoid of .75 is .68
  CHECK(accuracy_multi_t{.thresh = .7, .sigmoid = false}(at::full({1, 1}, .75), is).item<double>() == 1);
}

TEST_CASE("metrics: each class against the rest: the four counts are those of all items") {
  auto metric = F1Score({.average = Average::macro});
  metric.reset();
  metric.add(classes({0, 0, 1, 2, 2, 2}), classes({0, 1, 1, 2, 0, 2}));
  auto const each = metric.counts().each();
  REQUIRE(each.size() == 3);
  double const by_hand[3][4]{{1, 1, 1, 3}, {1, 0, 1, 4}, {2, 1, 0, 3}};
  for (std::size_t i = 0; i < 3; ++i) {
    CAPTURE(i);
    CHECK(each[i].hits == by_hand[i][0]);
    CHECK(each[i].false_alarms == by_hand[i][1]);
    CHECK(each[i].misses == by_hand[i][2]);
    CHECK(each[i].rejections == by_hand[i][3]);
  }
}

TEST_CASE("metrics: BLEU of short sentences is not defined, of four words it is") {
  auto const words = classes({1, 2, 3, 4}).view({1, 4});
  CHECK_FALSE(defined(CorpusBLEUMetric(), words.slice(1, 0, 3), words));
  CHECK(defined(CorpusBLEUMetric(), words, words.slice(1, 0, 1)));
}

TEST_CASE("metrics: exp_rmspe of numbers whose exponentials overflow") {
  CHECK(*exp_rmspe(at::full({2}, 1000.), at::full({2}, 1000. + std::log(2.))) == doctest::Approx(.5));
}

TEST_CASE("metrics: metrics of one label refuse shapes, types, targets and predictions that do not fit") {
  CHECK(refused(F1Score(), at::zeros({3}), classes({0, 1, 0})) == "metric.shape");
  CHECK(refused(F1Score(), at::zeros({3, 1}), classes({0, 1, 0})) == "metric.shape");
  CHECK(refused(F1Score(), scores(), classes({0, 1})) == "metric.shape");
  CHECK(refused(F1Score({.axis = 2}), scores(), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(F1Score(), classes({0, 1}), classes({0})) == "metric.shape");
  CHECK(refused(F1Score(), scores(), at::zeros({3})) == "metric.dtype");
  CHECK(refused(F1Score(), scores(), classes({0, 1, 2})) == "metric.target");
  CHECK(refused(F1Score(), scores(), classes({0, -1, 1})) == "metric.target");
  CHECK(refused(HammingLoss(), classes({0, -1}), classes({0, 1})) == "metric.target");
  CHECK(refused(F1Score(), at::tensor({.1F, not_a_number, .8F, .2F}).view({2, 2}), classes({0, 1})) == "metric.nan");
  CHECK(refused(F1Score(), at::zeros({2, 3}), classes({0, 1})) == "metric.classes");
  CHECK(refused(Dice(), at::zeros({2, 3, 1}), classes({0, 1})) == "metric.classes");
  CHECK(refused(HammingLoss(), classes({0, 20'000}), classes({0, 1})) == "metric.classes");
  CHECK(explains(F1Score(), at::zeros({3}), classes({0, 1, 0})));
  CHECK(explains(F1Score(), scores(), classes({0, 1, 2})));
  CHECK(error_of([] {
          F1Score()(scores(), classes({0, 1, 2}));
        }) ==
        "[metric.target] metric f1_score: expected targets from 0 to 1; got 2; give the model one output for each "
        "class, or say .ignore_index for what is no class");
  CHECK(
      error_of([] {
        F1Score()(at::zeros({2, 3}), classes({0, 1}));
      }) ==
      "[metric.classes] metric f1_score: expected at most 2 classes; got 3; for more than two classes say {.average = "
      "Average::macro} (or micro, weighted), or take the metric named ...Multi");
}

TEST_CASE("metrics: a NaN that argmax or thresh would hide is refused") {
  struct ThreeItems : TrainState {
    torch::nn::Module& module() const override { throw std::logic_error("a metric needs no model"); }
    std::vector<at::Tensor> inputs() const override { return {}; }
    std::vector<at::Tensor> targets() const override { return {at::tensor({0, 1, 1})}; }
    std::int64_t batch_size() const override { return 3; }
  } batch;
  auto most = AccumMetric(mae, {.dim_argmax = -1});
  batch.pred = scores();
  most.accumulate(batch);
  batch.pred[1][0] = not_a_number;
  CHECK(key_of([&] { most.accumulate(batch); }) == "metric.nan");
  batch.pred = at::tensor({.2F, not_a_number, 1.F});
  auto above = AccumMetric(mae, {.activation = ActivationType::sigmoid, .thresh = .5});
  CHECK(key_of([&] { above.accumulate(batch); }) == "metric.nan");
}

TEST_CASE("metrics: metrics of several labels and of scores refuse what does not fit") {
  auto const labels = at::tensor({0, 1, 1, 0, 1, 1}).view({3, 2});
  CHECK(refused(F1ScoreMulti(), scores(), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(F1ScoreMulti(), scores().view(-1), labels) == "metric.shape");
  CHECK(refused(F1ScoreMulti(), scores(), labels.t()) == "metric.shape");
  CHECK(refused(F1ScoreMulti(), scores(), labels * 2) == "metric.target");
  CHECK(refused(F1ScoreMulti(), scores() * not_a_number, labels) == "metric.nan");
  CHECK(refused(F1ScoreMulti({.labels = {2}}), scores(), labels) == "metric.labels");
  CHECK(refused(RocAucMulti(), scores(), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(RocAucMulti(), scores(), labels * .5) == "metric.target");
  CHECK(refused(RocAucBinary(), at::zeros({3, 3}), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(RocAucBinary(), scores(), classes({0, 1})) == "metric.shape");
  CHECK(refused(RocAucBinary(), scores(), classes({0, 1, 2})) == "metric.target");
  CHECK(refused(RocAucBinary(), scores() * not_a_number, classes({0, 1, 1})) == "metric.nan");
  CHECK(refused(RocAuc(), scores(), classes({0, 1, 2})) == "metric.target");
  CHECK(refused(RocAuc(), scores(), at::zeros({3})) == "metric.dtype");
  CHECK(refused(RocAuc(), scores().select(1, 0), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(accuracy_multi, scores(), classes({0, 1, 1})) == "metric.shape");
  CHECK(refused(accuracy_multi_t{.thresh = 1.5}, scores(), labels) == "metric.thresh");
  CHECK(refused(top_k_accuracy, scores(), classes({0, 1, 1})) == "metric.k");
  CHECK(refused(top_k_accuracy_t{.k = 1}, scores(), classes({0, 1})) == "metric.shape");
  CHECK(explains(RocAucBinary(), at::zeros({3, 3}), classes({0, 1, 1})));
  CHECK(explains(F1ScoreMulti(), scores(), classes({0, 1, 1})));
}

TEST_CASE("metrics: metrics of numbers and of text refuse what does not fit") {
  CHECK(refused(rmse, at::zeros({3}), at::zeros({2})) == "metric.shape");
  CHECK(refused(mse, at::zeros({3}), at::zeros({2})) == "metric.shape");
  CHECK(refused(mae, at::full({2}, not_a_number), at::zeros({2})) == "metric.nan");
  CHECK(refused(R2Score(), at::full({2}, not_a_number), at::zeros({2})) == "metric.nan");
  CHECK(refused(SpearmanCorrCoef(), at::full({2}, not_a_number), at::zeros({2})) == "metric.nan");
  CHECK(refused(msle, at::full({2}, -1.), at::zeros({2})) == "metric.range");
  CHECK(refused(CorpusBLEUMetric(), at::zeros({2, 3}), classes({1, 2, 3, 4, 5, 6}).view({2, 3})) == "metric.shape");
  CHECK(refused(CorpusBLEUMetric(), at::zeros({2, 3, 9}), at::zeros({2, 3})) == "metric.dtype");
  CHECK(explains(msle, at::full({2}, -1.), at::zeros({2})));
}

TEST_CASE("sample_weight: what is no weight is refused when the metric is made") {
  auto const made = [](at::Tensor const& w) { return key_of([&] { F1Score({.sample_weight = w}); }); };
  CHECK(made(at::tensor({1.F, -1.F})) == "metric.weights");
  CHECK(made(at::tensor({1.F, not_a_number})) == "metric.weights");
  CHECK(made(at::tensor({1.F, std::numeric_limits<float>::infinity()})) == "metric.weights");
  CHECK(made(at::scalar_tensor(1)) == "metric.weights");  // of no dimension
  CHECK(made(at::zeros({2}, at::kComplexFloat)) == "metric.weights");
  CHECK(made(at::tensor({2, 0})) == "no error");
  CHECK(made(at::tensor({1, 0}).to(at::kBool)) == "no error");
  auto const w = at::tensor({1.F, -1.F});
  CHECK(key_of([&] { R2Score({.sample_weight = w}); }) == "metric.weights");
  CHECK(key_of([&] { RocAucMulti({.sample_weight = w}); }) == "metric.weights");
  CHECK(key_of([&] { RocAuc({.multi_class = MultiClass::ovo, .sample_weight = w.abs()}); }) == "metric.weights");
  CHECK(key_of([&] { AccumMetric(mae, {.sample_weight = w.abs()}); }) == "metric.weights");
  CHECK(
      error_of([&] { F1Score({.sample_weight = w}); }) ==
      "[metric.weights] metric f1_score: expected a .sample_weight of finite numbers from 0 on, one for each item; got "
      "-1.000000 at place 1; give a tensor (items), or (items,...) where items have several targets");
}

TEST_CASE("sample_weight: as many as items, else nothing is measured") {
  auto const two = at::ones({2}), four = at::ones({4});
  auto const labels = at::tensor({0, 1, 1, 0, 1, 1}).view({3, 2});
  for (auto const& w : {two, four}) {
    CHECK(refused(F1Score({.sample_weight = w}), scores(), classes({0, 1, 1})) == "metric.weights");
    CHECK(refused(F1ScoreMulti({.sample_weight = w}), scores(), labels) == "metric.weights");
    CHECK(refused(RocAucBinary({.sample_weight = w}), scores(), classes({0, 1, 1})) == "metric.weights");
    CHECK(refused(R2Score({.sample_weight = w}), at::rand({3}), at::rand({3})) == "metric.weights");
  }
  CHECK(error_of([&] {
          F1Score({.sample_weight = four})(scores(), classes({0, 1, 1}));
        }) ==
        "[metric.weights] metric f1_score: expected as many items as there are in .sample_weight, 4; got 3; give one "
        "weight for each item of the set that is validated, in its order");
  CHECK(refused(F1Score({.sample_weight = at::ones({3, 2})}), scores(), classes({0, 1, 1})) == "metric.weights");
  CHECK(refused(F1ScoreMulti({.sample_weight = at::ones({3, 2})}), scores(), labels) == "metric.weights");
}

TEST_CASE("sample_weight: no weight at all, no value; a weight of 0 is no item") {
  auto const none = at::zeros({3});
  CHECK_FALSE(defined(F1Score({.sample_weight = none}), scores(), classes({0, 1, 1})));
  CHECK_FALSE(defined(R2Score({.sample_weight = none}), at::rand({3}), at::rand({3})));
  CHECK_FALSE(defined(RocAucBinary({.sample_weight = none}), scores(), classes({0, 1, 1})));
  CHECK_FALSE(defined(BrierScore({.sample_weight = none}), scores(), classes({0, 1, 1})));
  auto const one = at::tensor({0., .5, 0.});
  CHECK_FALSE(defined(R2Score({.sample_weight = one}), at::rand({3}), at::rand({3})));  // as of one item
  CHECK(defined(R2Score({.sample_weight = at::tensor({.1, .2, .3})}), at::rand({3}), at::rand({3})));
  auto const macro = [&](at::Tensor const& w) { return F1Score({.average = Average::macro, .sample_weight = w}); };
  CHECK(macro(at::tensor({1, 1, 0}))(classes({0, 1, 2}), classes({0, 1, 1})) == MetricValue(1));
  // All are predicted alike: 0, whatever the weights add up to.
  CHECK(MatthewsCorrCoef({.sample_weight = at::tensor({.1, .2, .7})})(classes({1, 1, 1}), classes({0, 1, 1})) ==
        MetricValue(0));
  // The best score of an item without weight is no point of the curve.
  auto const probabilities = at::tensor({.9, .8, .1});
  CHECK(APScoreBinary({.sample_weight = at::tensor({0, 1, 1})})(probabilities, classes({0, 1, 0})) == MetricValue(1));
  // An item whose labels are all alike has no area under the curve.
  auto const rows = at::tensor({.9, .1, .2, .8, .3, .4}).view({3, 2}),
             labels = classes({1, 0, 0, 1, 0, 0}).view({3, 2});
  CHECK_FALSE(defined(RocAucMulti({.average = Average::samples}), rows, labels));
  CHECK(RocAucMulti({.average = Average::samples, .sample_weight = at::tensor({1, 1, 0})})(rows, labels) ==
        MetricValue(1));
  // An item of weight 2 counts as two; a pixel may have its own.
  CHECK(F1Score({.sample_weight = at::tensor({2, 1, 1})})(scores(), classes({1, 0, 0})) ==
        F1Score()(at::cat({scores(), scores().slice(0, 0, 1)}), classes({1, 0, 0, 1})));
  auto const pixels = classes({0, 1, 1, 0, 1, 1}).view({3, 2}), guesses = classes({1, 1, 0, 0, 1, 0}).view({3, 2});
  auto const of_rows = at::tensor({1, 2, 3}), of_pixels = at::tensor({1, 1, 2, 2, 3, 3}).view({3, 2});
  CHECK(HammingLoss({.sample_weight = of_rows})(guesses, pixels) ==
        HammingLoss({.sample_weight = of_pixels})(guesses, pixels));
  CHECK(*HammingLoss({.sample_weight = of_rows})(guesses, pixels) == doctest::Approx(6. / 12));
}

TEST_CASE("metrics: options that contradict each other are refused when the metric is made") {
  CHECK(key_of([] { F1ScoreMulti({.thresh = 1.1}); }) == "metric.thresh");
  CHECK(key_of([] { HammingLossMulti({.thresh = not_a_number}); }) == "metric.thresh");
  CHECK(key_of([] { F1ScoreMulti({.average = Average::binary}); }) == "metric.average");
  CHECK(key_of([] { F1Score({.average = Average::samples}); }) == "metric.average");
  CHECK(key_of([] { F1Score({.pos_label = 2}); }) == "metric.labels");
  CHECK(key_of([] { APScoreBinary({.pos_label = 2}); }) == "metric.labels");
  CHECK(key_of([] { RocAuc({.average = Average::samples}); }) == "metric.average");
  CHECK(key_of([] { RocAuc({.average = Average::micro, .multi_class = MultiClass::ovo}); }) == "metric.average");
  CHECK(key_of([] { optimum([](double x) { return x; }, {.low = 1, .high = 1}); }) == "metric.bounds");
  CHECK(key_of([] { RocAucBinary({.max_fpr = 0}); }) == "metric.max_fpr");
  CHECK(key_of([] { RocAucMulti({.average = Average::binary}); }) == "metric.average");
  CHECK(key_of([] { AccumMetric(mae, {.activation = ActivationType::sigmoid, .thresh = -1}); }) == "metric.thresh");
}
