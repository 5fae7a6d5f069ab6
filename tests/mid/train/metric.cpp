#include "../../errors.hpp"
#include "toy.hpp"
#include <fastxx/mid/metrics.hpp>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
// What a metric reads of a learner.
struct Batch : TrainState {
  Batch(at::Tensor prediction, at::Tensor truth) : target(std::move(truth)) { pred = std::move(prediction); }
  torch::nn::Module& module() const override { throw std::logic_error("a metric needs no model"); }
  std::vector<at::Tensor> inputs() const override { return {}; }
  std::vector<at::Tensor> targets() const override { return {target}; }
  std::int64_t batch_size() const override { return target.size(0); }
  at::Tensor target;
};
at::Tensor scores(std::vector<std::vector<float>> const& rows) {
  std::vector<at::Tensor> tensors;
  for (auto const& row : rows) tensors.push_back(at::tensor(row));
  return at::stack(tensors);
}
}  // namespace

TEST_CASE("M-24 metric: a function is averaged over batches weighted by their size") {
  auto part = metrics(accuracy);
  auto& metric = hana::at_c<0>(part.value);
  metric.reset();
  CHECK_FALSE(metric.value().has_value());
  metric.accumulate(Batch{scores({{0, 1}, {1, 0}, {1, 0}}), at::tensor({1, 0, 0})});  // 3 of 3
  metric.accumulate(Batch{scores({{0, 1}}), at::tensor({0})});                        // 0 of 1
  CHECK(*metric.value() == doctest::Approx(0.75));  // the mean of the batch values would be 0.5 (TR-57)
  CHECK(metric.name() == "accuracy");
  metric.reset();
  CHECK_FALSE(metric.value().has_value());
}

TEST_CASE("metric: accuracy and error_rate by hand, over several axes too") {
  auto const prediction = scores({{.1F, .9F}, {.8F, .2F}, {.3F, .7F}, {.6F, .4F}});
  CHECK(accuracy(prediction, at::tensor({1, 0, 0, 0})).item<double>() == doctest::Approx(0.75));
  CHECK(error_rate(prediction, at::tensor({1, 0, 0, 0})).item<double>() == doctest::Approx(0.25));
  CHECK(accuracy(prediction.view({2, 2, 2}), at::tensor({1, 0, 0, 0}).view({2, 2})).item<double>() ==
        doctest::Approx(0.75));
  auto const grid = scores({{1, 2, 3}, {0, 4, 1}}).view({1, 2, 3});  // classes on axis 1
  CHECK(accuracy_t{.axis = 1}(grid, at::tensor({0, 1, 1}).view({1, 3})).item<double>() == doctest::Approx(2. / 3));
  CHECK(error_rate_t{.axis = 1}(grid, at::tensor({0, 1, 1}).view({1, 3})).item<double>() == doctest::Approx(1. / 3));
}

TEST_CASE("M-26 metric: accuracy refuses targets of another number") {
  CHECK_THROWS_AS(accuracy(scores({{0, 1}}), at::tensor({1, 0})), tensor_error);
}

namespace {
struct Never {
  void reset() {}
  void accumulate(auto const&) {}
  MetricValue value() const { return {}; }
};
}  // namespace

TEST_CASE("metric: a metric that has seen nothing prints None") {
  auto learn = toy::learner(metrics(Never{}));
  std::vector<std::vector<std::string>> rows;
  learn.logger = [&](std::vector<std::string> const& row) { rows.push_back(row); };
  learn.fit(1);
  CHECK(rows[0][3] == "never");
  CHECK(rows[1][3] == "None");
}

namespace {
struct Counting {
  std::shared_ptr<std::string> calls = std::make_shared<std::string>();
  void reset() { *calls += "r"; }
  void accumulate(auto const& learn) { *calls += learn.training ? "T" : "a"; }
  MetricValue value() const { return 1.5; }
};
}  // namespace

TEST_CASE("M-23 metric: reset comes before every validation, accumulate after each of its batches, never in training") {
  Counting counting;
  Learner learn(toy::loaders(8, 8), toy::model(), loss_func(toy::Loss{}), metrics(counting));
  toy::quiet(learn).fit(2);
  CHECK(*counting.calls == "raaraa");
  CHECK(learn.recorder().metric_names() ==
        std::vector<std::string>{"epoch", "train_loss", "valid_loss", "counting", "time"});
  CHECK(learn.recorder().values[1][2] == MetricValue(1.5));
}

TEST_CASE("metric: names are snake_case") {
  CHECK(snake_case("BrierScore") == "brier_score");
  CHECK(snake_case("Dice") == "dice");
  CHECK(snake_case("accuracy") == "accuracy");
}

TEST_CASE("TR-57 metric: AvgSmoothLoss is a debiased exponential average") {
  AvgSmoothLoss smooth(0.5);
  CHECK_FALSE(smooth.value().has_value());
  smooth.add(4);
  CHECK(*smooth.value() == doctest::Approx(4));  // 2 / (1 - .5)
  smooth.add(1);
  CHECK(*smooth.value() == doctest::Approx(2));  // (2 * .5 + 1 * .5) / (1 - .25)
  AvgSmoothLoss slow(0.75);
  slow.add(4), slow.add(1);
  CHECK(*slow.value() == doctest::Approx((4 * .25 * .75 + 1 * .25) / (1 - .75 * .75)));
}

TEST_CASE("metric: a prediction (N,1) is not broadcast over a target (N) in silence") {
  auto part = metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); });
  auto& metric = hana::at_c<0>(part.value);
  CHECK(metric.name() == "metric");
  CHECK_THROWS_WITH(metric.accumulate(Batch{at::zeros({32, 1}), at::zeros({32})}),
                    doctest::Contains("(32, 1) and (32)"));
  metric.accumulate(Batch{at::zeros({4, 1}), at::ones({4, 1})});
  CHECK(*metric.value() == 1);
}

namespace {
at::Tensor mean_error(at::Tensor const& prediction, at::Tensor const& target) {
  return (prediction - target).abs().mean();
}
}  // namespace

TEST_CASE(
    "metric: what libtorch says against a function comes with the metric's name and the shapes, not with its frames") {
  auto learn = toy::learner(metrics([](at::Tensor const& p, at::Tensor const& t) {
    return p.view({-1}) + t.view({2, -1});
  }));
  toy::quiet(learn);
  auto const text = error_of([&] { learn.validate(); });
  CHECK(contains(text, "[metric.failed] metric metric: expected a number"));
  CHECK(contains(text, "predictions Float (4, 1), target Float (4, 1)"));
  CHECK_FALSE(contains(text, "frame #"));
}

TEST_CASE("metric: a plain function has a column that reads as one") {
  auto part = metrics(mean_error);
  CHECK(hana::at_c<0>(part.value).name() == "metric");
  CHECK(on_target(0, mean_error, "mae").name() == "mae");
}

namespace {
struct Kept {
  static constexpr bool flattens = true;
  double calls = 0;
  at::Tensor largest = {};
  at::Tensor operator()(at::Tensor const& prediction, at::Tensor const& target) {
    ++calls;
    largest = (prediction - target).abs().max();
    return at::mse_loss(prediction, target);
  }
};
struct Other {
  int number = 0;
};
}  // namespace

TEST_CASE("metric: metrics of the whole set, of the loss's members and of functions stand in a Learner's table") {
  Learner learn(toy::loaders(8, 6), toy::model(), loss_func(Kept{}),
                metrics(rmse, R2Score(), mae, on_target(0, SpearmanCorrCoef(), "ranks"),
                        LossMetric(&Kept::largest, "largest"), ValueMetric([] { return 4; }, "four")));
  auto const row = toy::quiet(learn).validate();  // the model says 0; targets are 7, 7.2, 7.4, 7.6 and 7.8, 8
  CHECK(learn.recorder().metric_names() == std::vector<std::string>{"epoch", "train_loss", "valid_loss", "rmse",
                                                                    "r2_score", "mae", "ranks", "largest", "four",
                                                                    "time"});
  CHECK(*row[1] == doctest::Approx(std::sqrt(*row[0])));
  CHECK(*row[2] < 0);
  CHECK(*row[3] == doctest::Approx(7.5));
  CHECK_FALSE(row[4].has_value());  // all predictions are alike
  CHECK(*row[5] == doctest::Approx((4 * 7.6 + 2 * 8) / 6));
  CHECK(*row[6] == 4);
}

TEST_CASE("metric: a LossMetric of another loss is an error") {
  Learner learn(toy::loaders(), toy::model(), loss_func(Kept{}), metrics(LossMetric(&Other::number, "number")));
  CHECK(key_of([&] { toy::quiet(learn).validate(); }) == "metric.loss");
}
