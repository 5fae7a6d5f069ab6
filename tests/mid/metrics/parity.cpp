// Each metric against what scikit-learn and SciPy say of the same numbers (tests/parity/metrics.py), of all items at once
// and of batches, the last of them shorter.
#include "../../parity/metrics.hpp"
#include <fastxx/mid/metrics.hpp>

#include <cmath>
#include <string>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

double expected(std::string const& name) {
  for (auto const& number : parity::numbers)
    if (name == number.name) return number.value;
  FAIL("parity/metrics.hpp has no number ", name);
  return 0;
}

template <std::size_t N>
at::Tensor tensor(double const (&values)[N], at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<double>(values, N)).view(shape);
}
template <std::size_t N>
at::Tensor tensor(std::int64_t const (&values)[N], at::IntArrayRef shape) {
  return at::tensor(at::ArrayRef<std::int64_t>(values, N)).view(shape);
}

void check(std::string const& name, MetricValue value, double epsilon = 1e-9) {
  CAPTURE(name);
  REQUIRE(value.has_value());
  CHECK(*value == doctest::Approx(expected(name)).epsilon(epsilon));
}
double const single = 1e-6;  // what is computed in float

// At once, and in batches of 16 with a last one that is shorter.
template <class Metric>
void check(std::string const& name, Metric metric, at::Tensor const& preds, at::Tensor const& targs) {
  check(name, metric(preds, targs));
  for (int phase = 0; phase < 2; ++phase) {  // the second phase begins anew
    metric.reset();
    for (std::int64_t at = 0; at < preds.size(0); at += 16)
      metric.add(preds.slice(0, at, at + 16), targs.slice(0, at, at + 16));
    check(name, metric.value());
  }
}

std::vector<std::pair<std::string, Average>> const averages = {{"micro", Average::micro},
                                                               {"macro", Average::macro},
                                                               {"weighted", Average::weighted},
                                                               {"samples", Average::samples}};
auto const class_scores = tensor(parity::class_scores, {-1, 5}), class_targets = tensor(parity::class_targets, {-1});
auto const binary_scores = tensor(parity::binary_scores, {-1, 2}),
           binary_targets = tensor(parity::binary_targets, {-1});
auto const multi_probs = tensor(parity::multi_scores, {-1, 4}).sigmoid(),
           multi_targets = tensor(parity::multi_targets, {-1, 4});
// What is averaged over classes, by each average, of all classes and of some.
void check_averages(std::string const& prefix, at::Tensor const& sample_weight) {
  for (bool const some : {false, true})
    for (auto const& [name, average] : averages) {
      if (average == Average::samples) continue;
      AverageOptions how{.average = average, .sample_weight = sample_weight};
      if (some) how.labels = {1, 3, 4};
      std::string const key = prefix + (some ? ".labels" : "");
      check(key + ".f1." + name, F1Score(how), class_scores, class_targets);
      check(key + ".fbeta2." + name, FBeta(2, how), class_scores, class_targets);
      check(key + ".precision." + name, Precision(how), class_scores, class_targets);
      check(key + ".recall." + name, Recall(how), class_scores, class_targets);
      check(key + ".jaccard." + name, Jaccard(how), class_scores, class_targets);
    }
}

}  // namespace

TEST_CASE(
    "metrics of one label: F1, FBeta, precision, recall, Jaccard by each average; absent and unpredicted classes") {
  check_averages("class", {});
  check("class.f1.macro", F1Score({.average = Average::macro}), class_scores.argmax(1), class_targets);
  check("class.ignore2.f1.macro", F1Score({.average = Average::macro, .ignore_index = 2}), class_scores, class_targets);
}

TEST_CASE("metrics of one label: two classes, either of which may be the positive one") {
  for (std::int64_t pos : {0, 1}) {
    std::string const prefix = "binary.pos" + std::to_string(pos) + ".";
    check(prefix + "f1.binary", F1Score({.pos_label = pos}), binary_scores, binary_targets);
    check(prefix + "fbeta2.binary", FBeta(2, {.pos_label = pos}), binary_scores, binary_targets);
    check(prefix + "precision.binary", Precision({.pos_label = pos}), binary_scores, binary_targets);
    check(prefix + "recall.binary", Recall({.pos_label = pos}), binary_scores, binary_targets);
    check(prefix + "jaccard.binary", Jaccard({.pos_label = pos}), binary_scores, binary_targets);
    check(prefix + "ap", APScoreBinary({.pos_label = pos}), binary_scores.softmax(1), binary_targets);
    check(prefix + "brier", BrierScore({.pos_label = pos}), binary_scores.softmax(1), binary_targets);
  }
}

TEST_CASE("metrics of one label: accuracy, top k, balanced accuracy, Hamming loss, Matthews, Cohen's kappa") {
  check("class.accuracy", accuracy(class_scores, class_targets).item<double>(), single);
  check("class.top2", top_k_accuracy_t{.k = 2}(class_scores, class_targets).item<double>(), single);
  check("class.top3", top_k_accuracy_t{.k = 3, .axis = 0}(class_scores.t(), class_targets).item<double>(), single);
  check("class.balanced", BalancedAccuracy(), class_scores, class_targets);
  check("class.balanced.adjusted", BalancedAccuracy({.adjusted = true}), class_scores, class_targets);
  check("class.hamming", HammingLoss(), class_scores, class_targets);
  check("class.matthews", MatthewsCorrCoef(), class_scores, class_targets);
  check("binary.matthews", MatthewsCorrCoef(), binary_scores, binary_targets);
  check("binary.kappa", CohenKappa(), binary_scores, binary_targets);
  auto const gap = tensor(parity::gap_predictions, {-1}), gap_targets = tensor(parity::gap_targets, {-1});
  for (auto const& [name, weights] : std::vector<std::pair<std::string, KappaWeights>>{
           {"None", KappaWeights::none}, {"linear", KappaWeights::linear}, {"quadratic", KappaWeights::quadratic}}) {
    check("class.kappa." + name, CohenKappa({.weights = weights}), class_scores, class_targets);
    check("class.kappa.labels." + name, CohenKappa({.labels = {0, 4, 2}, .weights = weights}), class_scores,
          class_targets);
    if (name != "None") check("gap.kappa." + name, CohenKappa({.weights = weights}), gap, gap_targets);
  }
}

TEST_CASE(
    "metrics of scores: AUC of two classes with ties, up to a rate; of several, one against the rest or in pairs") {
  auto const probability = binary_scores.softmax(1);
  check("binary.auc", RocAucBinary(), probability, binary_targets);
  check("binary.auc", RocAucBinary(), probability.select(1, 1), binary_targets);
  check("binary.auc.fpr0.1", RocAucBinary({.max_fpr = .1}), probability, binary_targets);
  check("binary.auc.fpr0.37", RocAucBinary({.max_fpr = .37}), probability, binary_targets);
  check("binary.auc.fpr1", RocAucBinary({.max_fpr = 1}), probability, binary_targets);
  auto const scores = tensor(parity::auc_scores, {-1, 4}).softmax(1), targets = tensor(parity::auc_targets, {-1});
  check("auc.ovr.macro", RocAuc(), scores, targets);
  check("auc.ovr.weighted", RocAuc({.average = Average::weighted}), scores, targets);
  check("auc.ovr.micro", RocAuc({.average = Average::micro}), scores, targets);
  check("auc.ovo.macro", RocAuc({.multi_class = MultiClass::ovo}), scores, targets);
  check("auc.ovo.weighted", RocAuc({.average = Average::weighted, .multi_class = MultiClass::ovo}), scores, targets);
}

TEST_CASE("metrics of several labels: counts by each average, at two thresholds, of all labels and of some") {
  for (std::string prefix : {"multi", "multi.thresh7", "multi.labels"})
    for (auto const& [name, average] : averages) {
      MultiOptions how{.thresh = prefix == "multi.thresh7" ? .7 : .5, .average = average};
      if (prefix == "multi.labels") how.labels = {3, 1};
      check(prefix + ".f1." + name, F1ScoreMulti(how), multi_probs, multi_targets);
      check(prefix + ".fbeta2." + name, FBetaMulti(2, how), multi_probs, multi_targets.to(at::kFloat));
      check(prefix + ".precision." + name, PrecisionMulti(how), multi_probs, multi_targets.to(at::kBool));
      check(prefix + ".recall." + name, RecallMulti(how), multi_probs, multi_targets);
      check(prefix + ".jaccard." + name, JaccardMulti(how), multi_probs, multi_targets);
    }
  check("multi.f1.macro", F1ScoreMulti(), multi_probs.ge(.5), multi_targets);
  check("multi.hamming", HammingLossMulti(), multi_probs, multi_targets);
  check("multi.matthews", MatthewsCorrCoefMulti(), multi_probs, multi_targets);
  check("multi.accuracy", accuracy_multi(multi_probs.logit(), multi_targets).item<double>(), single);
  check("multi.accuracy", accuracy_multi_t{.sigmoid = false}(multi_probs, multi_targets).item<double>(), single);
}

TEST_CASE("metrics of several labels: AUC, average precision, Brier; a label that no item has") {
  for (auto const& [name, average] : averages) {
    check("multi.ap." + name, APScoreMulti({.average = average}), multi_probs, multi_targets);
    if (average != Average::samples)
      check("multi.auc." + name, RocAucMulti({.average = average}), multi_probs, multi_targets);
  }
  check("multi.auc.fpr3", RocAucMulti({.max_fpr = .3}), multi_probs, multi_targets);
  check("multi.brier", BrierScoreMulti(), multi_probs, multi_targets);
  auto const empty = multi_targets.clone();
  empty.select(1, 2).zero_();
  check("multi.empty.ap.macro", APScoreMulti(), multi_probs, empty);
  check("multi.empty.f1.macro", F1ScoreMulti(), multi_probs, empty);
  check("multi.empty.matthews", MatthewsCorrCoefMulti(), multi_probs, empty);
  CHECK_FALSE(RocAucMulti()(multi_probs, empty).has_value());
}

TEST_CASE("sample_weight: metrics of one label, each item counted by its weight; some have none") {
  auto const w = tensor(parity::item_weights, {-1}), of_two = w.slice(0, 0, binary_targets.size(0));
  check_averages("weighted.class", w);
  check("weighted.class.balanced", BalancedAccuracy({.sample_weight = w}), class_scores, class_targets);
  check("weighted.class.balanced.adjusted", BalancedAccuracy({.adjusted = true, .sample_weight = w}), class_scores,
        class_targets);
  check("weighted.class.hamming", HammingLoss({.sample_weight = w}), class_scores, class_targets);
  check("weighted.class.matthews", MatthewsCorrCoef({.sample_weight = w}), class_scores, class_targets);
  for (auto const& [name, weights] : std::vector<std::pair<std::string, KappaWeights>>{
           {"None", KappaWeights::none}, {"linear", KappaWeights::linear}, {"quadratic", KappaWeights::quadratic}})
    check("weighted.class.kappa." + name, CohenKappa({.weights = weights, .sample_weight = w}), class_scores,
          class_targets);
  check("weighted.class.ignore2.f1.macro", F1Score({.average = Average::macro, .ignore_index = 2, .sample_weight = w}),
        class_scores, class_targets);
  for (std::int64_t pos : {0, 1}) {
    std::string const prefix = "weighted.binary.pos" + std::to_string(pos) + ".";
    auto const probability = binary_scores.softmax(1);
    check(prefix + "f1.binary", F1Score({.pos_label = pos, .sample_weight = of_two}), binary_scores, binary_targets);
    check(prefix + "ap", APScoreBinary({.pos_label = pos, .sample_weight = of_two}), probability, binary_targets);
    check(prefix + "brier", BrierScore({.pos_label = pos, .sample_weight = of_two}), probability, binary_targets);
  }
}

TEST_CASE("sample_weight: metrics of scores, of several labels and of numbers") {
  auto const w = tensor(parity::item_weights, {-1}), of_two = w.slice(0, 0, binary_targets.size(0));
  auto const probability = binary_scores.softmax(1);
  check("weighted.binary.auc", RocAucBinary({.sample_weight = of_two}), probability, binary_targets);
  check("weighted.binary.auc.fpr0.37", RocAucBinary({.max_fpr = .37, .sample_weight = of_two}), probability,
        binary_targets);
  auto const scores = tensor(parity::auc_scores, {-1, 4}).softmax(1), targets = tensor(parity::auc_targets, {-1});
  auto const of_several = w.slice(0, 0, targets.size(0)), of_labels = w.slice(0, 0, multi_targets.size(0));
  for (auto const& [name, average] : averages) {
    if (average != Average::samples)
      check("weighted.auc.ovr." + name, RocAuc({.average = average, .sample_weight = of_several}), scores, targets);
    MultiOptions const how{.average = average, .sample_weight = of_labels};
    check("weighted.multi.f1." + name, F1ScoreMulti(how), multi_probs, multi_targets);
    check("weighted.multi.fbeta2." + name, FBetaMulti(2, how), multi_probs, multi_targets);
    check("weighted.multi.precision." + name, PrecisionMulti(how), multi_probs, multi_targets);
    check("weighted.multi.recall." + name, RecallMulti(how), multi_probs, multi_targets);
    check("weighted.multi.jaccard." + name, JaccardMulti(how), multi_probs, multi_targets);
    ProbabilityOptions const scored{.average = average, .sample_weight = of_labels};
    check("weighted.multi.ap." + name, APScoreMulti(scored), multi_probs, multi_targets);
    if (average != Average::samples)
      check("weighted.multi.auc." + name, RocAucMulti(scored), multi_probs, multi_targets);
  }
  check("weighted.multi.brier", BrierScoreMulti({.sample_weight = of_labels}), multi_probs, multi_targets);
  check("weighted.multi.hamming", HammingLossMulti({.sample_weight = of_labels}), multi_probs, multi_targets);
  check("weighted.multi.matthews", MatthewsCorrCoefMulti({.sample_weight = of_labels}), multi_probs, multi_targets);
  auto const guess = tensor(parity::numbers_predicted, {-1}), value = tensor(parity::numbers_actual, {-1});
  auto const of_numbers = w.slice(0, 0, value.size(0));
  check("weighted.numbers.explained", ExplainedVariance({.sample_weight = of_numbers}), guess, value);
  check("weighted.numbers.r2", R2Score({.sample_weight = of_numbers}), guess, value);
}

TEST_CASE("metrics of numbers: over the whole set, some of them alike, far from zero") {
  auto const guess = tensor(parity::numbers_predicted, {-1}), value = tensor(parity::numbers_actual, {-1});
  check("numbers.mse", mse(guess, value).item<double>());
  check("numbers.mae", mae(guess.unsqueeze(1), value).item<double>());
  check("numbers.msle", msle(guess, value).item<double>());
  check("numbers.rmse", rmse.metric(), guess, value);
  check("numbers.rmse", rmse(guess.unsqueeze(1), value));
  check("numbers.exp_rmspe", exp_rmspe.metric(), guess, value);
  check("numbers.explained", ExplainedVariance(), guess, value);
  check("numbers.r2", R2Score(), guess, value);
  check("numbers.pearson", PearsonCorrCoef(), guess, value);
  check("numbers.spearman", SpearmanCorrCoef(), guess, value);
}

TEST_CASE("metrics of segmentation: an ignored class, a class that is nowhere, scores on axis 1") {
  auto const scores = tensor(parity::pixel_scores, {5, 4, 3, 4}), targets = tensor(parity::pixel_targets, {5, 3, 4});
  check("pixels.dice_multi", DiceMulti({.ignore_index = 255}), scores, targets);
  check("pixels.jaccard_multi", JaccardCoeffMulti({.ignore_index = 255}), scores, targets.unsqueeze(1));
  check("pixels.foreground0", foreground_acc_t{.ignore_index = 255}.metric(), scores, targets);
  check("pixels.foreground2", foreground_acc_t{.bkg_idx = 2, .ignore_index = 255}(scores, targets));
  check("binary.dice", Dice(), binary_scores, binary_targets);
  check("binary.jaccard_coeff", JaccardCoeff(), binary_scores, binary_targets);
}

TEST_CASE("metrics of text: BLEU, of predictions as long as the targets and shorter") {
  auto const said = tensor(parity::words_predicted, {7, 9}), words = tensor(parity::words_actual, {7, 9});
  check("words.bleu", CorpusBLEUMetric(), said, words);
  check("words.bleu.short", CorpusBLEUMetric(), said.slice(1, 0, 7), words);
  auto const scores = at::one_hot(said, 8).to(at::kFloat);
  check("words.bleu", CorpusBLEUMetric(), scores, words);
  check("words.bleu", CorpusBLEUMetric(1), scores.transpose(1, 2), words);
}

TEST_CASE("optim_metric: the best argument of a smooth function and of one with steps") {
  auto const sine = optimum([](double x) { return std::sin(3 * x) + x; }, {.low = 0, .high = 2, .tol = 1e-6});
  int calls = 0;
  optimum([&](double x) { return ++calls, std::sin(3 * x) + x; }, {.low = 0, .high = 2, .tol = 1e-6});
  CHECK(calls <= 15);  // golden sections alone take twice as many
  check("optim.sine", sine.value);
  check("optim.sine.x", sine.argument, 1e-5);
  auto const f1 = [](at::Tensor const& preds, at::Tensor const& targs, double thresh) {
    return *F1ScoreMulti({.thresh = thresh})(preds, targs);
  };
  check("optim.f1", optim_metric(f1, {.low = .1, .high = .9}, {.flatten = false}, "best F1"), multi_probs,
        multi_targets);
  auto const at = [&](double x) { return f1(multi_probs, multi_targets, x); };
  check("optim.f1.x", optimum(at, {.low = .1, .high = .9}).argument, 1e-6);
  CHECK(optimum(at, {.low = .1, .high = .9, .do_neg = false}).value < expected("optim.f1"));
}
