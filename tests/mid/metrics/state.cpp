// Metrics as a Learner uses them: a batch's scores are activated, targets are chosen, ranks add up.
#include "../../errors.hpp"
#include "../meeting.hpp"
#include <fastxx/mid/metrics.hpp>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
// What a metric reads of a learner.
struct Batch : TrainState {
  Batch(at::Tensor prediction, std::vector<at::Tensor> truth) : all(std::move(truth)) { pred = std::move(prediction); }
  torch::nn::Module& module() const override { throw std::logic_error("a metric needs no model"); }
  std::vector<at::Tensor> inputs() const override { return {}; }
  std::vector<at::Tensor> targets() const override { return all; }
  std::int64_t batch_size() const override { return pred.size(0); }
  std::vector<at::Tensor> all;
};

// What has been left out of the validation so far.
struct Skipping : EpochReader {
  std::int64_t size() const override { return 1; }
  std::optional<at::Device> device() const override { return {}; }
  void start(std::int64_t) override {}
  bool can_seek() const override { return false; }
  std::int64_t epoch() const override { return 0; }
  std::int64_t running_epoch() const override { return 0; }
  void set_epoch(std::int64_t) override {}
  SkippedItems const* skipped() const override { return &items; }
  bool shuffled() const override { return in_any_order; }
  std::string describe() const override { return {}; }
  SkippedItems items;
  bool in_any_order = false;
};
struct SkippedBatch : Batch {
  using Batch::Batch;
  EpochReader* reader(bool) const override { return &skipping; }
  mutable Skipping skipping;
};

template <class Metric>
MetricValue of_batch(Metric metric, at::Tensor const& preds, at::Tensor const& targs) {
  metric.reset();
  metric.accumulate(Batch(preds, {targs}));
  return metric.value();
}

at::Tensor six_scores() {
  return at::tensor({-1.5F, .5F, 0.F, 2.F, .25F, -3.F, 1.F, .125F, -.5F, 1.F, .75F, -2.F}).view({6, 2});
}
at::Tensor six_classes() { return at::tensor({1, 0, 0, 1, 1, 0}); }
at::Tensor six_labels() { return at::tensor({1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 1, 0}).view({6, 2}).to(at::kFloat); }

// Rank 0 has the first `n` rows, rank 1 the others: both must say what one rank with all says.
template <class Metric>
void check_ranks(Metric const& metric, at::Tensor const& preds, at::Tensor const& targs, std::int64_t n,
                 std::vector<Metric> const& of_ranks = {}) {
  CAPTURE(metric.name());
  CAPTURE(n);
  Meeting meeting;
  MetricValue values[2];
  auto const run = [&](int rank) {
    Metric mine = of_ranks.empty() ? metric : of_ranks[static_cast<std::size_t>(rank)];
    mine.reset();
    std::int64_t const begin = rank == 0 ? 0 : n, end = rank == 0 ? n : preds.size(0);
    if (begin < end) mine.add(preds.slice(0, begin, end), targs.slice(0, begin, end));
    mine.reduce(meeting.ranks(rank));
    values[rank] = mine.value();
  };
  std::thread other(run, 1);
  run(0);
  other.join();
  auto const all = metric(preds, targs);
  REQUIRE(all.has_value());
  for (auto const& value : values) {
    REQUIRE(value.has_value());
    CHECK(*value == doctest::Approx(*all).epsilon(1e-12));
  }
}
}  // namespace

TEST_CASE("M-27 metrics: what a model gives is activated; what is given directly is not") {
  CHECK(of_batch(RocAucBinary(), six_scores(), six_classes()) ==
        RocAucBinary()(six_scores().softmax(1), six_classes()));
  CHECK(of_batch(BrierScore(), six_scores(), six_classes()) == BrierScore()(six_scores().softmax(1), six_classes()));
  CHECK(of_batch(BrierScore(), six_scores(), six_classes()) != BrierScore()(six_scores(), six_classes()));
  CHECK(of_batch(RocAuc(), six_scores(), six_classes()) == RocAuc()(six_scores().softmax(1), six_classes()));
  CHECK(of_batch(F1ScoreMulti(), six_scores(), six_labels()) == F1ScoreMulti()(six_scores().sigmoid(), six_labels()));
  CHECK(of_batch(F1ScoreMulti({.sigmoid = false}), six_scores(), six_labels()) ==
        F1ScoreMulti()(six_scores(), six_labels()));
  CHECK(of_batch(F1ScoreMulti(), six_scores(), six_labels()) != F1ScoreMulti()(six_scores(), six_labels()));
  CHECK(of_batch(BrierScoreMulti(), six_scores(), six_labels()) ==
        BrierScoreMulti()(six_scores().sigmoid(), six_labels()));
  CHECK(of_batch(F1Score(), six_scores(), six_classes()) == F1Score()(six_scores(), six_classes()));
}

TEST_CASE("metrics: a model with one output gives the sigmoid of it as the probability of class 1") {
  auto const one = six_scores().select(1, 1);
  CHECK(of_batch(BrierScore(), one, six_classes()) == BrierScore()(one.sigmoid(), six_classes()));
  CHECK(of_batch(BrierScore(), one.unsqueeze(1), six_classes().unsqueeze(1)) ==
        BrierScore()(one.sigmoid(), six_classes()));
  CHECK(of_batch(RocAucBinary(), one.to(at::kHalf), six_classes()) == RocAucBinary()(one, six_classes()));
}

TEST_CASE("metrics: half precision, whole numbers of any width, and rows with gaps between them") {
  for (auto const type : {at::kHalf, at::kBFloat16}) {  // the scores are exact in both
    CHECK(of_batch(F1Score(), six_scores().to(type), six_classes()) == F1Score()(six_scores(), six_classes()));
    CHECK(F1ScoreMulti()(six_scores().to(type), six_labels()) == F1ScoreMulti()(six_scores(), six_labels()));
    CHECK(RocAucBinary()(six_scores().to(type), six_classes()) == RocAucBinary()(six_scores(), six_classes()));
    CHECK(R2Score()(six_scores().to(type), six_labels()) == R2Score()(six_scores(), six_labels()));
    CHECK(mae(six_scores().to(type), six_labels()).item<double>() == mae(six_scores(), six_labels()).item<double>());
    CHECK(accuracy_multi(six_scores().to(type), six_labels()).item<double>() == doctest::Approx(7. / 12));
    CHECK(top_k_accuracy_t{.k = 1}(six_scores().to(type), six_classes()).item<double>() == doctest::Approx(2. / 3));
  }
  for (auto const type : {at::kByte, at::kChar, at::kShort, at::kInt, at::kBool})
    CHECK(F1Score()(six_scores(), six_classes().to(type)) == F1Score()(six_scores(), six_classes()));
  auto const wide = at::stack({six_classes(), 7 * at::ones_like(six_classes())}, 1);
  CHECK(F1Score()(wide.select(1, 0), six_classes().flip(0)) == F1Score()(six_classes(), six_classes().flip(0)));
  CHECK(F1Score()(six_scores(), wide.select(1, 0)) == F1Score()(six_scores(), six_classes()));
  auto const wide_scores = at::cat({six_scores(), at::zeros({6, 3})}, 1).slice(1, 0, 2);
  CHECK(F1ScoreMulti()(wide_scores, six_labels()) == F1ScoreMulti()(six_scores(), six_labels()));
  CHECK(RocAucBinary()(wide_scores, six_classes()) == RocAucBinary()(six_scores(), six_classes()));
}

TEST_CASE("metrics: nothing of the graph is kept, and the next phase begins with nothing") {
  auto const grown = six_scores().requires_grad_();
  auto metric = AccumMetric([](at::Tensor const& p, at::Tensor const& t) {
    CHECK_FALSE(p.requires_grad());
    CHECK_FALSE(t.requires_grad());
    return static_cast<double>(p.numel() * 100 + t.numel());
  });
  metric.add(grown, six_labels().requires_grad_());
  CHECK(metric.value() == MetricValue(1212));
  for (int epoch = 0; epoch < 2; ++epoch) {
    metric.reset();
    CHECK_FALSE(metric.value().has_value());
    metric.accumulate(Batch(grown, {six_labels()}));
    metric.accumulate(Batch(grown, {six_labels()}));
    CHECK(metric.value() == MetricValue(2424));
  }
  CHECK(of_batch(F1Score(), grown, six_classes()).has_value());
  CHECK(of_batch(R2Score(), grown, six_labels()).has_value());
}

TEST_CASE("AccumMetric: argmax or activation, thresh, order of arguments, shape and name are as told") {
  auto const first = [](at::Tensor const& a, at::Tensor const&) { return a.select(0, 0).to(at::kFloat).sum(); };
  auto const at = [&](AccumOptions how) {
    AccumMetric metric(first, how);
    metric.accumulate(Batch(six_scores(), {how.flatten && !how.dim_argmax ? six_labels() : six_classes()}));
    return *metric.value();
  };
  CHECK(at({}) == -1.5);
  CHECK(at({.flatten = false}) == -1);
  CHECK(at({.dim_argmax = 1}) == 1);
  CHECK(at({.invert_arg = true}) == 1);
  CHECK(at({.activation = ActivationType::sigmoid}) == doctest::Approx(1 / (1 + std::exp(1.5))));
  CHECK(at({.activation = ActivationType::softmax}) == doctest::Approx(1 / (1 + std::exp(2.))));
  CHECK(at({.activation = ActivationType::sigmoid, .thresh = .1}) == 1);
  CHECK(at({.activation = ActivationType::sigmoid, .thresh = .2}) == 0);
  AccumMetric binary(first, {.activation = ActivationType::binary_softmax});
  CHECK(*of_batch(binary, six_scores(), six_classes()) == doctest::Approx(1 / (1 + std::exp(-2.))));
  CHECK(AccumMetric(first).name() == "metric");
  CHECK(AccumMetric(mae).name() == "mae");
  CHECK(AccumMetric(first, {}, "first").name() == "first");
}

TEST_CASE(
    "M-27 skm_to_fastxx: targets come first; argmax without thresh, sigmoid and >= with it; numbers as they are") {
  auto const both = [](at::Tensor const& t, at::Tensor const& p) {
    return (10 * t + p.to(at::kFloat)).to(at::kFloat).sum();
  };
  CHECK(of_batch(skm_to_fastxx(both), six_scores(), six_classes()) == MetricValue(33));
  CHECK(of_batch(skm_to_fastxx(both, {.thresh = .5}), at::zeros({2, 2}), at::zeros({2, 2})) == MetricValue(4));
  CHECK(of_batch(skm_to_fastxx(both, {.is_class = false}), at::full({2}, 3.F), at::ones({2})) == MetricValue(26));
}

TEST_CASE("TR-58 metrics: what is no average over batches counts the whole set") {
  auto const pred = at::tensor({1.F, 2.F, 3.F}), targ = at::tensor({1.F, 2.F, 6.F});
  MomentMetric metric = rmse.metric();
  metric.reset();
  metric.accumulate(Batch(pred.slice(0, 0, 2), {targ.slice(0, 0, 2)}));
  metric.accumulate(Batch(pred.slice(0, 2, 3), {targ.slice(0, 2, 3)}));
  CHECK(*metric.value() == doctest::Approx(std::sqrt(3.)));  // the mean of the batches' roots is 1
  auto foreground = foreground_acc_t{.axis = -1}.metric();
  foreground.accumulate(Batch(at::tensor({0, 0, 1}), {at::tensor({0, 0, 1})}));  // 1 of 1
  foreground.accumulate(Batch(at::tensor({0, 0, 1}), {at::tensor({1, 1, 1})}));  // 1 of 3
  CHECK(*foreground.value() == doctest::Approx(.5));  // the mean of the batches' shares is 2/3
}

TEST_CASE("metrics: on_target chooses the target and the name, of objects and of functions that say what is measured") {
  Batch const batch(six_scores(), {six_labels(), six_classes()});
  auto f1 = on_target(1, F1Score(), "F1 of kinds");
  f1.accumulate(batch);
  CHECK(f1.value() == F1Score()(six_scores(), six_classes()));
  CHECK(f1.name() == "F1 of kinds");
  auto root = on_target(0, rmse);
  root.accumulate(batch);
  CHECK(root.value() == rmse(six_scores(), six_labels()));
  CHECK(root.name() == "rmse");
  auto third = on_target(2, F1Score());
  CHECK(key_of([&] { third.accumulate(batch); }) == "metric.targets");
}

TEST_CASE("metrics: columns have fastai's names") {
  CHECK(F1Score().name() == "f1_score");
  CHECK(BalancedAccuracy().name() == "balanced_accuracy_score");
  CHECK(RocAucMulti().name() == "roc_auc_score");
  CHECK(APScoreBinary().name() == "average_precision_score");
  CHECK(BrierScore().name() == "brier_score_loss");
  CHECK(PearsonCorrCoef().name() == "pearsonr");
  CHECK(JaccardCoeffMulti().name() == "jaccard_coeff_multi");
  CHECK(CorpusBLEUMetric().name() == "corpus_bleu");
  auto const part = metrics(rmse, foreground_acc, accuracy_multi, top_k_accuracy_t{.k = 1}, perplexity, mse);
  CHECK(hana::at_c<0>(part.value).name() == "rmse");
  CHECK(hana::at_c<1>(part.value).name() == "foreground_acc");
  CHECK(hana::at_c<2>(part.value).name() == "accuracy_multi");
  CHECK(hana::at_c<3>(part.value).name() == "top_k_accuracy");
  CHECK(hana::at_c<4>(part.value).name() == "perplexity");
  CHECK(hana::at_c<5>(part.value).name() == "mse");
}

TEST_CASE("M-28 metrics: perplexity is exp of the mean loss by batch size, of BLEU training batches are left out") {
  Perplexity metric = perplexity;
  CHECK_FALSE(metric.value().has_value());
  Batch large(at::zeros({3}), {}), small(at::zeros({1}), {});
  large.loss = at::tensor(1.), small.loss = at::tensor(3.);
  metric.accumulate(large);
  metric.accumulate(small);
  CHECK(*metric.value() == doctest::Approx(std::exp(1.5)));
  large.loss = at::tensor(4000.);  // its exponential is no number any more
  metric.accumulate(large);
  CHECK_FALSE(metric.value().has_value());
  Batch sentence(at::tensor({1, 2, 3, 4}).view({1, 4}), {at::tensor({1, 2, 3, 4}).view({1, 4})});
  CorpusBLEUMetric bleu;
  sentence.training = true;
  bleu.accumulate(sentence);
  CHECK_FALSE(bleu.value().has_value());
  sentence.training = false;
  bleu.accumulate(sentence);
  CHECK(*bleu.value() == doctest::Approx(1));
  bleu.reset();
  auto const longer = at::tensor({1, 2, 3, 4, 5, 6}).view({1, 6});
  bleu.add(sentence.pred, longer);
  CHECK(bleu.value() == CorpusBLEUMetric()(sentence.pred, longer));  // a phase before it lends no words
  CHECK(*bleu.value() == doctest::Approx(std::exp(1 - 6. / 4)));
}

TEST_CASE("metrics: several ranks say what one with all the items says; a rank may have had none") {
  auto const numbers = six_scores().view(-1), others = six_labels().view(-1) * 2 + numbers;
  auto const sentences = at::tensor({1, 2, 3, 4, 5, 6, 1, 3, 3, 4, 5, 6}).view({2, 6});
  for (std::int64_t n : {0, 1, 4, 6}) {
    check_ranks(F1Score(), six_scores(), six_classes(), n);
    check_ranks(DiceMulti({.axis = 1}), six_classes() * 3, six_classes(), n);
    check_ranks(F1ScoreMulti({.average = Average::samples}), six_scores().sigmoid(), six_labels(), n);
    check_ranks(RocAucBinary(), six_scores().softmax(1), six_classes(), n);
    check_ranks(RocAuc(), six_scores().softmax(1), six_classes(), n);
    check_ranks(SpearmanCorrCoef(), numbers, others, n);
    check_ranks(R2Score(), numbers, others, n);
    check_ranks(rmse.metric(), numbers, others, n);
    check_ranks(CorpusBLEUMetric(), sentences, sentences.flip(0), std::min<std::int64_t>(n, 2));
    check_ranks(CorpusBLEUMetric(), sentences.slice(1, 0, 5), sentences, std::min<std::int64_t>(n, 2));
  }
}

TEST_CASE(
    "sample_weight: batches of training and of get_preds are left out, and a validation that is cancelled counts") {
  auto f1 = F1Score({.sample_weight = at::tensor({1, 2, 3, 4, 5, 6})});
  Batch first(six_scores().slice(0, 0, 4), {six_classes().slice(0, 0, 4)});
  first.n_iter = 2;
  first.training = true;
  f1.accumulate(first);
  CHECK_FALSE(f1.value().has_value());
  first.training = false, first.gathering = true;
  for (int time = 0; time < 2; ++time) f1.accumulate(first);  // more items than weights
  CHECK_FALSE(f1.value().has_value());
  first.gathering = false;
  f1.accumulate(first);
  CHECK(f1.value() == F1Score({.sample_weight = at::tensor({1, 2, 3, 4})})(first.pred, first.all[0]));
  Batch last(six_scores().slice(0, 4, 5), {six_classes().slice(0, 4, 5)});
  last.n_iter = 2, last.iter = 1;
  f1.accumulate(last);
  CHECK(key_of([&] { f1.value(); }) == "metric.weights");  // one item is missing
  f1.reset();
  f1.accumulate(first);
  CHECK(key_of([&] { f1.accumulate(first); }) == "metric.weights");  // two items too many
}

TEST_CASE("sample_weight: items that a loader has left out take their weights with them") {
  auto const w = at::tensor({1, 90, 2, 3, 4, 5, 6, 90});  // items 1 and 7 cannot be read
  auto f1 = F1Score({.sample_weight = w});
  auto r2 = R2Score({.sample_weight = w});
  for (std::int64_t at : {0, 4}) {
    SkippedBatch batch(six_scores().slice(0, at, at + 4),
                       {six_classes().slice(0, at, at + 4), six_labels().slice(0, at, at + 4)});
    batch.skipping.items.indices = at == 0 ? std::vector<std::int64_t>{1} : std::vector<std::int64_t>{1, 7};
    f1.accumulate(batch);
    auto numbers = on_target(1, r2);
    numbers.accumulate(batch);
    r2 = numbers;
  }
  CHECK(f1.value() == F1Score({.sample_weight = at::tensor({1, 2, 3, 4, 5, 6})})(six_scores(), six_classes()));
  CHECK(*r2.value() ==
        doctest::Approx(*R2Score({.sample_weight = at::tensor({1, 2, 3, 4, 5, 6})})(six_scores(), six_labels())));
}

TEST_CASE("sample_weight: of a shuffled loader nobody knows which weight is whose") {
  SkippedBatch batch(six_scores(), {six_classes()});
  batch.skipping.in_any_order = true;
  auto weighted = F1Score({.sample_weight = at::tensor({1, 2, 3, 4, 5, 6})}), plain = F1Score();
  CHECK(key_of([&] { weighted.accumulate(batch); }) == "metric.weights");
  plain.accumulate(batch);
  CHECK(plain.value() == F1Score()(six_scores(), six_classes()));
}

TEST_CASE("sample_weight: the function of an AccumMetric gets them, in scikit-learn's order too; they are a copy") {
  auto w = at::tensor({1., 2., 3., 4., 5., 6.});
  auto const weighted_mean = [](at::Tensor const& preds, at::Tensor const&, at::Tensor const& weights) {
    return weights.defined() ? preds.dot(weights.to(at::kFloat)) / weights.sum() : preds.mean();
  };
  AccumMetric const mean(weighted_mean, {.sample_weight = w}), plain(weighted_mean);
  w.zero_();
  auto const numbers = six_scores().select(1, 0).contiguous();
  CHECK(*mean(numbers, six_classes()) == doctest::Approx((-1.5 + 0 + .75 + 4 - 2.5 + 4.5) / 21));
  CHECK(plain(numbers, six_classes()) == MetricValue(0));
  auto const right = [](at::Tensor const& t, at::Tensor const& p, at::Tensor const& weights) {
    return t.eq(p).to(at::kDouble).dot(weights) + 100 * t.select(0, 0);
  };
  auto const skm = skm_to_fastxx(right, {.sample_weight = at::tensor({1, 2, 4, 8, 16, 32})}, "right");
  CHECK(of_batch(skm, six_scores(), six_classes()) == MetricValue(100 + 1 + 4 + 16 + 32));
}

TEST_CASE("sample_weight: each rank has the weights of its own items") {
  auto const w = at::tensor({1., 2., 3., 4., 5., 6.});
  auto const numbers = six_scores().select(1, 0), others = six_scores().select(1, 1) + numbers;
  for (std::int64_t n : {0, 1, 4, 6}) {
    auto const part = [&](int rank) { return rank == 0 ? w.slice(0, 0, n) : w.slice(0, n, 6); };
    check_ranks(F1Score({.sample_weight = w}), six_scores(), six_classes(), n,
                {F1Score({.sample_weight = part(0)}), F1Score({.sample_weight = part(1)})});
    check_ranks(RocAucBinary({.sample_weight = w}), six_scores().softmax(1), six_classes(), n,
                {RocAucBinary({.sample_weight = part(0)}), RocAucBinary({.sample_weight = part(1)})});
    check_ranks(R2Score({.sample_weight = w}), numbers, others, n,
                {R2Score({.sample_weight = part(0)}), R2Score({.sample_weight = part(1)})});
  }
}

TEST_CASE("metrics: the classes of a batch are found once, and again when the predictions are others") {
  fastxx::detail::ClassesOfBatch shared;
  int found = 0;
  auto const of = [&](at::Tensor const& preds, std::int64_t axis = -1) {
    return shared.of(preds, axis, [&] { return ++found, preds.argmax(axis); });
  };
  auto scores = six_scores();
  for (int time = 0; time < 3; ++time) CHECK(at::equal(of(scores), scores.argmax(-1)));
  CHECK(found == 1);
  scores.neg_();
  CHECK(at::equal(of(scores), scores.argmax(-1)));
  scores.view(-1).add_(scores.view(-1).flip(0));  // a view is the same memory
  CHECK(at::equal(of(scores), scores.argmax(-1)));
  CHECK(found == 3);
  CHECK(at::equal(of(scores, 0), scores.argmax(0)));
  for (int time = 0; time < 8; ++time) {  // the allocator gives the same place again
    scores = at::Tensor();
    scores = time % 2 ? six_scores() : -six_scores();
    CHECK(at::equal(of(scores), scores.argmax(-1)));
  }
  found = 0;
  c10::InferenceMode const mode;
  auto const unversioned = six_scores();
  for (int time = 0; time < 2; ++time) {
    unversioned.neg_();
    CHECK(at::equal(of(unversioned), unversioned.argmax(-1)));
  }
  CHECK(found == 2);
}

TEST_CASE("metrics: what several metrics share of a batch changes no value, nor what they refuse") {
  fastxx::detail::ClassesOfBatch shared;
  Batch batch(six_scores(), {six_classes(), six_classes().flip(0)});
  batch.classes = &shared;
  auto f1 = F1Score(), other = on_target(1, HammingLoss()), third = Precision();
  f1.accumulate(batch);
  other.accumulate(batch);
  batch.pred.neg_();
  third.accumulate(batch);
  CHECK(f1.value() == F1Score()(six_scores(), six_classes()));
  CHECK(other.value() == HammingLoss()(six_scores(), six_classes().flip(0)));
  CHECK(third.value() == Precision()(-six_scores(), six_classes()));
  Batch grid(six_scores().view({3, 2, 2}), {six_classes().view({3, 2})});
  grid.classes = &shared;
  auto last = F1Score(), middle = F1Score({.axis = 1});
  last.accumulate(grid);
  middle.accumulate(grid);
  CHECK(last.value() == F1Score()(grid.pred, grid.all[0]));
  CHECK(middle.value() == F1Score({.axis = 1})(grid.pred, grid.all[0]));
  CHECK(last.value() != middle.value());
  batch.all[0] = six_classes().slice(0, 0, 3);
  CHECK(key_of([&] { f1.accumulate(batch); }) == "metric.shape");
  batch.all[0] = six_classes(), batch.pred[2][1] = std::nan("");
  for (int time = 0; time < 2; ++time) CHECK(key_of([&] { f1.accumulate(batch); }) == "metric.nan");
}
