#include "../../process.hpp"
#include "toy.hpp"

#include <cmath>
#include <csignal>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct BreakLossAt {
  std::int64_t epoch, iter;
  void after_pred(auto& learn) {
    if (learn.training && learn.epoch == epoch && learn.iter == iter)
      learn.pred = learn.pred * std::numeric_limits<float>::quiet_NaN();
  }
};
std::string message(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return "[" + e.key() + "] " + e.what();
  }
  return "";
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }
}  // namespace

TEST_CASE("NaN: training stops at the batch, says where, and keeps the weights from before it") {
  auto learn = toy::learner(callbacks(BreakLossAt{1, 1}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(3, {.lr = .1}); });
  CHECK(has(text, "train.loss_not_finite"));
  CHECK(has(text, "epoch 1, batch 1 of 2"));
  CHECK(has(text, "learning rate"));
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 3);  // epoch 0: two, epoch 1: one
  CHECK(at::isfinite(learn.model->parameters()[0]).all().item<bool>());
  CHECK(learn.model->parameters()[0].item<float>() != 0);
  learn.remove_cb<BreakLossAt>();
  learn.fit(1);  // and it can go on
}

namespace {
struct Damage {
  static constexpr int order = 45;
  std::shared_ptr<float> before = std::make_shared<float>(0);
  void before_train(auto& learn) { *before = learn.model->parameters()[0].template item<float>(); }
  void after_step(auto& learn) {
    if (learn.epoch == 1) learn.model->parameters()[0].data().fill_(std::numeric_limits<float>::infinity());
  }
};
}  // namespace

TEST_CASE("NaN: weights that are damaged come back as they were at the start of the epoch") {
  Damage damage;
  auto learn = toy::learner(callbacks(damage));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(3, {.lr = .1}); });
  CHECK(has(text, "start of this epoch"));
  CHECK(*damage.before != 0);
  CHECK(learn.model->parameters()[0].item<float>() == *damage.before);
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 0);  // averages of what was no number are gone too
}

namespace {
struct KeepGradients {
  void before_step(auto&) { throw CancelBatchException(); }
};
}  // namespace

TEST_CASE("NaN: gradients that were adding up when training stopped are gone") {
  auto learn = toy::learner(callbacks(KeepGradients{}, BreakLossAt{0, 1}));
  toy::quiet(learn);
  CHECK(has(message([&] { learn.fit(1, {.lr = .1}); }), "epoch 0, batch 1 of 2"));
  CHECK_FALSE(learn.model->parameters()[0].grad().defined());
}

TEST_CASE("NaN: an input that is no number is named as the cause") {
  auto items = toy::line(8);
  std::get<0>(items[5]).fill_(std::numeric_limits<float>::quiet_NaN());
  using Loader = DataLoader<std::vector<toy::Item>>;
  DataLoaders dls(std::vector<Loader>{Loader(items, {.batch_size = 4}), Loader(toy::line(4), {.batch_size = 4})});
  Learner learn(dls, toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(1); });
  CHECK(has(text, "epoch 0, batch 1 of 2"));
  CHECK(has(text, "inputs that hold NaN"));
}

namespace {
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
// A loss that is finite, and the gradient of which is not.
struct RootLoss {
  Tensor operator()(Tensor const& pred, Tensor const&) const { return (pred - pred.detach()).abs().sqrt().sum(); }
};
auto loaders(std::vector<toy::Item> train, std::vector<toy::Item> valid) {
  using Loader = DataLoader<std::vector<toy::Item>>;
  return DataLoaders(Loader(std::move(train), {.batch_size = 4}), Loader(std::move(valid), {.batch_size = 4}));
}
float weight(auto const& learn) { return learn.model->parameters()[0].template item<float>(); }
}  // namespace

TEST_CASE("NaN: a gradient that is none is seen after the only batch, and the weights come back") {
  Learner learn(loaders(toy::line(4), toy::line(4)), toy::model(), loss_func(RootLoss{}), opt_func(SGD{}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(1, {.lr = .1}); });
  CHECK(has(text, "train.weights_not_finite"));
  CHECK(has(text, "in '0."));
  CHECK(has(text, "though the losses were finite"));
  CHECK(weight(learn) == 0);
}

TEST_CASE("NaN: a rate that sends the weights to infinity in the last batch is seen") {
  auto dls = loaders(toy::line(4), toy::line(4));
  Learner learn(dls, toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}));
  toy::quiet(learn);
  CHECK(has(message([&] { learn.fit(1, 1e39); }), "train.weights_not_finite"));
  CHECK(weight(learn) == 0);
  // These weights are numbers, but too large for any prediction to be one.
  CHECK(has(message([&] { learn.fit(1, 1e38); }), "validation of epoch 0, batch 0 of 1"));
  for (double const none : {std::nan(""), double(std::numeric_limits<float>::infinity())})
    CHECK(has(message([&] { learn.fit(1, none); }), "optimizer.hyper_not_finite"));
}

TEST_CASE("NaN: a target that is no number is named as the cause") {
  auto items = toy::line(8);
  std::get<1>(items[5]).fill_(no_number);
  Learner learn(loaders(items, toy::line(4)), toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(1); });
  CHECK(has(text, "epoch 0, batch 1 of 2"));
  CHECK(has(text, "targets that hold NaN"));
}

TEST_CASE("NaN: weights that are none at the start are said to be so") {
  auto learn = toy::learner();
  toy::quiet(learn);
  learn.model->parameters()[0].data().fill_(no_number);
  auto const text = message([&] { learn.fit(1); });
  CHECK(has(text, "train.weights_not_finite"));
  CHECK(has(text, "to begin with"));
  CHECK(has(text, "weight'"));
}

TEST_CASE("NaN: a validation loss that is none ends the fit, and keeps what was learnt; validate() tells it") {
  auto items = toy::line(8);
  std::get<1>(items[5]).fill_(no_number);
  Learner learn(loaders(toy::line(8), items), toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(2, {.lr = .1}); });
  CHECK(has(text, "validation of epoch 0, batch 1 of 2"));
  CHECK(has(text, "targets that hold NaN"));
  CHECK(has(text, "after the training of this epoch"));
  CHECK(weight(learn) != 0);
  CHECK(std::isnan(*learn.validate()[0]));
}

namespace {
// Holds infinity for good, as a causal mask does.
struct MaskedImpl : torch::nn::Module {
  torch::nn::Linear line{1, 1};
  MaskedImpl() {
    register_module("line", line);
    register_buffer("mask", at::full({2}, -std::numeric_limits<float>::infinity()));
  }
  Tensor forward(Tensor const& x) { return line(x); }
};
}  // namespace

TEST_CASE("NaN: a buffer may hold infinity") {
  Learner learn(loaders(toy::line(4), toy::line(4)), std::make_shared<MaskedImpl>(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(1);
}

TEST_CASE("a number of epochs below zero is refused, and none is fine") {
  auto learn = toy::learner();
  toy::quiet(learn);
  CHECK(has(message([&] { learn.fit(-1); }), "learner.epochs"));
  CHECK(has(message([&] { learn.fit_one_cycle(-1); }), "learner.epochs"));
  learn.fit(0);
  CHECK(weight(learn) == 0);
}

TEST_CASE("a batch of one in batch normalization says what to do") {
  torch::nn::Sequential model(torch::nn::Linear(1, 2), torch::nn::BatchNorm1d(2), torch::nn::Linear(2, 1));
  Learner learn(loaders(toy::line(5), toy::line(5)), model, loss_func(toy::Loss{}));
  toy::quiet(learn);
  auto const text = message([&] { learn.fit(1); });
  CHECK(has(text, "learner.model"));
  CHECK(has(text, "training batch 1 of epoch 0"));
  CHECK(has(text, ".drop_last = true"));
}

namespace {
struct Press {
  void after_batch(auto& learn) {
    if (learn.training && learn.epoch == 1 && learn.iter == 0) std::raise(SIGINT);
  }
  std::shared_ptr<bool> finished = std::make_shared<bool>(false);
  void after_fit(auto&) { *finished = true; }
};
}  // namespace

TEST_CASE(
    "Ctrl-C: training stops after the batch, the row so far is printed, the model works and 130 is the exit code") {
  Press press;
  auto learn = toy::learner(callbacks(press));
  int rows = 0;
  learn.logger = [&](auto const&) { ++rows; };
  int const code = run_program([&] { learn.fit(5, {.lr = .1}); });
  CHECK(code == 130);
  CHECK(rows == 2);  // the header and epoch 0
  CHECK(*press.finished);
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 3);
  learn.remove_cb<Press>();
  learn.fit(1);
  CHECK(rows == 4);
}

TEST_CASE("Ctrl-C: outside fit the program's own handler is in force again") {
  static int own = 0;
  auto* const before = std::signal(SIGINT, [](int) { ++own; });
  auto learn = toy::learner();
  toy::quiet(learn).fit(1);
  std::raise(SIGINT);
  std::signal(SIGINT, before);
  CHECK(own == 1);
}

TEST_CASE("Ctrl-C: a job that was started to ignore it goes on") {
  auto* const before = std::signal(SIGINT, SIG_IGN);
  Press press;
  auto learn = toy::learner(callbacks(press));
  toy::quiet(learn).fit(3);
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 6);
  CHECK((std::signal(SIGINT, before) == SIG_IGN));
}

TEST_CASE("run_program: an error is one line and exit code 1") {
  CHECK(run_program([] {}) == 0);
  CHECK(run_program([] { throw data_error("a.key", {.call = "f", .got = "nothing"}); }) == 1);
}

TEST_CASE("memory: training for many epochs keeps the resident size flat" * doctest::skip(sanitized)) {
  using Loader = DataLoader<std::vector<toy::Item>>;
  DataLoaders dls(std::vector<Loader>{Loader(toy::line(512), {.batch_size = 32, .shuffle = true}),
                                      Loader(toy::line(64), {.batch_size = 32})});
  Sequential net(torch::nn::Linear(1, 256), torch::nn::ReLU(), torch::nn::Linear(256, 1));
  Learner learn(dls, net, loss_func(toy::Loss{}));
  toy::quiet(learn).fit(3);
  auto const first = resident_kb();
  learn.fit(20);
  CHECK(static_cast<double>(resident_kb()) < 1.02 * static_cast<double>(first));
}
