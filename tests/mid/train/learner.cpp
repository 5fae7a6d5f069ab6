#include "../../errors.hpp"
#include "toy.hpp"
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/optim/optim_wrapper.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>

#include <array>
#include <cmath>
#include <sstream>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

float weight(auto& learn) { return learn.model->parameters()[0].template item<float>(); }
float bias(auto& learn) { return learn.model->parameters()[1].template item<float>(); }

// (input, label) items whose label is the sign of the input.
struct Signs {
  std::size_t size() const { return 40; }
  std::tuple<at::Tensor, std::string> operator[](std::size_t i) const {
    float const x = static_cast<float>(i) - 19.5F;
    return {at::full({1}, x), x < 0 ? "minus" : "plus"};
  }
};

auto sign_loaders(int workers = 0) {
  auto const dsets = Datasets(Signs{}, RandomSplitter{.valid_pct = .25, .seed = 1}, pipeline(ItemGetter<0>{}),
                              pipeline(ItemGetter<1>{}, Categorize{}));
  return dataloaders(dsets, {.batch_size = 5, .workers = workers, .seed = 3});
}

}  // namespace

TEST_CASE("M-01 learner: holds data, model, loss, optimizer and fastai's defaults") {
  auto learn = toy::learner();
  CHECK(learn.lr == 1e-3);
  CHECK_FALSE(learn.wd.has_value());
  CHECK(learn.moms == std::array<double, 3>{.95, .85, .95});
  CHECK(learn.dls.train().size() == 2);
  CHECK(learn.model->parameters().size() == 2);
}

TEST_CASE("M-02 learner: without loss_func the loss comes from the targets' pipeline") {
  Learner learn(sign_loaders(), Sequential(torch::nn::Linear(1, 2)), metrics(accuracy));
  Tensor const scores = at::ones({1, 2});
  CHECK(learn.loss_func.activation(scores)[0][0].item<float>() == .5F);  // softmax: it is cross entropy
  toy::quiet(learn).fit(3, {.lr = .1});
  CHECK(*learn.recorder().values.back()[2] == 1.0);
}

TEST_CASE("M-03 learner: the optimizer is Adam, made at the first fit; reset_opt makes it anew") {
  auto learn = toy::learner();
  CHECK_FALSE(learn.opt.has_value());
  toy::quiet(learn).fit(1);
  REQUIRE(learn.opt.has_value());
  CHECK(learn.opt->hyper("eps")[0] == doctest::Approx(1e-5));
  CHECK(learn.opt->hyper("sqr_mom")[0] == doctest::Approx(.99));
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 2);
  learn.fit(1);
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 4);
  learn.fit(1, {.reset_opt = true});
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 2);
}

namespace {
struct CountEpochs {
  int* epochs;
  void after_epoch(TrainState&) { ++*epochs; }
};
struct Freeze {
  void before_batch(auto& learn) { learn.opt->set_hyper("lr", std::vector<double>{0, .1}); }
};
}  // namespace

TEST_CASE("M-04 learner: a splitter makes parameter groups, which may have rates of their own") {
  auto learn = toy::learner(opt_func(SGD{}), splitter([](Sequential const& net) {
                              auto const all = net->parameters();
                              return std::vector<std::vector<at::Tensor>>{{all[0]}, {all[1]}};
                            }));
  toy::quiet(learn).fit(1, {}, callbacks(Freeze{}));
  CHECK(learn.opt->n_groups() == 2);
  CHECK(weight(learn) == 0);
  CHECK(bias(learn) != 0);
}

TEST_CASE("M-17 M-20 learner: one step of plain SGD by hand") {
  // x = 0, .1, .2, .3 and y = 1, 1.2, 1.4, 1.6 from zero weights: d loss/dw = -2 mean(x y), d loss/db = -2 mean(y).
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}));
  toy::quiet(learn).fit(1, {.lr = .1});
  CHECK(weight(learn) == doctest::Approx(.1 * 2 * (0 + .12 + .28 + .48) / 4));
  CHECK(bias(learn) == doctest::Approx(.1 * 2 * 5.2 / 4));
}

TEST_CASE("M-22 TR-61 TR-63 learner: weight decay shrinks weights, not biases") {
  auto learn = toy::learner(opt_func(SGD{}));
  {
    torch::NoGradGuard const guard;
    learn.model->parameters()[0].fill_(1);
    learn.model->parameters()[1].fill_(1);
  }
  learn.loss_func = [](at::Tensor const& prediction, at::Tensor const&) { return (prediction * 0).sum(); };
  toy::quiet(learn).fit(1, {.lr = .1, .wd = .5});
  CHECK(weight(learn) == doctest::Approx(.95 * .95));  // two steps of 1 - lr * wd
  CHECK(bias(learn) == 1);
}

namespace {
struct Watch {
  static constexpr int order = 90;
  static constexpr bool run_valid = false;
  std::shared_ptr<std::vector<double>> lrs = std::make_shared<std::vector<double>>();
  std::shared_ptr<std::vector<double>> moms = std::make_shared<std::vector<double>>();
  void before_batch(auto& learn) {
    lrs->push_back(learn.opt->hyper("lr")[0]);
    moms->push_back(learn.opt->hyper("mom")[0]);
  }
};
}  // namespace

TEST_CASE("H-28 H-33 TR-60 learner: fit_one_cycle walks learning rate and momentum batch by batch") {
  Watch watch;
  auto learn = toy::learner(callbacks(watch));
  toy::quiet(learn).fit_one_cycle(4, {.lr_max = .1});  // 8 batches
  REQUIRE(watch.lrs->size() == 8);
  for (int i = 0; i < 8; ++i) {
    double const pos = i / 8.0;
    auto const cos = [](double from, double to, double at) {
      return from + (1 - std::cos(M_PI * at)) * (to - from) / 2;
    };
    double const lr = pos < .25 ? cos(.1 / 25, .1, pos / .25) : cos(.1, .1 / 1e5, (pos - .25) / .75);
    double const mom = pos < .25 ? cos(.95, .85, pos / .25) : cos(.85, .95, (pos - .25) / .75);
    CHECK((*watch.lrs)[i] == doctest::Approx(lr));
    CHECK((*watch.moms)[i] == doctest::Approx(mom));
  }
  CHECK(learn.recorder().lrs == *watch.lrs);
}

TEST_CASE("H-30 learner: moms of a fit stand in the place of the learner's, in both phases of fine_tune") {
  std::array<double, 3> const given{.8, .7, .75};
  auto const seen = [&](auto fit) {
    Watch watch;
    auto learn = toy::learner(callbacks(watch));
    fit(toy::quiet(learn));
    return *watch.moms;
  };
  auto const by_option = seen([&](auto& learn) { learn.fit_one_cycle(4, {.lr_max = .1, .moms = given}); });
  REQUIRE(by_option.size() == 8);
  CHECK(by_option[0] == doctest::Approx(.8));
  CHECK(by_option[2] == doctest::Approx(.7));
  CHECK(by_option[7] == doctest::Approx(.7 + (1 - std::cos(M_PI * (7 / 8. - .25) / .75)) * .05 / 2));
  CHECK(seen([&](auto& learn) {
          learn.moms = given;
          learn.fit_one_cycle(4, .1);
        }) == by_option);
  auto const tuned = seen([&](auto& learn) { learn.fine_tune(1, {.moms = given}); });
  REQUIRE(tuned.size() == 4);
  CHECK(tuned[0] == doctest::Approx(.8));
  CHECK(tuned[2] == doctest::Approx(.8));
}

TEST_CASE("TR-69 learner: fit_flat_cos holds the rate, then lets it fall along a cosine; start_epoch goes on inside") {
  auto learn = toy::learner();
  toy::quiet(learn).fit_flat_cos(4, {.lr = .1, .div_final = 100});  // 8 batches
  std::vector<double> expected;
  for (int i = 0; i < 8; ++i) {
    double const pos = i / 8.0;
    expected.push_back(pos < .75 ? .1 : .1 + (1 - std::cos(M_PI * (pos - .75) / .25)) * (.1 / 100 - .1) / 2);
  }
  REQUIRE(learn.recorder().lrs.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) CHECK(learn.recorder().lrs[i] == doctest::Approx(expected[i]));
  learn.fit_flat_cos(4, {.lr = .1, .div_final = 100, .start_epoch = 3});
  REQUIRE(learn.recorder().lrs.size() == 2);
  CHECK(learn.recorder().values.size() == 1);
  for (std::size_t i = 0; i < 2; ++i) CHECK(learn.recorder().lrs[i] == doctest::Approx(expected[6 + i]));
}

TEST_CASE("learner: fit_sgdr starts again from the largest rate, each cycle longer than the one before") {
  auto learn = toy::learner();
  toy::quiet(learn).fit_sgdr(2, 1, {.lr_max = .1, .cycle_mult = 3});  // 1 + 3 epochs of 2 batches
  REQUIRE(learn.recorder().lrs.size() == 8);
  for (std::size_t i = 0; i < 8; ++i) {
    double const pos = i < 2 ? static_cast<double>(i) / 2 : static_cast<double>(i - 2) / 6;
    CHECK(learn.recorder().lrs[i] == doctest::Approx(.05 * (1 + std::cos(M_PI * pos))));
  }
  auto const whole = learn.recorder().lrs;
  learn.fit_sgdr(2, 1, {.lr_max = .1, .cycle_mult = 3, .start_epoch = 1});
  CHECK(learn.recorder().lrs == std::vector<double>(whole.begin() + 2, whole.end()));
  learn.fit_sgdr(3, 2, {.cycle_mult = 1});
  CHECK(learn.recorder().values.size() == 6);
  CHECK(learn.recorder().lrs[4] == doctest::Approx(1e-3));
  for (auto const& [cycles, length, mult] : {std::array{0, 1, 2}, {1, 0, 2}, {1, 1, 0}, {200, 1, 2}})
    CHECK(contains(error_of([&, c = cycles, l = length, m = mult] { learn.fit_sgdr(c, l, {.cycle_mult = m}); }),
                   "[learner.cycles]"));
}

TEST_CASE("H-29 learner: epochs before start_epoch are taken as done") {
  auto whole = toy::learner(), half = toy::learner();
  toy::quiet(whole).fit_one_cycle(4, .1);
  toy::quiet(half).fit_one_cycle(4, {.lr_max = .1, .start_epoch = 2});
  REQUIRE(half.recorder().lrs.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(half.recorder().lrs[i] == whole.recorder().lrs[4 + i]);
  half.fit(3, {.start_epoch = 3});
  CHECK(half.recorder().values.empty());
  CHECK(contains(error_of([&] { half.fit(3, {.start_epoch = 4}); }), "a start_epoch of 0 to 3"));
  CHECK(contains(error_of([&] { half.fit(3, {.start_epoch = -1}); }), "[learner.start_epoch]"));
  half.fit(1);
  CHECK(half.recorder().values.size() == 1);
}

TEST_CASE("H-28 learner: a learning rate or callbacks by position mean what they mean by name") {
  int epochs = 0;
  auto const losses = [](auto fit) {
    auto learn = toy::learner();
    fit(toy::quiet(learn));
    return learn.recorder().losses;
  };
  auto const fit = losses([](auto& learn) { learn.fit(2, {.lr = .05}); });
  CHECK(losses([](auto& learn) { learn.fit(2, .05); }) == fit);
  CHECK(losses([](auto& learn) { learn.fit(2); }) != fit);
  auto const cycle = losses([](auto& learn) { learn.fit_one_cycle(2, {.lr_max = .1}); });
  CHECK(losses([](auto& learn) { learn.fit_one_cycle(2, .1); }) == cycle);
  CHECK(losses([](auto& learn) { learn.fit_one_cycle(2, slice(.1, .1)); }) == cycle);
  CHECK(losses([&](auto& learn) { learn.fit_one_cycle(2, .1, callbacks(CountEpochs{&epochs})); }) == cycle);
  CHECK(epochs == 2);
  auto learn = toy::learner();
  toy::quiet(learn).fit(3, callbacks(CountEpochs{&epochs}));
  CHECK(epochs == 5);
  learn.fit_one_cycle(1, callbacks(CountEpochs{&epochs}));
  CHECK(epochs == 6);
  learn.fit(1);  // they served one call
  CHECK(epochs == 6);
}

TEST_CASE("H-39 H-40 TR-56 recorder: a row per epoch with the smoothed training loss and the exact validation loss") {
  Learner learn(toy::loaders(8, 6), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}),
                metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
  std::vector<std::vector<std::string>> rows;
  learn.logger = [&](auto const& row) { rows.push_back(row); };
  learn.fit(2, {.lr = 0});
  CHECK(rows[0] == std::vector<std::string>{"epoch", "train_loss", "valid_loss", "metric", "time"});
  REQUIRE(rows.size() == 3);
  // Zero weights and no learning: validation items x = 3, 3.1, ... 3.5, in batches of 4 and 2.
  double square = 0, absolute = 0;
  for (int i = 0; i < 6; ++i) square += std::pow(7 + .2 * i, 2) / 6, absolute += (7 + .2 * i) / 6;
  CHECK(*learn.recorder().values[0][1] == doctest::Approx(square));
  CHECK(*learn.recorder().values[0][2] == doctest::Approx(absolute));
  // Batch losses of the first epoch: means over x = 0..0.3 and 0.4..0.7 of (2x+1)^2.
  double const first = (1 + 1.44 + 1.96 + 2.56) / 4, second = (3.24 + 4 + 4.84 + 5.76) / 4;
  double const smooth = (.02 * .98 * first + .02 * second) / (1 - .98 * .98);
  CHECK(*learn.recorder().values[0][0] == doctest::Approx(smooth));
  CHECK(learn.recorder().losses[1] == doctest::Approx(smooth));
  CHECK(learn.recorder().losses.size() == 4);
  CHECK(learn.recorder().iters == std::vector<std::size_t>{2, 4});
  CHECK(rows[2][0] == "1");
  CHECK(rows[2][4] == "00:00");
  learn.loss_func = [](at::Tensor const& p, at::Tensor const&) { return (p * 0).sum() + 7; };
  learn.fit(1, {.lr = 0});  // each fit averages its own losses
  CHECK(*learn.recorder().values[0][0] == doctest::Approx(7));
  CHECK(format_time(59.9) == "00:59");
  CHECK(format_time(3599) == "59:59");
  CHECK(format_time(3600 + 2 * 60 + 5) == "1:02:05");
}

TEST_CASE("TR-59 learner: validate gives [valid_loss, metrics...] and changes nothing") {
  auto learn = toy::learner(metrics([](at::Tensor const& p, at::Tensor const&) { return p.abs().mean(); }));
  int rows = 0;
  learn.logger = [&](auto const&) { ++rows; };
  auto const record = learn.validate();
  REQUIRE(record.size() == 2);
  CHECK(*record[0] == doctest::Approx((49 + 51.84 + 54.76 + 57.76) / 4));
  CHECK(*record[1] == 0);
  CHECK(rows == 0);
  CHECK(weight(learn) == 0);
  std::ostringstream printed;
  printed << record;
  CHECK(printed.str() == "53.340000  0.000000");
}

TEST_CASE("determinism: the same seed gives the same loss curve for 0, 1 and 2 workers") {
  auto curve = [](int workers) {
    set_seed(11);
    Learner learn(sign_loaders(workers), Sequential(torch::nn::Linear(1, 8), torch::nn::ReLU(), torch::nn::Dropout(.5),
                                                    torch::nn::Linear(8, 2)));
    toy::quiet(learn).fit_one_cycle(3, {.lr_max = .05});
    return learn.recorder().losses;
  };
  auto const none = curve(0);
  CHECK(none.size() == 18);
  CHECK(curve(0) == none);
  CHECK(curve(1) == none);
  CHECK(curve(2) == none);
}

TEST_CASE("learner: what it trains on is released after fit") {
  auto learn = toy::learner();
  toy::quiet(learn).fit(1);
  CHECK_FALSE(learn.pred.defined());
  CHECK_FALSE(std::get<0>(learn.xb).defined());
}

TEST_CASE("H-44 learner: get_preds gives activated predictions, targets and losses in the loader's order") {
  Learner learn(sign_loaders(), Sequential(torch::nn::Linear(1, 2)));
  toy::quiet(learn);
  auto const all = learn.get_preds();
  REQUIRE(all.preds.size(0) == 10);
  CHECK(at::allclose(all.preds.sum(1), at::ones({10})));
  CHECK(at::allclose(all.losses, -all.preds.gather(1, all.targs.unsqueeze(1)).squeeze(1).log()));
  CHECK(learn.model->is_training());  // as it was
}

TEST_CASE("data loaders: of two loaders; of datasets without options") {
  DataLoader const train(toy::line(8), {.batch_size = 4}), valid(toy::line(4, 3), {.batch_size = 2});
  DataLoaders dls(train, valid);
  CHECK(dls.size() == 2);
  CHECK(dls.train().n_items() == 8);
  CHECK(dls.valid().n_items() == 4);
  Learner learn(dls, toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(1, .1);
  CHECK(learn.recorder().losses.size() == 2);

  auto const by_default = dataloaders(Datasets(std::vector(100, at::ones({1})), RandomSplitter{}, pipeline()));
  CHECK(by_default.train().options().batch_size == 64);
  CHECK(by_default.train().options().shuffle);
}

TEST_CASE("learner: its data know vocabulary and number of classes") {
  auto const dls = sign_loaders();
  CHECK(dls.vocab().names() == std::vector<std::string>{"minus", "plus"});
  CHECK(dls.c() == 2);
}

TEST_CASE("L-44 learner: an optimizer of torch trains like the library's own, schedules and lr_find included") {
  auto train = [](auto recipe, double lr_max = .1) {
    torch::manual_seed(1);
    Learner learn(sign_loaders(), Sequential(torch::nn::Linear(1, 2)), opt_func(recipe));
    auto const found = toy::quiet(learn).lr_find({.num_it = 20});
    CHECK(found.lrs.size() > 5);
    learn.fit_one_cycle(3, {.lr_max = lr_max});
    return learn.model->parameters()[0].detach().clone();
  };
  auto const ours = train(SGD{.mom = .9});
  auto const theirs = train(TorchOptimizer<torch::optim::SGD>{torch::optim::SGDOptions(.1).momentum(.9)});
  CHECK(at::allclose(ours, theirs, 1e-4, 1e-5));
  CHECK_FALSE(at::allclose(ours, train(SGD{.mom = .9}, .09), 1e-4, 1e-5));
}

TEST_CASE("L-42 learner: the model is called so that its hooks run") {
  auto learn = toy::learner();
  toy::quiet(learn);
  auto const hook = hook_output(learn.model);
  learn.fit(1);
  CHECK(hook.stored().defined());
}
