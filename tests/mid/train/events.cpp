#include "toy.hpp"

#include <memory>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Writes down every event, in fastai's words; throws the exception asked for at one of them.
struct Log {
  static constexpr int order = 70;
  std::shared_ptr<std::vector<std::string>> seen = std::make_shared<std::vector<std::string>>();

  void note(char const* event) { seen->push_back(event); }
  void before_fit(auto&) { note("before_fit"); }
  void before_epoch(auto&) { note("before_epoch"); }
  void before_train(auto&) { note("before_train"); }
  void before_batch(auto&) { note("before_batch"); }
  void after_pred(auto&) { note("after_pred"); }
  void after_loss(auto&) { note("after_loss"); }
  void before_backward(auto&) { note("before_backward"); }
  void after_cancel_backward(auto&) { note("after_cancel_backward"); }
  void after_backward(auto&) { note("after_backward"); }
  void before_step(auto&) { note("before_step"); }
  void after_cancel_step(auto&) { note("after_cancel_step"); }
  void after_step(auto&) { note("after_step"); }
  void after_cancel_batch(auto&) { note("after_cancel_batch"); }
  void after_batch(auto&) { note("after_batch"); }
  void after_cancel_train(auto&) { note("after_cancel_train"); }
  void after_train(auto&) { note("after_train"); }
  void before_validate(auto&) { note("before_validate"); }
  void after_cancel_validate(auto&) { note("after_cancel_validate"); }
  void after_validate(auto&) { note("after_validate"); }
  void after_cancel_epoch(auto&) { note("after_cancel_epoch"); }
  void after_epoch(auto&) { note("after_epoch"); }
  void after_cancel_fit(auto&) { note("after_cancel_fit"); }
  void after_fit(auto&) { note("after_fit"); }
};

// Throws `Cancel` once, at the training event called `at`; after Log, which notes the event first.
template <class Cancel, Event At>
struct ThrowAt {
  static constexpr int order = 80;
  std::shared_ptr<int> times = std::make_shared<int>(0);
  void fire(auto& learn, Event event) {
    bool const validating = event >= Event::before_batch && event <= Event::after_batch && !learn.training;
    if (event == At && !validating && (*times)++ == 0) throw Cancel();
  }
  void before_fit(auto& learn) { fire(learn, Event::before_fit); }
  void before_epoch(auto& learn) { fire(learn, Event::before_epoch); }
  void before_batch(auto& learn) { fire(learn, Event::before_batch); }
  void after_loss(auto& learn) { fire(learn, Event::after_loss); }
  void before_backward(auto& learn) { fire(learn, Event::before_backward); }
  void before_step(auto& learn) { fire(learn, Event::before_step); }
  void after_batch(auto& learn) { fire(learn, Event::after_batch); }
  void before_validate(auto& learn) { fire(learn, Event::before_validate); }
};

struct Owner {
  std::unique_ptr<int> count = std::make_unique<int>(0);
  void after_batch(auto&) { ++*count; }
};

using Events = std::vector<std::string>;

// One epoch of one training and one validation batch.
template <class... Extra>
Events events_of_fit(Extra... extra) {
  Log log;
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), callbacks(log, std::move(extra)...));
  toy::quiet(learn).fit(1);
  return *log.seen;
}

Events operator+(Events left, Events const& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

Events const opening{"before_fit", "before_epoch", "before_train"};
Events const forward_pass{"before_batch", "after_pred", "after_loss"};
Events const backward{"before_backward", "after_backward"};
Events const step{"before_step", "after_step"};
Events const validation{"before_validate", "before_batch", "after_pred", "after_loss", "after_batch", "after_validate"};
Events const finish{"after_epoch", "after_fit"};

}  // namespace

TEST_CASE("M-13 M-14 M-17 learner: one epoch of one batch fires fastai's events in fastai's order") {
  CHECK(event_names.size() == 24);
  CHECK(events_of_fit() ==
        opening + forward_pass + backward + step + Events{"after_batch", "after_train"} + validation + finish);
}

namespace {
struct Created {
  std::shared_ptr<int> times = std::make_shared<int>(0);
  void after_create(auto&) { ++*times; }
};
}  // namespace

TEST_CASE("M-13 learner: after_create fires once, when the learner is made") {
  Created created;
  auto learn = toy::learner(callbacks(created));
  CHECK(*created.times == 1);
  toy::quiet(learn).fit(1);
  CHECK(*created.times == 1);
}

TEST_CASE("M-15 M-19 cancel: the batch is skipped from the event on, then after_cancel_batch and after_batch") {
  CHECK(events_of_fit(ThrowAt<CancelBatchException, Event::before_batch>{}) ==
        opening + Events{"before_batch", "after_cancel_batch", "after_batch", "after_train"} + validation + finish);
}

namespace {
struct Look {
  bool* has_grad;
  void after_cancel_batch(auto& learn) { *has_grad = learn.model->parameters()[0].grad().defined(); }
};
}  // namespace

TEST_CASE("TR-52 cancel: a batch cancelled in before_step makes no step and keeps its gradients") {
  bool has_grad = false;
  auto const seen = events_of_fit(ThrowAt<CancelBatchException, Event::before_step>{}, Look{&has_grad});
  CHECK(seen == opening + forward_pass + backward +
                    Events{"before_step", "after_cancel_batch", "after_batch", "after_train"} + validation + finish);
  CHECK(has_grad);
}

TEST_CASE("M-15 cancel: a cancelled step is followed by after_cancel_step and after_step, the weights stay") {
  Log log;
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}),
                callbacks(log, ThrowAt<CancelStepException, Event::before_step>{}));
  toy::quiet(learn).fit(1);
  CHECK(*log.seen == opening + forward_pass + backward +
                         Events{"before_step", "after_cancel_step", "after_step", "after_batch", "after_train"} +
                         validation + finish);
  CHECK(learn.model->parameters()[0].item<float>() == 0);
  CHECK_FALSE(learn.model->parameters()[0].grad().defined());
}

TEST_CASE("M-15 cancel: a cancelled backward pass still reaches the step") {
  CHECK(events_of_fit(ThrowAt<CancelBackwardException, Event::before_backward>{}) ==
        opening + forward_pass + Events{"before_backward", "after_cancel_backward", "after_backward"} + step +
            Events{"after_batch", "after_train"} + validation + finish);
}

TEST_CASE("M-15 TR-51 cancel: cancelling training from a batch skips after_batch, validation goes on") {
  CHECK(events_of_fit(ThrowAt<CancelTrainException, Event::before_batch>{}) ==
        opening + Events{"before_batch", "after_cancel_train", "after_train"} + validation + finish);
}

TEST_CASE("M-15 cancel: cancelling validation reaches after_cancel_validate and after_validate") {
  CHECK(events_of_fit(ThrowAt<CancelValidException, Event::before_validate>{}) ==
        opening + forward_pass + backward + step +
            Events{"after_batch", "after_train", "before_validate", "after_cancel_validate", "after_validate"} +
            finish);
}

TEST_CASE("M-15 cancel: cancelling the epoch skips validation") {
  CHECK(events_of_fit(ThrowAt<CancelEpochException, Event::before_batch>{}) ==
        opening + Events{"before_batch", "after_cancel_epoch"} + finish);
}

TEST_CASE("M-16 TR-51 cancel: cancelling fit in after_batch skips after_train and after_epoch") {
  CHECK(events_of_fit(ThrowAt<CancelFitException, Event::after_batch>{}) ==
        opening + forward_pass + backward + step + Events{"after_batch", "after_cancel_fit", "after_fit"});
}

namespace {
struct Thrower {
  void after_loss(auto&) { throw std::runtime_error("broken on purpose"); }
};
}  // namespace

TEST_CASE("M-16 learner: after events do not fire when another exception passes through") {
  Log log;
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), callbacks(log, Thrower{}));
  toy::quiet(learn);
  try {
    learn.fit(1);
    FAIL("the exception was lost");
  } catch (state_error const& e) {
    std::string const text = e.what();
    CHECK(e.key() == "callback.failed");
    CHECK(text.find("Thrower") != std::string::npos);
    CHECK(text.find("after_loss") != std::string::npos);
    CHECK(text.find("broken on purpose") != std::string::npos);
  }
  CHECK(log.seen->back() == "after_pred");
}

namespace {
struct Change {
  void before_batch(auto& learn) {
    std::get<0>(learn.xb) = at::ones_like(std::get<0>(learn.xb));  // inputs
    std::get<0>(learn.yb) = at::ones_like(std::get<0>(learn.yb));  // targets
  }
  void after_pred(auto& learn) { learn.pred = learn.pred + 3; }
  void after_loss(auto& learn) {
    CHECK(learn.loss_value() == doctest::Approx(4));  // (0 + 3 - 1)^2
    learn.loss_grad = learn.loss_grad * 0;
    CHECK(learn.loss_value() == doctest::Approx(4));  // TR-53: the loss for reading is another tensor
  }
  void before_epoch(auto& learn) { learn.n_epoch = 2; }
  void before_step(auto& learn) { learn.opt->set_hyper("lr", 0.5); }
  void after_epoch(auto& learn) {
    ++*epochs;
    CHECK(learn.opt->hyper("lr")[0] == 0.5);
  }
  std::shared_ptr<int> epochs = std::make_shared<int>(0);
};
struct OneZeroGradient {  // the second epoch sees weights that the zero gradient left alone
  void before_epoch(auto& learn) { CHECK(learn.model->parameters()[0].template item<float>() == 0); }
};
}  // namespace

TEST_CASE("M-12 M-18 callback: what it writes to the learner takes effect at once") {
  Change change;
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}),
                callbacks(change, OneZeroGradient{}));
  toy::quiet(learn).fit(1);
  CHECK(*change.epochs == 2);
}

namespace {
// The batch as it stands before the model has run, and in validation.
struct LookAtBatch {
  static constexpr int order = 90;
  void before_batch(auto& learn) {
    CHECK_FALSE(learn.pred.defined());
    CHECK_FALSE(learn.loss.defined());
    CHECK_FALSE(learn.loss_grad.defined());
  }
  void after_pred(auto& learn) { CHECK(learn.pred.requires_grad() == learn.training); }
};
struct ScaleGradient {  // in place: what is shown stays
  void before_backward(auto& learn) { learn.loss_grad.mul_(0); }
};
}  // namespace

TEST_CASE(
    "learner: a batch begins with nothing of the one before; validation makes no graph; the loss shown is a copy") {
  Learner learn(toy::loaders(), toy::model(), loss_func(toy::Loss{}), opt_func(SGD{}),
                callbacks(LookAtBatch{}, ScaleGradient{}));
  toy::quiet(learn).fit(1);
  CHECK(learn.recorder().losses[0] == doctest::Approx((1 + 1.44 + 1.96 + 2.56) / 4));
  CHECK(learn.model->parameters()[0].item<float>() == 0);
}

TEST_CASE("learner: validate and get_preds fire the events around their batches, those of fit and epoch too") {
  Log log;
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), callbacks(log));
  toy::quiet(learn).validate();
  CHECK(*log.seen == Events{"before_fit", "before_epoch"} + validation + finish);
  log.seen->clear();
  learn.get_preds();
  CHECK(*log.seen == Events{"before_fit", "before_epoch"} + validation + finish);
}

TEST_CASE("M-18 callback: the loss function and the logger can be replaced for a while") {
  auto learn = toy::learner();
  std::vector<std::string> rows;
  learn.logger = [&](std::vector<std::string> const& row) { rows.push_back(row[1]); };
  learn.loss_func = [](at::Tensor const& prediction, at::Tensor const&) { return (prediction * 0).sum() + 7; };
  learn.fit(1);
  CHECK(rows == std::vector<std::string>{"train_loss", "7.000000"});
}

namespace {
struct TrainOnly {
  static constexpr bool run_valid = false;
  std::shared_ptr<int> batches = std::make_shared<int>(0), validations = std::make_shared<int>(0);
  void after_batch(auto&) { ++*batches; }
  void before_validate(auto&) { ++*validations; }
};
struct ValidOnly {
  static constexpr bool run_train = false;
  std::shared_ptr<int> batches = std::make_shared<int>(0), trainings = std::make_shared<int>(0);
  void after_batch(auto&) { ++*batches; }
  void after_train(auto&) { ++*trainings; }
};
}  // namespace

TEST_CASE("TR-55 callback: run_train and run_valid filter the events inside a batch only") {
  TrainOnly cb;
  auto learn = toy::learner(callbacks(cb));
  toy::quiet(learn).fit(1);
  CHECK(*cb.batches == 2);
  CHECK(*cb.validations == 1);
  ValidOnly of_validation;
  learn.fit(1, callbacks(of_validation));
  CHECK(*of_validation.batches == 1);
  CHECK(*of_validation.trainings == 1);
}

namespace {
std::string calls;
struct Late {
  static constexpr int order = 5;
  void before_fit(auto&) { calls += "late "; }
};
struct AlsoLate {
  static constexpr int order = Late::order;
  void before_fit(auto&) { calls += "also "; }
};
struct Early {
  void before_fit(auto&) { calls += "early "; }
};
}  // namespace

TEST_CASE("callback: order decides who is called first, and callbacks of one call of fit go away after it") {
  calls.clear();
  auto learn = toy::learner(callbacks(Late{}));
  toy::quiet(learn).fit(1, {}, callbacks(Early{}));
  learn.fit(1);
  CHECK(calls == "early late late ");
  calls.clear();
  learn.fit(1, callbacks(AlsoLate{}));  // of one order: who was there first
  CHECK(calls == "late also ");
  CHECK(learn.get_cb<Late>() != nullptr);
  CHECK(learn.get_cb<Early>() == nullptr);
  learn.remove_cb<Late>();
  CHECK(learn.get_cb<Late>() == nullptr);
}

namespace {
struct HearsTwo {
  void before_fit(TrainState&) {}
  void after_epoch(TrainState&) {}
};
}  // namespace

TEST_CASE("show_training_loop: every event once, inside what it belongs to, with who hears it in their order") {
  auto learn = toy::learner();
  learn.add_cb(HearsTwo{});
  auto const text = learn.show_training_loop();
  for (auto const name : event_names) {
    auto const line = text.find(" " + std::string(name) + " ") == std::string::npos ? " " + std::string(name) + "\n"
                                                                                    : " " + std::string(name) + " ";
    bool const known = text.find(line) != std::string::npos || text.starts_with(std::string(name));
    CHECK(known);
  }
  CHECK(text.find("\nfit\n  before_fit  ") != std::string::npos);
  CHECK(text.find("\n      each batch\n        before_batch ") != std::string::npos);
  CHECK(text.find("        step\n          before_step\n          after_cancel_step\n          after_step\n"
                  "        after_cancel_batch\n        after_batch ") != std::string::npos);
  auto const heard = text.substr(text.find("    after_epoch"));
  auto const line = heard.substr(0, heard.find('\n'));
  CHECK(line.find("HearsTwo") < line.find("fastxx::Recorder"));
  CHECK(line.find("HearsTwo") != std::string::npos);
}

TEST_CASE("callbacks: one that only moves is taken by callbacks(...), fit and add_cb") {
  Owner first, second;
  int const* const seen = first.count.get();
  Learner learn(toy::loaders(4, 4), toy::model(), loss_func(toy::Loss{}), callbacks(std::move(first)));
  toy::quiet(learn).fit(1, {}, callbacks(std::move(second)));
  CHECK(*seen == 2);  // a batch of training, one of validation
  learn.add_cb(Owner{});
}
