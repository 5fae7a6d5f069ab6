// Metrics of classes, of several labels, of numbers, of pictures and of sentences; in a Learner and called directly; and
// two of your own.
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/metrics.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <cstdio>
#include <tuple>
#include <vector>

using namespace fastxx;

namespace {

void print(char const* name, MetricValue value) {
  value ? std::printf("%-24s %.3f\n", name, *value) : std::printf("%-24s not defined\n", name);
}

// One more function of the confusion matrix: the share of class 0 that was not taken for class 1.
CountMetric specificity() {
  return CountMetric("specificity",
                     [](Counts const& counts) { return counts.at(0, 0) / (counts.at(0, 0) + counts.at(0, 1)); },
                     {.most_classes = 2});
}

// A loss that keeps what it is made of.
struct FitAndSize {
  static constexpr bool flattens = true;
  at::Tensor fit = {}, size = {};
  at::Tensor operator()(at::Tensor const& preds, at::Tensor const& targs) {
    fit = MSELossFlat{}(preds, targs);
    size = preds.square().mean();
    return fit + 0.01 * size;
  }
};

// Any function of all predictions and targets, for the whole phase at once.
at::Tensor median_error(at::Tensor const& preds, at::Tensor const& targs) { return (preds - targs).abs().median(); }

void in_a_learner() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> line;  // y = 2x + 1
  for (float x = 0; x < 8; ++x) line.emplace_back(at::full({1}, x), at::full({1}, 2 * x + 1));
  using Loader = DataLoader<decltype(line)>;
  DataLoaders const dls(std::vector<Loader>{Loader(line, {.batch_size = 4}), Loader(line, {.batch_size = 4})});
  Learner learn(
      dls, Sequential(torch::nn::Linear(1, 1)), loss_func(FitAndSize{}),
      metrics(mae, msle, rmse, R2Score(), SpearmanCorrCoef(), AccumMetric(median_error, {}, "median"),
              on_target(0, ExplainedVariance(), "explained"), LossMetric(&FitAndSize::size, "size"),
              ValueMetric([] { return 42; }, "answer"), perplexity));  // exp(loss), of use for a cross entropy
  // The line begins above -1, the model may not, and msle wants logarithms.
  torch::NoGradGuard const guard;
  for (auto& parameter : learn.model->parameters()) parameter.fill_(1);
  auto const row = learn.validate();
  auto const names = learn.recorder().metric_names();
  for (std::size_t i = 0; i < row.size(); ++i) print(names.at(i + 2).c_str(), row[i]);
}

}  // namespace

int main() {
  // Predictions as get_preds gives them: probabilities, or classes that have been decided.
  auto const probs = at::tensor({.1, .9, .8, .2, .3, .7, .6, .4}).view({4, 2});
  auto const targets = at::tensor({1, 0, 0, 0});
  print("F1", F1Score()(probs, targets));
  print("F1 of both classes", F1Score({.average = Average::macro})(probs, targets));
  print("balanced accuracy", BalancedAccuracy()(probs, targets));
  print("kappa", CohenKappa({.weights = KappaWeights::quadratic})(probs, targets));
  print("specificity", specificity()(probs, targets));
  print("top 1", top_k_accuracy_t{.k = 1}(probs, targets).item<double>());
  // One weight for each item of the validation set, in its order.
  print("F1 where items differ", F1Score({.sample_weight = at::tensor({1., .5, 2., 1.})})(probs, targets));
  print("area under the curve", RocAucBinary()(probs, targets));
  print("average precision", APScoreBinary()(probs, targets));
  print("the same of one class", RocAucBinary()(probs, at::tensor({1, 1, 1, 1})));

  auto const labels = at::tensor({1, 0, 1, 1, 0, 0, 1, 0}).view({4, 2});  // two labels of each item
  print("F1 of labels", F1ScoreMulti({.thresh = .6})(probs, labels));
  auto const f1_at = [](at::Tensor const& p, at::Tensor const& t, double thresh) {
    return F1ScoreMulti({.thresh = thresh})(p, t).value();
  };
  print("F1 at the best thresh", optim_metric(f1_at, {.low = .1, .high = .9}, {.flatten = false})(probs, labels));
  print("right labels", accuracy_multi_t{.sigmoid = false}(probs, labels).item<double>());
  print("precision of labels", APScoreMulti()(probs, labels));

  auto const mask = at::tensor({0, 1, 255, 1}).view({1, 2, 2});  // 255: no class
  auto const guess = at::tensor({1, 1, 0, 1}).view({1, 2, 2});
  print("Dice", Dice({.ignore_index = 255})(guess, mask));
  print("mean IoU", JaccardCoeffMulti({.ignore_index = 255})(guess, mask));
  print("foreground", foreground_acc_t{.ignore_index = 255}(guess, mask));

  auto const sentence = at::tensor({1, 2, 3, 4, 5, 6}).view({1, 6}), said = at::tensor({1, 2, 3, 4, 5, 7}).view({1, 6});
  print("BLEU", CorpusBLEUMetric()(said, sentence));

  auto hits = [](at::Tensor const& targs, at::Tensor const& preds) { return targs.eq(preds).sum(); };
  auto worth = [](at::Tensor const& targs, at::Tensor const& preds, at::Tensor const& weights) {
    return targs.eq(preds).to(at::kDouble).dot(weights);
  };
  print("what the hits are worth",
        skm_to_fastxx(worth, {.sample_weight = at::tensor({1, 1, 2, 5})}, "worth")(probs.argmax(1), targets));
  print("hits, as scikit-learn's", skm_to_fastxx(hits, {}, "hits")(probs.argmax(1), targets));
  in_a_learner();
}
