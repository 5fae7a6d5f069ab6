// The callbacks that come with the library, each beside what it does by hand.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include "learner.hpp"
#include <fastxx/mid/callbacks/csv_logger.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/callbacks/layer_modes.hpp>
#include <fastxx/mid/callbacks/mix.hpp>
#include <fastxx/mid/callbacks/short_epoch.hpp>
#include <fastxx/mid/metrics/loss_metric.hpp>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Runs a function of the test at one event.
struct At {
  std::function<void(TrainState&)> batch = {}, step = {}, loss = {};
  static constexpr int order = CallbackOrder::recorder - 1;
  void before_batch(TrainState& learn) {
    if (batch) batch(learn);
  }
  void before_step(TrainState& learn) {
    if (step) step(learn);
  }
  void after_loss(TrainState& learn) {
    if (loss) loss(learn);
  }
};

struct Before {
  std::function<void(TrainState&)> look;
  static constexpr int order = CallbackOrder::gradient_clip - 1;
  void before_step(TrainState& state) { look(state); }
};
struct Look {
  std::filesystem::path path;
  std::string* text;
  static constexpr int order = CallbackOrder::checkpoint;
  void after_epoch(TrainState& state);
};
struct Cancel {
  static constexpr bool run_valid = false;
  static constexpr int order = 1;
  void after_loss(TrainState&) { throw CancelFitException(); }
};

at::Tensor weights(auto const& learn) { return learn.model->parameters()[0].detach().clone(); }

void Look::after_epoch(TrainState& state) {
  if (state.epoch == 0) *text = text_of(path);
}

}  // namespace

TEST_CASE("GradientClip: gradients together are no longer than max_norm, shorter ones stay as they are") {
  for (double const norm_type : {2., 1., std::numeric_limits<double>::infinity()}) {
    auto learn = regression();
    std::vector<double> before, after;
    auto const length = [&](TrainState& state) {
      std::vector<at::Tensor> all;
      for (auto const& p : state.module().parameters()) all.push_back(p.grad().flatten());
      return at::cat(all).norm(norm_type).item<double>();
    };
    learn.fit(1, .5,
              callbacks(GradientClip(.4, norm_type), Before{[&](auto& state) { before.push_back(length(state)); }},
                        At{.step = [&](auto& state) { after.push_back(length(state)); }}));
    REQUIRE(after.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(after[i] == doctest::Approx(std::min(before[i], .4)).epsilon(1e-4));
    CHECK(before[0] > .4);
    if (norm_type == 2.) CHECK(*std::min_element(before.begin(), before.end()) < .4);
  }
  CHECK(key_of([] { GradientClip(0); }) == "gradient_clip.options");
  CHECK(key_of([] { GradientClip(1, .5); }) == "gradient_clip.options");
}

TEST_CASE("TR-52 GradientAccumulation: two batches of four make the step of a batch of eight") {
  auto small = regression(2, 4), whole = regression(1, 4);
  auto const& [x0, y0] = small.dls.train()[0];
  auto const& [x1, y1] = small.dls.train()[1];
  whole.dls.train() = {{at::cat({x0, x1}), at::cat({y0, y1})}};
  small.fit(1, .1, callbacks(GradientAccumulation(8)));
  whole.fit(1, .1);
  CHECK(at::allclose(weights(small), weights(whole), 1e-5, 1e-6));
  CHECK(small.recorder().losses.size() == 2);  // both batches are recorded
}

TEST_CASE("GradientAccumulation: what is left at the end of an epoch goes into the next, and not into another fit") {
  auto learn = regression(3, 4);
  int steps = 0;
  auto const count = At{.step = [&](auto&) { ++steps; }};
  learn.fit(2, .1, callbacks(GradientAccumulation(8), count));  // 24 items, 3 steps
  CHECK(steps == 3);
  learn.fit(1, .1, callbacks(GradientAccumulation(8), count));
  CHECK(steps == 4);
  CHECK(key_of([] { GradientAccumulation(0); }) == "gradient_accumulation.n_acc");
}

TEST_CASE("ShortEpoch: training and validation end after their share, and the batch at the end is recorded") {
  auto learn = regression(10);
  std::int64_t valid = 0;
  auto const count = At{.batch = [&](auto& state) { valid += !state.training; }};
  learn.fit(2, .1, callbacks(ShortEpoch(.25), count));
  CHECK(learn.recorder().losses.size() == 8);  // batches 0, 1, 2, and 3, which is a quarter or more
  CHECK(valid == 8);
  valid = 0;
  learn.fit(1, .1, callbacks(ShortEpoch(0, false), count));
  CHECK(learn.recorder().losses.size() == 1);
  CHECK(valid == 10);
  CHECK(key_of([] { ShortEpoch(1.5); }) == "short_epoch.pct");
}

TEST_CASE("BnFreeze: a norm that does not train keeps its statistics, one that trains has them renewed") {
  for (bool const trains : {false, true}) {
    auto learn = regression(2, 4, Sequential(torch::nn::BatchNorm1d(3), torch::nn::Linear(3, 1)));
    learn.train_bn = false;
    for (auto& p : learn.model->ptr(0)->parameters()) p.set_requires_grad(trains);
    auto const before = learn.model->ptr(0)->buffers()[0].clone();
    learn.fit(1, .1, callbacks(BnFreeze{}));
    CHECK(at::equal(learn.model->ptr(0)->buffers()[0], before) == !trains);
  }
  auto const pictures = at::rand({4, 3, 2, 2});
  for (bool const flat : {false, true}) {
    auto net = flat ? Sequential(torch::nn::Flatten(), torch::nn::BatchNorm1d(12), torch::nn::Linear(12, 1))
                    : Sequential(torch::nn::BatchNorm2d(3), torch::nn::Flatten(), torch::nn::Linear(12, 1));
    auto const norm = net->ptr(flat ? 1 : 0);
    Batches const batches{{pictures, points(4, 1)}};
    auto learn = learner(batches, batches, net, MSELossFlat{});
    learn.train_bn = false;
    for (auto& p : norm->parameters()) p.set_requires_grad(false);
    learn.fit(1, .1, callbacks(BnFreeze{}));
    CHECK(norm->buffers()[0].eq(0).all().item<bool>());  // its mean as it was made
    learn.fit(1, .1);
    CHECK_FALSE(norm->buffers()[0].eq(0).all().item<bool>());
  }
}

TEST_CASE("MCDropout: predictions differ from call to call, and are the same again without it") {
  auto learn = regression(2, 4, Sequential(torch::nn::Linear(3, 1), torch::nn::Dropout(.5)));
  auto const sure = learn.get_preds().preds;
  CHECK(at::equal(learn.get_preds().preds, sure));
  learn.add_cb(MCDropout{});
  CHECK_FALSE(at::equal(learn.get_preds().preds, learn.get_preds().preds));
  learn.remove_cb<MCDropout>();
  CHECK(at::equal(learn.get_preds().preds, sure));
  auto const differs = [](auto dropout) {
    auto one = regression(2, 4, Sequential(torch::nn::Linear(3, 8), dropout, torch::nn::Linear(8, 1)));
    one.add_cb(MCDropout{});
    return !at::equal(one.get_preds().preds, one.get_preds().preds);
  };
  CHECK(differs(torch::nn::Dropout2d(.5)));
  CHECK(differs(torch::nn::Dropout3d(.5)));
  CHECK(differs(torch::nn::AlphaDropout(.5)));
  CHECK(differs(torch::nn::FeatureAlphaDropout(.5)));
  CHECK_FALSE(differs(torch::nn::ReLU()));
}

TEST_CASE("CSVLogger: the table with all digits, whole after each epoch; behind another one when asked") {
  auto const folder = temporary_folder("csv_logger");
  auto const path = folder / "deeper" / "history.csv";
  auto learn = regression();
  std::string after_first;
  learn.fit(2, .1, callbacks(CSVLogger(path), Look{path, &after_first}));
  auto const text = text_of(path);
  CHECK(text.starts_with("epoch,train_loss,valid_loss,time\n0,"));
  CHECK(text.starts_with(after_first));
  CHECK(std::count(text.begin(), text.end(), '\n') == 3);
  double loss = 0, valid = 0;
  CHECK(std::sscanf(text.c_str() + text.find("\n1,") + 3, "%lf,%lf,", &loss, &valid) == 2);
  CHECK(loss == *learn.recorder().values[1][0]);  // to the last digit
  CHECK(valid == *learn.recorder().values[1][1]);
  learn.validate();
  CHECK(text_of(path) == text);
  learn.fit(1, .1, callbacks(CSVLogger(path, {.append = true})));
  CHECK(text_of(path).starts_with(text + "epoch,"));
  learn.fit(1, .1, callbacks(CSVLogger(path)));
  CHECK(std::count_if(text.begin(), text.end(), [](char c) { return c == '\n'; }) == 3);
  learn.add_cb(CSVLogger(path));
  learn.fit(1, .1);
  auto const one_fit = text_of(path);
  learn.validate();
  learn.get_preds();
  CHECK(text_of(path) == one_fit);
  learn.remove_cb<CSVLogger>();
  auto const e = error_of([&] { learn.fit(1, .1, callbacks(CSVLogger("/dev/full"))); });
  CHECK(contains(e, "[file.write]"));
  CHECK(contains(e, "/dev/full"));
  struct Vanish {
    std::filesystem::path folder;
    void before_epoch(TrainState&) const { std::filesystem::remove_all(folder); }
  };
  auto const gone =
      error_of([&] { learn.fit(2, .1, callbacks(CSVLogger(folder / "sub" / "a.csv"), Vanish{folder / "sub"})); });
  CHECK(contains(gone, "[file.write]"));
  CHECK(contains(gone, "a.csv"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("CSVLogger: names with commas, quotes and line ends are quoted; what is not defined is an empty cell") {
  auto const folder = temporary_folder("csv_cells");
  auto const batches = regression(1).dls.train();
  auto const none = [] { return MetricValue(); };
  auto learn = learner(batches, batches, linear(3, 1), MSELossFlat{},
                       metrics(ValueMetric(none, "a,b"), ValueMetric(none, "\"c\""), ValueMetric(none, "d\ne")));
  learn.fit(1, .1, callbacks(CSVLogger(folder / "cells.csv")));
  auto const text = text_of(folder / "cells.csv");
  CHECK(text.starts_with("epoch,train_loss,valid_loss,\"a,b\",\"\"\"c\"\"\",\"d\ne\",time\n0,"));
  CHECK(text.ends_with(",,,,00:00\n"));
  std::filesystem::remove_all(folder);
}

namespace {
auto classes_learner(auto loss) {
  Batches const batches{{points(6, 4), at::tensor({0, 1, 2, 2, 1, 0}, at::kLong)}};
  return learner(batches, batches, linear(4, 3), std::move(loss));
}
}  // namespace

TEST_CASE("TR-74 MixUp: inputs and losses of classes are fastai's, and validation sees nothing of it") {
  auto learn = classes_learner(CrossEntropyLossFlat{});
  at::Tensor x;
  double loss = 0, valid = 0;
  auto const look = At{.loss = [&](TrainState& state) {
    if (state.training) x = state.inputs()[0].clone();
    (state.training ? loss : valid) = state.loss_value();
  }};
  auto const plain = learn.validate()[0];
  set_seed(42);
  learn.fit(1, 0., callbacks(MixUp(.4), look));
  // What the first batch must be, by hand.
  set_seed(42);
  auto const share = at::_sample_dirichlet(at::full({6, 2}, .4)).select(-1, 0);
  auto const mine = at::maximum(share, 1 - share);
  auto const order = at::randperm(6);
  auto const& [x0, y0] = learn.dls.train()[0];
  auto const mixed = x0 * mine.view({6, 1}) + x0.index({order}) * (1 - mine).view({6, 1});
  CHECK(at::allclose(x, mixed));
  CHECK(at::allclose(x0, points(6, 4)));  // the data themselves stay
  auto const scores = learn.model->forward(mixed).log_softmax(1);
  auto const each = [&](at::Tensor const& y) { return -scores.gather(1, y.unsqueeze(1)).squeeze(1); };
  auto const expected = (each(y0) * mine + each(y0.index({order})) * (1 - mine)).mean();
  CHECK(loss == doctest::Approx(expected.item<double>()));
  CHECK(valid == doctest::Approx(*plain));
}

TEST_CASE("MixUp: targets that are numbers are mixed themselves") {
  auto learn = regression(1, 6);
  at::Tensor y;
  set_seed(3);
  learn.fit(1, 0., callbacks(MixUp(.4), At{.loss = [&](TrainState& state) {
                               if (state.training) y = state.targets()[0].clone();
                             }}));
  set_seed(3);
  auto const share = at::_sample_dirichlet(at::full({6, 2}, .4)).select(-1, 0);
  auto const mine = at::maximum(share, 1 - share).view({6, 1});
  auto const y0 = std::get<1>(learn.dls.train()[0]);
  CHECK(at::allclose(y, y0 * mine + y0.index({at::randperm(6)}) * (1 - mine)));
}

TEST_CASE("TR-74 CutMix: a box of another picture, and losses by the area that is left") {
  Batches const batches{{points(5, 3 * 8 * 10).view({5, 3, 8, 10}), at::tensor({0, 1, 1, 0, 1}, at::kLong)}};
  set_seed(1);
  Sequential net(torch::nn::Flatten(), torch::nn::Linear(240, 2));
  auto learn = learner(batches, batches, net, CrossEntropyLossFlat{});
  int cut = 0;
  for (int seed = 0; seed < 20; ++seed) {
    at::Tensor x;
    double loss = 0;
    set_seed(static_cast<std::uint64_t>(seed));
    learn.fit(1, 0., callbacks(CutMix(1), At{.loss = [&](TrainState& state) {
                                 if (!state.training) return;
                                 x = state.inputs()[0].clone();
                                 loss = state.loss_value();
                               }}));
    set_seed(static_cast<std::uint64_t>(seed));
    (void)at::_sample_dirichlet(at::full({1, 2}, 1.));
    auto const order = at::randperm(5);
    auto const& [x0, y0] = batches[0];
    auto const other = x0.index({order});
    auto const differs = x.ne(x0);
    CHECK(x.eq(x0).logical_or(x.eq(other)).all().item<bool>());
    // Pictures that are mixed with themselves show no box.
    auto const moved = order.ne(at::arange(5));
    if (!moved.any().item<bool>()) continue;
    auto const box = differs.index({moved}).any(0).any(0);  // (8,10)
    double const left = 1 - box.to(at::kDouble).mean().item<double>();
    cut += left < 1;
    auto const scores = learn.model->forward(x).log_softmax(1);
    auto const each = [&](at::Tensor const& y) { return -scores.gather(1, y.unsqueeze(1)).squeeze(1); };
    auto const expected = (each(y0) * left + each(y0.index({order})) * (1 - left)).mean();
    CHECK(loss == doctest::Approx(expected.item<double>()));
  }
  CHECK(cut > 10);
  CHECK(at::equal(std::get<0>(learn.dls.train()[0]), points(5, 3 * 8 * 10).view({5, 3, 8, 10})));
}

TEST_CASE("MixUp, CutMix: the losses are fastai's for the same seed (tests/parity/mixup.py)") {
  auto const loss_of = [](at::Tensor const& x, at::Tensor const& y, Sequential net, double scale, std::uint64_t seed,
                          auto mix) {
    auto last = net->parameters();
    at::NoGradGuard const no_grad;
    last[0].copy_(at::arange(last[0].numel(), at::kFloat).view(last[0].sizes()) * scale);
    last[1].zero_();
    auto learn = learner({{x, y}}, {{x, y}}, std::move(net), CrossEntropyLossFlat{});
    double loss = 0;
    set_seed(seed);
    at::AutoGradMode const grad(true);
    learn.fit(1, 0., callbacks(std::move(mix), At{.loss = [&](TrainState& state) {
                                 if (state.training) loss = state.loss_value();
                               }}));
    return loss;
  };
  CHECK(loss_of(points(6, 4), at::tensor({0, 1, 2, 2, 1, 0}, at::kLong), linear(4, 3), .1, 42, MixUp(.4)) ==
        doctest::Approx(1.2871272563934326).epsilon(1e-6));
  double const expected[] = {0.6089848279953003, 0.9010356068611145, 0.8844181895256042};
  for (std::uint64_t seed = 0; seed < 3; ++seed)
    CHECK(loss_of(points(5, 240).view({5, 3, 8, 10}), at::tensor({0, 1, 1, 0, 1}, at::kLong),
                  Sequential(torch::nn::Flatten(), torch::nn::Linear(240, 2)), .001, seed,
                  CutMix(1)) == doctest::Approx(expected[seed]).epsilon(1e-6));
}

TEST_CASE("MixUp, CutMix: what they cannot do is one sentence; a cancelled phase leaves the loss as it was") {
  struct MeanOnly {
    at::Tensor operator()(at::Tensor const& p, at::Tensor const& t) const { return at::cross_entropy_loss(p, t); }
  };
  auto learn = classes_learner(CrossEntropyLossFlat{});
  auto const plain = learn.validate()[0];
  learn.fit(1, .1, callbacks(MixUp{}, Cancel{}));
  CHECK(*learn.validate()[0] == *plain);
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(CutMix{})); }), "[mix.inputs]"));
  learn.loss_func = MeanOnly{};
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(MixUp{})); }), "[mix.no_losses]"));
  CHECK(contains(error_of([] { MixUp(0); }), "MixUp"));
  CHECK(key_of([] { CutMix(-1); }) == "mix.alpha");
}
