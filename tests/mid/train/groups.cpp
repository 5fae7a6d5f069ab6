// Parameter groups: rates of their own, freezing, and learners that are made elsewhere.
#include "../../errors.hpp"
#include "toy.hpp"
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/optim/optim_wrapper.hpp>

#include <cmath>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Body and head, as transfer learning splits them; the body has a norm layer.
struct BodyHead : Module<BodyHead> {
  Child<torch::nn::Linear> body = child("body", torch::nn::Linear(1, 4));
  Child<torch::nn::BatchNorm1d> norm = child("norm", torch::nn::BatchNorm1d(4));
  Child<torch::nn::Linear> head = child("head", torch::nn::Linear(4, 1));
  at::Tensor forward(at::Tensor const& x) { return head->forward(norm->forward(body->forward(x))); }
};
using Net = std::shared_ptr<BodyHead>;

std::vector<std::vector<at::Tensor>> body_and_head(Net const& net) {
  auto body = net->body->parameters();
  for (auto const& parameter : net->norm->parameters()) body.push_back(parameter);
  return {body, net->head->parameters()};
}

// What a *_learner function of an application does: build, split, freeze, load, give back by value.
auto transfer_learner(std::map<std::string, at::Tensor> const& weights = {}) {
  Learner learn(toy::loaders(), std::make_shared<BodyHead>(), loss_func(toy::Loss{}), opt_func(SGD{}),
                splitter(body_and_head));
  learn.freeze();
  if (!weights.empty()) load_state_dict(*learn.model, weights);
  toy::quiet(learn);
  return learn;
}

struct CountBatches {
  int batches = 0;
  void after_batch(auto& learn) { batches += learn.training ? 1 : 0; }
};

struct WatchRates {
  std::vector<std::vector<double>>* rates;
  std::vector<bool>* body_trains;
  static constexpr int order = CallbackOrder::param_scheduler + 1;
  static constexpr bool run_valid = false;
  void before_batch(auto& learn) {
    rates->push_back(learn.opt->hyper("lr"));
    body_trains->push_back(learn.model->body->weight.requires_grad());
  }
};

std::vector<at::Tensor> copies(std::vector<at::Tensor> const& tensors) {
  std::vector<at::Tensor> all;
  for (auto const& tensor : tensors) all.push_back(tensor.detach().clone());
  return all;
}

}  // namespace

TEST_CASE("TR-62 rates: one, a slice, a list") {
  CHECK(Rates(.1).for_groups(3) == std::vector<double>{.1, .1, .1});
  CHECK(slice(.1).for_groups(3) == std::vector<double>{.1 / 10, .1 / 10, .1});
  auto const grown = slice(1e-5, 1e-3).for_groups(3);
  CHECK(grown[0] == 1e-5);
  CHECK(grown[1] == doctest::Approx(1e-4));
  CHECK(grown[2] == 1e-3);
  CHECK(slice(1e-5, 1e-3).for_groups(1) == std::vector<double>{1e-3});
  CHECK(Rates{1., 2.}.for_groups(2) == std::vector<double>{1., 2.});
  CHECK(Rates{1.}.for_groups(2) == std::vector<double>{1., 1.});
  CHECK_THROWS_WITH_AS((Rates{1., 2.}.for_groups(3)), doctest::Contains("[rates.count]"), state_error);
}

TEST_CASE("M-11 fit: each group trains with its own rate") {
  auto learn = transfer_learner();
  learn.unfreeze();
  auto const before = copies(learn.model->parameters());
  learn.fit(1, {.lr = {0., .1}});
  auto const after = learn.model->parameters();
  for (std::size_t i = 0; i < 4; ++i) CHECK(at::equal(before[i], after[i]));  // body and norm
  CHECK_FALSE(at::equal(before[4], after[4]));
}

namespace {
struct SeeRates {
  static constexpr int order = 90;
  static constexpr bool run_valid = false;
  std::vector<std::vector<double>>* seen;
  void before_batch(TrainState& learn) { seen->push_back(learn.opt->hyper("lr")); }
};
}  // namespace

TEST_CASE("TR-67 fit_one_cycle: every group has a cycle of its own") {
  std::vector<std::vector<double>> seen;
  auto learn = transfer_learner();
  learn.fit_one_cycle(2, {.lr_max = slice(1e-3, 1e-1)}, callbacks(SeeRates{.seen = &seen}));
  REQUIRE(seen.size() == 4);
  for (auto const& rates : seen) CHECK(rates[1] / rates[0] == doctest::Approx(100));
  CHECK(seen[0][1] == doctest::Approx(1e-1 / 25));
  CHECK(seen[1][1] == doctest::Approx(1e-1));
}

TEST_CASE("H-34 H-35 fine_tune: the head alone, then everything with half the rate, a hundredth of it for the body") {
  auto learn = transfer_learner();
  std::vector<std::vector<double>> rates;
  std::vector<bool> body_trains;
  learn.fine_tune(2, {.base_lr = .1}, callbacks(WatchRates{&rates, &body_trains}));
  REQUIRE(rates.size() == 6);  // batches of 1 + 2 epochs
  CHECK(body_trains == std::vector<bool>{false, false, true, true, true, true});
  auto const cos = [](double from, double to, double at) { return from + (1 - std::cos(M_PI * at)) * (to - from) / 2; };
  auto const cycle = [&](double lr_max, double pct, double div, double pos) {
    return pos < pct ? cos(lr_max / div, lr_max, pos / pct) : cos(lr_max, lr_max / 1e5, (pos - pct) / (1 - pct));
  };
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(rates[i][0] == doctest::Approx(cycle(.01, .99, 25, static_cast<double>(i) / 2)));
    CHECK(rates[i][1] == doctest::Approx(cycle(.1, .99, 25, static_cast<double>(i) / 2)));
  }
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(rates[2 + i][0] == doctest::Approx(cycle(.05 / 100, .3, 5, static_cast<double>(i) / 4)));
    CHECK(rates[2 + i][1] == doctest::Approx(cycle(.05, .3, 5, static_cast<double>(i) / 4)));
  }
  std::vector<std::vector<double>> again;
  learn.fine_tune(1, .2, callbacks(WatchRates{&again, &body_trains}));
  CHECK(again[0][1] == doctest::Approx(.2 / 25));
  CHECK(std::vector<bool>(body_trains.begin() + 6, body_trains.end()) == std::vector<bool>{false, false, true, true});
}

TEST_CASE("TR-69 fit_flat_cos: the rate of every group falls from its own") {
  auto learn = transfer_learner();
  std::vector<std::vector<double>> rates;
  std::vector<bool> body_trains;
  learn.fit_flat_cos(2, {.lr = slice(.01, .1), .div_final = 100, .pct_start = .5},
                     callbacks(WatchRates{&rates, &body_trains}));
  REQUIRE(rates.size() == 4);
  for (std::size_t group = 0; group < 2; ++group) {
    double const rate = group == 0 ? .01 : .1;
    CHECK(rates[1][group] == doctest::Approx(rate));
    CHECK(rates[3][group] == doctest::Approx((rate + rate / 100) / 2));  // half of the cosine
  }
}

TEST_CASE("fine_tune: what cannot work is refused before anything is trained or frozen") {
  auto learn = transfer_learner();
  learn.unfreeze();
  auto const before = copies(learn.model->parameters());
  for (auto const& options :
       {FineTuneOptions{.freeze_epochs = -1}, FineTuneOptions{.lr_mult = 0}, FineTuneOptions{.pct_start = 7},
        FineTuneOptions{.base_lr = NAN}, FineTuneOptions{.div = -1}})
    CHECK_THROWS_AS(learn.fine_tune(1, options), state_error);
  CHECK_THROWS_AS(learn.fine_tune(-1), state_error);
  for (std::size_t i = 0; i < before.size(); ++i) CHECK(at::equal(learn.model->parameters()[i], before[i]));
  CHECK(learn.opt->frozen_idx() == 0);
}

TEST_CASE("fits: negative rates and phases that cannot be are refused by their names") {
  auto learn = toy::learner();
  toy::quiet(learn);
  auto const before = learn.model->parameters()[0].clone();
  CHECK(key_of([&] { learn.fit(1, -1.); }) == "rates.negative");
  CHECK(key_of([&] { learn.fit_one_cycle(1, slice(-1e-3)); }) == "rates.negative");
  CHECK(contains(error_of([&] { learn.fit_one_cycle(1, {.pct_start = 30}); }), "fit_one_cycle{.pct_start}"));
  CHECK(contains(error_of([&] { learn.fit_one_cycle(1, {.div = 0}); }), "fit_one_cycle{.div}"));
  CHECK(contains(error_of([&] { learn.fit_one_cycle(1, {.div_final = -1}); }), "fit_one_cycle{.div_final}"));
  CHECK(contains(error_of([&] { learn.fit_flat_cos(1, {.pct_start = NAN}); }), "fit_flat_cos{.pct_start}"));
  CHECK(at::equal(before, learn.model->parameters()[0]));
}

TEST_CASE("TR-61 train_bn and wd_bn_bias are heard by an optimizer still to be made") {
  auto make = [](bool train_bn) {
    Learner learn(toy::loaders(), std::make_shared<BodyHead>(), loss_func(toy::Loss{}), opt_func(SGD{.wd = .5}),
                  splitter(body_and_head));
    learn.train_bn = train_bn;
    learn.freeze();
    return learn;
  };
  CHECK_FALSE(make(false).model->norm->weight.requires_grad());
  CHECK(make(true).model->norm->weight.requires_grad());
  // With all gradients zero only weight decay moves anything.
  for (bool const decays : {false, true}) {
    auto learn = make(true);
    learn.wd_bn_bias = decays;
    learn.create_opt();
    auto const before = learn.model->norm->weight.clone();
    for (auto& parameter : learn.model->parameters()) parameter.mutable_grad() = at::zeros_like(parameter);
    learn.opt->step();
    CHECK(at::equal(learn.model->norm->weight, before) == !decays);
  }
}

TEST_CASE("M-07 M-10 freeze: the body stands still, its norm layer trains on") {
  auto learn = transfer_learner();
  auto const before = copies(learn.model->parameters());
  learn.fit(2, {.lr = .05});
  auto const after = learn.model->parameters();
  CHECK(at::equal(before[0], after[0]));  // body.weight, body.bias
  CHECK(at::equal(before[1], after[1]));
  CHECK_FALSE(at::equal(before[3], after[3]));  // norm.bias
  CHECK_FALSE(at::equal(before[4], after[4]));  // head.weight
  learn.unfreeze();
  learn.fit(1, {.lr = .05});
  CHECK_FALSE(at::equal(before[0], learn.model->parameters()[0]));
}

TEST_CASE("M-07 M-08 freeze, unfreeze: what the optimizer has gathered of its steps begins anew") {
  Learner learn(toy::loaders(), std::make_shared<BodyHead>(), loss_func(toy::Loss{}), splitter(body_and_head));
  auto const steps = [&] { return learn.opt->state_dict().groups[1].parameters[0].step; };
  toy::quiet(learn).fit(1);
  CHECK(steps() == 2);
  learn.freeze();
  CHECK(steps() == 0);
  learn.fit(1);
  CHECK(steps() == 2);
  learn.unfreeze();
  CHECK(steps() == 0);
}

TEST_CASE("M-07 freeze: an optimizer with one group freezes nothing") {
  auto learn = toy::learner();
  learn.freeze();
  for (auto const& parameter : learn.model->parameters()) CHECK(parameter.requires_grad());
}

TEST_CASE("a learner comes out of a function, lives in a vector, moves before and after training") {
  auto const weights = clone_state(state_dict(*std::make_shared<BodyHead>()));
  using TheLearner = decltype(transfer_learner());
  std::vector<TheLearner> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(transfer_learner(weights));
    all.back().add_cb(CountBatches{});
  }
  std::vector<std::string> rows;
  all[0].logger = [&](std::vector<std::string> const& row) { rows.push_back(row[0]); };
  all[0].fit(2, {.lr = .05});
  CHECK(rows == std::vector<std::string>{"epoch", "0", "1"});
  TheLearner moved = std::move(all[0]);
  moved.fit(1, {.lr = .05});
  CHECK(rows.size() == 5);
  CHECK(moved.get_cb<CountBatches>()->batches == 6);
  all[1] = std::move(moved);  // the learner that was there is gone
  all.erase(all.begin());
  all[0].fit(1, {.lr = .05});
  CHECK(all[0].get_cb<CountBatches>()->batches == 8);
  CHECK(all[0].recorder().values.size() == 1);
  all[1].fit(1, {.lr = .05});
  CHECK(all[1].get_cb<CountBatches>()->batches == 2);
}

TEST_CASE("what one fit sets, the next does not see: weight decay and momentum come back") {
  auto learn = toy::learner();
  toy::quiet(learn).fit(1);
  learn.fit_one_cycle(1, {.wd = .5});
  learn.fit(1);
  CHECK(learn.opt->hyper("wd")[0] == .01);
  CHECK(learn.opt->hyper("mom")[0] == .9);
}

TEST_CASE("an optimizer without momentum cycles its rate alone") {
  auto learn = toy::learner(opt_func(TorchOptimizer<torch::optim::Adagrad>{torch::optim::AdagradOptions(.1)}));
  toy::quiet(learn).fit_one_cycle(1);
  CHECK(learn.recorder().lrs.size() == 2);
}

TEST_CASE("the rate of a recipe of libtorch is the learner's; an assigned one reaches the optimizer") {
  auto learn = toy::learner(opt_func(TorchOptimizer<torch::optim::Adam>{torch::optim::AdamOptions(1.)}));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().lrs[0] == 1);
  learn.lr = .5;
  learn.create_opt();
  CHECK(learn.opt->hyper("lr")[0] == .5);
}

namespace {
// One layer under two names.
struct Tied : Module<Tied> {
  torch::nn::Linear shared = torch::nn::Linear(1, 1);
  Child<torch::nn::Linear> first = child("first", shared);
  Child<torch::nn::Linear> second = child("second", shared);
  at::Tensor forward(at::Tensor const& x) { return second->forward(first->forward(x)); }
};
}  // namespace

TEST_CASE("a layer registered twice trains once per step") {
  Learner learn(toy::loaders(4, 4), std::make_shared<Tied>(), loss_func(toy::Loss{}), opt_func(SGD{}));
  toy::quiet(learn).fit(1, {.lr = .01});
  CHECK(learn.opt->groups()[0].size() == 2);
}

TEST_CASE("what was frozen by hand when the optimizer was made trains once it is unfrozen by hand") {
  auto learn = toy::learner(opt_func(SGD{}));
  auto bias = learn.model->parameters()[1];
  bias.set_requires_grad(false);
  toy::quiet(learn).fit(1, {.lr = .1});
  CHECK(bias.item<float>() == 0);
  bias.set_requires_grad(true);
  learn.fit(1, {.lr = .1});
  CHECK(bias.item<float>() != 0);
}

TEST_CASE("validate: a model that is frozen whole, or has no parameters, has a loss") {
  auto learn = toy::learner();
  for (auto& parameter : learn.model->parameters()) parameter.set_requires_grad(false);
  CHECK(toy::quiet(learn).validate()[0].has_value());
  Learner none(toy::loaders(), Sequential(torch::nn::ReLU()), loss_func(toy::Loss{}));
  CHECK(toy::quiet(none).validate()[0].has_value());
}
