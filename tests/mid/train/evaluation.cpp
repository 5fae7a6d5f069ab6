// Evaluation inside and outside of training changes nothing around it; callbacks come and go inside events.
#include "toy.hpp"
#include <fastxx/mid/inspect/interpret.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

float weight(auto& learn) { return learn.model->parameters()[0].template item<float>(); }

struct ValidateInside {
  void after_batch(auto& learn) {
    if (learn.training && learn.iter == 1) learn.validate();
  }
};
struct PredictInside {
  void after_pred(auto& learn) {
    if (learn.evaluating == 0) learn.get_preds();
  }
};

auto trained(auto... extra) {
  Learner learn(toy::loaders(16, 4), toy::model(), loss_func(toy::Loss{}),
                metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
  toy::quiet(learn).fit(2, {.lr = .1}, callbacks(std::move(extra)...));
  return learn;
}
struct Idle {
  void after_batch(auto&) {}
};
// Between the recorder's validation and its row.
struct ValidateOther {
  static constexpr int order = CallbackOrder::recorder + 1;
  void after_validate(auto& learn) {
    if (learn.evaluating == 0) learn.validate(learn.dls.train());
  }
};
struct EvaluateInBatch {
  void after_batch(auto& learn) {
    if (learn.evaluating == 1) learn.validate();
  }
};
struct CancelAndValidate {
  void after_loss(auto& learn) {
    if (learn.training && learn.iter == 1) throw CancelBatchException();
  }
  void after_cancel_batch(auto& learn) { learn.validate(); }
};

}  // namespace

TEST_CASE("evaluation inside an event changes nothing outside it") {
  auto const plain = trained(Idle{});
  auto same = [&](auto const& other) {
    CHECK(other.recorder().losses == plain.recorder().losses);
    CHECK((other.recorder().values == plain.recorder().values));
    CHECK(weight(other) == weight(plain));
    CHECK(other.train_iter == plain.train_iter);
  };
  CHECK(plain.recorder().losses.size() == 8);
  same(trained(ValidateInside{}));
  same(trained(PredictInside{}));
  same(trained(ValidateInside{}, PredictInside{}));
  same(trained(ValidateOther{}));
  CHECK(trained(CancelAndValidate{}).recorder().losses.size() == 6);  // a batch of each epoch was cancelled
}

TEST_CASE("evaluation: afterwards there is the logger that was there, and the recorder knows the numbers") {
  auto learn = trained(Idle{});
  int rows = 0;
  learn.logger = [&](auto const&) { ++rows; };
  auto const row = learn.validate(learn.dls.train());
  CHECK((learn.recorder().final_record == row));
  CHECK(rows == 0);
  learn.fit(1);
  CHECK(rows == 2);
}

TEST_CASE("get_preds: an evaluation inside of one of its batches adds no predictions; inputs come where asked for") {
  auto learn = trained(Idle{});
  auto const plain = learn.get_preds();
  CHECK(plain.inputs.empty());
  CHECK(at::equal(learn.get_preds({.with_input = true}).inputs.at(0),
                  at::stack({at::full({1}, 3.F), at::full({1}, 3.1F), at::full({1}, 3.2F), at::full({1}, 3.3F)})));
  learn.add_cb(EvaluateInBatch{});
  CHECK(at::equal(learn.get_preds().preds, plain.preds));
}

namespace {
struct FitInside {
  void after_batch(auto& learn) { learn.fit(1); }
};
struct FindInside {
  void after_batch(auto& learn) { learn.lr_find(); }
};
}  // namespace

TEST_CASE("fit and lr_find inside an event are refused in one sentence") {
  auto learn = toy::learner();
  CHECK_THROWS_WITH_AS(toy::quiet(learn).fit(1, {}, callbacks(FitInside{})), doctest::Contains("[learner.in_fit]"),
                       state_error);
  CHECK_THROWS_WITH_AS(learn.fit(1, {}, callbacks(FindInside{})), doctest::Contains("[learner.in_fit]"), state_error);
  learn.fit(1);  // and it still trains
}

namespace {
struct Throw {
  void after_pred(auto& learn) {
    if (learn.evaluating) throw data_error("test.stop", {.call = "Throw", .got = "an order to stop"});
  }
};
}  // namespace

TEST_CASE("get_preds: modes and memory are as before, after an exception too") {
  Learner learn(toy::loaders(), Sequential(torch::nn::Linear(1, 1), torch::nn::Dropout(.5)), loss_func(toy::Loss{}));
  toy::quiet(learn);
  learn.model->children()[1]->eval();  // one layer apart from the others
  auto as_before = [&] {
    CHECK(learn.model->is_training());
    CHECK_FALSE(learn.model->children()[1]->is_training());
    CHECK_FALSE(learn.pred.defined());
    CHECK_FALSE(learn.output.defined());
    CHECK_FALSE(std::get<0>(learn.xb).defined());
  };
  learn.get_preds();
  as_before();
  learn.add_cb(Throw{});
  CHECK_THROWS_AS(learn.get_preds(), data_error);
  as_before();
}

TEST_CASE("TR-17 get_preds: a shuffled training loader gives every item, in the order of its dataset") {
  using Loader = DataLoader<std::vector<toy::Item>>;
  DataLoaders dls(std::vector<Loader>{Loader(toy::line(37), {.batch_size = 6, .shuffle = true}),
                                      Loader(toy::line(4), {.batch_size = 4})});
  Learner learn(dls, toy::model(), loss_func(toy::Loss{}));
  auto const all = toy::quiet(learn).get_preds(learn.dls.train(), {.with_input = true, .with_decoded = true});
  REQUIRE(all.preds.size(0) == 37);
  REQUIRE(all.losses.size(0) == 37);
  CHECK(all.decoded.size(0) == 37);
  for (int i = 0; i < 37; ++i) {
    CHECK(all.inputs.at(0)[i].item<float>() == doctest::Approx(.1 * i));
    CHECK(all.targs[i].item<float>() == doctest::Approx(.2 * i + 1));
    CHECK(all.losses[i].item<float>() == doctest::Approx(std::pow(.2 * i + 1, 2)));
  }
}

TEST_CASE("TR-17 get_preds: a loader with a plan of its own gives every item in the order of its dataset too") {
  using Loader = DataLoader<std::vector<toy::Item>>;
  DataLoaders dls(std::vector<Loader>{Loader(toy::line(9), {.batch_size = 2, .plan = PartialPlan{.n = 4}}),
                                      Loader(toy::line(4), {.batch_size = 4})});
  Learner learn(dls, toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().losses.size() == 2);
  auto const all = learn.get_preds(learn.dls.train(), {.with_input = true});
  REQUIRE(all.inputs.at(0).size(0) == 9);
  for (int i = 0; i < 9; ++i) CHECK(all.inputs[0][i].item<float>() == doctest::Approx(.1 * i));
}

namespace {
// The line with points that cannot be read.
struct TornLine {
  std::vector<toy::Item> items;
  std::size_t size() const { return items.size(); }
  toy::Item operator[](std::size_t index) const {
    if (index == 2 || index == 3) throw std::runtime_error("torn");
    return items[index];
  }
};
}  // namespace

TEST_CASE("get_preds: with items left out a row knows its item, and interpretation names the item") {
  Learner learn(toy::loaders(), toy::model(), loss_func(toy::Loss{}));
  DataLoader const torn(TornLine{toy::line(7)}, {.batch_size = 2, .shuffle = true, .on_item_error = OnItemError::skip});
  auto const all = toy::quiet(learn).get_preds(torn, {.with_input = true});
  REQUIRE(all.preds.size(0) == 5);
  CHECK(all.skipped.indices == std::vector<std::int64_t>{2, 3});
  std::vector<std::int64_t> items;
  for (std::int64_t row = 0; row < 5; ++row) {
    items.push_back(all.item_of(row));
    CHECK(all.inputs.at(0)[row].item<float>() == doctest::Approx(.1 * static_cast<double>(items.back())));
  }
  CHECK(items == std::vector<std::int64_t>{0, 1, 4, 5, 6});
  Interpretation const interpretation(learn, torn);
  CHECK(interpretation.top_losses(1).second.item<std::int64_t>() == 4);
  auto const table = interpretation.top_losses_table(1);
  CHECK(table.substr(table.find('\n') + 1, 1) == "6");
}

namespace {
struct Once {
  void before_fit(auto&) {}
};
struct RemoveOther {
  int value = 7;
  int* epochs;
  void after_epoch(auto& learn) {
    learn.template remove_cb<Once>();
    if (learn.epoch == 1) learn.template remove_cb<RemoveOther>();
    *epochs += value == 7 ? 1 : 100;
  }
};
struct CountEpochs {
  int* epochs;
  void after_epoch(auto&) { ++*epochs; }
};
struct AddOne {
  int* epochs;
  void after_epoch(auto& learn) {
    if (learn.epoch == 0) learn.add_cb(CountEpochs{epochs});
  }
};
}  // namespace

TEST_CASE("a callback may remove others and itself inside an event; one that is added hears the next event") {
  int first = 0, second = 0, third = 0;
  auto learn = toy::learner(callbacks(Once{}, RemoveOther{.epochs = &first}, CountEpochs{&second}, AddOne{&third}));
  toy::quiet(learn).fit(3);
  CHECK(first == 2);
  CHECK(second == 3);
  CHECK(third == 2);
}

namespace {
struct CancelNaN {
  static constexpr int order = CallbackOrder::stop_on_nan - 1;
  void after_loss(auto& learn) {
    if (!std::isfinite(learn.loss_value())) throw CancelBatchException();
  }
};
struct Spoil {
  void after_pred(auto& learn) {
    if (learn.training && learn.iter == 1) learn.pred = learn.pred * std::numeric_limits<float>::quiet_NaN();
  }
};
struct SkipValidBatch {
  void before_batch(auto& learn) {
    if (!learn.training && learn.iter == 0) throw CancelBatchException();
  }
};
}  // namespace

TEST_CASE("a batch that was cancelled is not recorded, nor is the one before it again") {
  auto learn = toy::learner(callbacks(CancelNaN{}, Spoil{}));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().losses.size() == 1);
  CHECK(std::isfinite(*learn.recorder().values[0][0]));

  Learner skips(toy::loaders(8, 8), toy::model(), loss_func(toy::Loss{}), callbacks(SkipValidBatch{}),
                metrics([](at::Tensor const&, at::Tensor const& t) { return t.mean(); }));
  auto const row = toy::quiet(skips).validate();
  CHECK(*row[1] == doctest::Approx(2 * 3.55 + 1));  // items 4 to 7 alone: x = 3.4 ... 3.7
}

namespace {
struct Accumulate {
  int seen = 0;
  void before_step(auto&) {
    if (++seen % 4 != 0) throw CancelBatchException();
  }
};
}  // namespace

TEST_CASE("gradients that a cancelled step has left do not reach the next fit") {
  Learner learn(toy::loaders(20, 4), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}));
  toy::quiet(learn).fit(1, {.lr = 0}, callbacks(Accumulate{}));  // five batches: one is left over
  CHECK(learn.model->parameters()[0].grad().defined());
  learn.fit(0);
  CHECK_FALSE(learn.model->parameters()[0].grad().defined());
}

TEST_CASE("lr_find: a loss below zero does not end it, and nothing is changed by it") {
  auto curve = [](bool find) {
    torch::manual_seed(3);
    using Loader = DataLoader<std::vector<toy::Item>>;
    DataLoaders dls(std::vector<Loader>{Loader(toy::line(16), {.batch_size = 4, .shuffle = true}),
                                        Loader(toy::line(4), {.batch_size = 4})});
    Learner learn(dls, Sequential(torch::nn::Linear(1, 8), torch::nn::Dropout(.5), torch::nn::Linear(8, 1)),
                  loss_func(toy::Loss{}));
    toy::quiet(learn);
    if (find) learn.lr_find({.num_it = 20});
    learn.fit(2);
    return learn.recorder().losses;
  };
  CHECK(curve(true) == curve(false));

  auto learn = toy::learner();
  learn.loss_func = [](at::Tensor const& p, at::Tensor const& t) { return at::mse_loss(p, t) - 100; };
  CHECK(toy::quiet(learn).lr_find({.end_lr = 1e-3}).lrs.size() == 85);
}

TEST_CASE("without validation: training is the same, the table says None, and predictions ask for a loader") {
  using Loader = DataLoader<std::vector<toy::Item>>;
  auto losses = [](DataLoaders<Loader> dls, RecorderRow& row) {
    Learner learn(std::move(dls), toy::model(), loss_func(toy::Loss{}),
                  metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
    std::vector<std::string> last;
    learn.logger = [&](std::vector<std::string> const& texts) { last = texts; };
    learn.fit_one_cycle(2, .1);
    CHECK(last.size() == 5);
    row = learn.recorder().values.back();
    return std::pair(learn.recorder().losses, last);
  };
  RecorderRow with, without;
  Loader const train(toy::line(8), {.batch_size = 4, .shuffle = true, .seed = 3});
  auto const plain = losses(DataLoaders(train, Loader(toy::line(4), {.batch_size = 4})), with);
  auto const alone = losses(DataLoaders(train.new_with(train.options())), without);
  CHECK(alone.first == plain.first);
  CHECK(without.at(0) == with.at(0));
  CHECK_FALSE(without.at(1).has_value());
  CHECK_FALSE(without.at(2).has_value());
  CHECK(alone.second.at(2) == "None");

  Learner learn(DataLoaders{train}, toy::model(), loss_func(toy::Loss{}));
  toy::quiet(learn);
  CHECK(learn.dls.valid().size() == 0);
  CHECK_FALSE(learn.validate().at(0).has_value());
  CHECK_THROWS_WITH_AS(learn.get_preds(), doctest::Contains("[predictions.none]"), data_error);
  CHECK(learn.get_preds(learn.dls.train()).preds.size(0) == 8);
  CHECK(learn.lr_find({.start_lr = 1e-4, .end_lr = 1e-3, .num_it = 20}).lrs.size() > 10);
}

namespace {
// The number of threads inside the batches.
struct SeeThreads {
  std::shared_ptr<std::vector<int>> seen = std::make_shared<std::vector<int>>();
  int of_others = 0;
  void after_batch(auto&) {
    seen->push_back(at::get_num_threads());
    std::thread([&] { of_others = at::get_num_threads(); }).join();
    CHECK(of_others == 2);  // another Learner may start there
  }
};
}  // namespace

TEST_CASE("threads: a batch of little work gets one, by its size alone, unless it is said otherwise") {
  std::optional<std::string> omp;
  if (char const* given = std::getenv("OMP_NUM_THREADS")) omp = given;
  unsetenv("OMP_NUM_THREADS");
  int const before = at::get_num_threads();
  at::set_num_threads(2);
  auto used = [](Sequential net, bool adapt) {
    SeeThreads see;
    Learner learn(toy::loaders(8, 4), std::move(net), loss_func(toy::Loss{}), callbacks(see));
    learn.threads.adapt = adapt;
    toy::quiet(learn).fit(1, 1e-9);
    for (int const one : *see.seen) CHECK(one == see.seen->front());
    CHECK(at::get_num_threads() == 2);
    CHECK(learn.threads.used == see.seen->front());
    return learn.threads;
  };
  auto const small = used(toy::model(), true);
  CHECK(small.used == 1);
  CHECK(small.work == 8);  // a weight and a bias for each of four items
  CHECK(to_string(small) == "1 thread inside a tensor operation; a batch takes about 8 multiplications");
  CHECK(used(toy::model(), false).used == 2);
  CHECK(to_string(LearnerThreads()) == "threads: nothing has run yet");
  auto const large = used(Sequential(torch::nn::Linear(1, 300000), torch::nn::Linear(300000, 1)), true);
  CHECK(large.used == 2);
  CHECK(large.work == 4 * 900001.);
  setenv("OMP_NUM_THREADS", "2", 1);
  CHECK(used(toy::model(), true).used == 2);
  omp ? setenv("OMP_NUM_THREADS", omp->c_str(), 1) : unsetenv("OMP_NUM_THREADS");
  at::set_num_threads(before);
}

TEST_CASE("threads: the work of a batch is each parameter for each item and each place in it") {
  torch::nn::Conv2d const convolution(3, 5, 2);  // 65 parameters
  CHECK(fastxx::detail::batch_work(*convolution, {at::zeros({7, 3, 4, 6})}) == 65. * 7 * 24);
  CHECK(fastxx::detail::batch_work(*convolution, {at::zeros({7, 20})}) == 65. * 7);                  // rows of a table
  CHECK(fastxx::detail::batch_work(*convolution, {at::zeros({7, 20}, at::kLong)}) == 65. * 7 * 20);  // words
  CHECK(fastxx::detail::batch_work(*convolution, {at::zeros({0, 3, 4, 6}), at::zeros({2})}) == 65. * 2);
  CHECK(fastxx::detail::batch_work(*convolution, {}) == 0);
  CHECK(to_string(LearnerThreads{.used = 4, .short_waits = true, .others = 1.04}) ==
        "4 threads inside a tensor operation, which wait without spinning: other programs use 1.0 cores");
  CHECK(to_string(LearnerThreads{.used = 2, .short_waits = true}) ==
        "2 threads inside a tensor operation, which wait without spinning: loader workers are busy");
  CHECK(to_string(LearnerThreads{.used = 1, .short_waits = true, .others = 1}) ==
        "1 thread inside a tensor operation: other programs use 1.0 cores");
}
