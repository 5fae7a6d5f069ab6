// What goes wrong in the middle of training, at each event: errors that say where, cancels, callbacks that come and go,
// and data and models in which there is nearly nothing.
#include "../../errors.hpp"
#include "toy.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

using Names = std::vector<std::string>;

// Writes down every event, and does something at the one of this number, after writing it down.
struct Script {
  Names seen = {};
  std::size_t at = 1000;
  std::function<void()> then = {};
};
struct Actor {
  static constexpr int order = 70;
  std::shared_ptr<Script> script = std::make_shared<Script>();
  void hear(Event event) {
    auto const number = script->seen.size();
    script->seen.emplace_back(event_names[static_cast<std::size_t>(event)]);
    if (number != script->at) return;
    auto const then = script->then;  // which may set another
    then();
  }
#define HEAR(name) \
  void name(TrainState&) { hear(Event::name); }
  HEAR(before_fit)
  HEAR(before_epoch)
  HEAR(before_train)
  HEAR(before_batch)
  HEAR(after_pred)
  HEAR(after_loss)
  HEAR(before_backward)
  HEAR(after_cancel_backward)
  HEAR(after_backward)
  HEAR(before_step)
  HEAR(after_cancel_step)
  HEAR(after_step)
  HEAR(after_cancel_batch)
  HEAR(after_batch)
  HEAR(after_cancel_train)
  HEAR(after_train)
  HEAR(before_validate)
  HEAR(after_cancel_validate)
  HEAR(after_validate)
  HEAR(after_cancel_epoch)
  HEAR(after_epoch)
  HEAR(after_cancel_fit)
  HEAR(after_fit)
#undef HEAR
};

struct Cancel {
  std::string what;
  void (*raise)();
};
template <class Exception>
void raise() {
  throw Exception();
}
std::array<Cancel, 7> const cancels{
    Cancel{"step", &raise<CancelStepException>},      Cancel{"backward", &raise<CancelBackwardException>},
    Cancel{"batch", &raise<CancelBatchException>},    Cancel{"train", &raise<CancelTrainException>},
    Cancel{"validate", &raise<CancelValidException>}, Cancel{"epoch", &raise<CancelEpochException>},
    Cancel{"fit", &raise<CancelFitException>}};

// The events of one epoch of one training and one validation batch, and what each of them is inside of.
struct Place {
  std::string event;
  Names inside;
};
std::vector<Place> const places{{"before_fit", {"fit"}},
                                {"before_epoch", {"fit", "epoch"}},
                                {"before_train", {"fit", "epoch", "train"}},
                                {"before_batch", {"fit", "epoch", "train", "batch"}},
                                {"after_pred", {"fit", "epoch", "train", "batch"}},
                                {"after_loss", {"fit", "epoch", "train", "batch"}},
                                {"before_backward", {"fit", "epoch", "train", "batch", "backward"}},
                                {"after_backward", {"fit", "epoch", "train", "batch"}},
                                {"before_step", {"fit", "epoch", "train", "batch", "step"}},
                                {"after_step", {"fit", "epoch", "train", "batch"}},
                                {"after_batch", {"fit", "epoch", "train"}},
                                {"after_train", {"fit", "epoch"}},
                                {"before_validate", {"fit", "epoch", "validate"}},
                                {"before_batch", {"fit", "epoch", "validate", "batch"}},
                                {"after_pred", {"fit", "epoch", "validate", "batch"}},
                                {"after_loss", {"fit", "epoch", "validate", "batch"}},
                                {"after_batch", {"fit", "epoch", "validate"}},
                                {"after_validate", {"fit", "epoch"}},
                                {"after_epoch", {"fit"}},
                                {"after_fit", {}}};

Names events(std::size_t first, std::size_t last) {
  Names all;
  for (; first < last; ++first) all.push_back(places[first].event);
  return all;
}

bool hears(Place const& place, std::string const& what) {
  return std::find(place.inside.begin(), place.inside.end(), what) != place.inside.end();
}

// A fit of one batch, whose script does something at one event; the error it ends with.
struct Stage {
  decltype(toy::learner()) learn = toy::learner();
  Actor actor;
  Stage() {
    toy::quiet(learn);
    learn.dls = toy::loaders(4, 4);
    learn.add_cb(actor);
  }
  std::string fit(std::size_t at = 1000, std::function<void()> then = {}) {
    *actor.script = {.at = at, .then = std::move(then)};
    try {
      learn.fit(1);
    } catch (error const& e) {
      return e.what();
    }
    return "";
  }
  Names const& seen() const { return actor.script->seen; }
};

double distance(at::Tensor const& prediction, at::Tensor const& target) {
  return (prediction - target).abs().mean().item<double>();
}

}  // namespace

TEST_CASE(
    "faults: whatever a callback throws at an event ends the fit with its name and the event; the next fit is whole") {
  Stage stage;
  CHECK(stage.fit().empty());
  CHECK(stage.seen() == events(0, places.size()));
  auto const require_named = [&](std::string const& text, std::string const& event) {
    CAPTURE(event);
    CHECK(contains(text, "[callback.failed]"));
    CHECK(contains(text, "Actor: broken on purpose"));
    CHECK(contains(text, "at event " + event));
  };
  auto const fail = [] { throw std::runtime_error("broken on purpose"); };
  for (std::size_t at = 0; at < places.size(); ++at) {
    require_named(stage.fit(at, fail), places[at].event);
    CHECK(stage.seen() == events(0, at + 1));
  }
  for (auto const& cancel : cancels) {
    std::size_t before = 0;
    while (places[before].event != "before_" + cancel.what) ++before;
    auto const text = stage.fit(before, [&] {
      stage.actor.script->at = before + 1, stage.actor.script->then = fail;
      cancel.raise();
    });
    require_named(text, "after_cancel_" + cancel.what);
  }
  auto const of_torch = stage.fit(3, [] { at::ones({2}).add(at::ones({3})); });
  CHECK(contains(of_torch, "Actor: The size of tensor a (2) must match"));
  CHECK_FALSE(contains(of_torch, "frame #"));
  CHECK(stage.fit().empty());
  CHECK(stage.seen() == events(0, places.size()));
}

TEST_CASE("faults: each of the seven cancels at each event ends what it names, or is refused where that does not run") {
  Stage stage;
  int heard = 0;
  for (auto const& cancel : cancels)
    for (std::size_t at = 0; at < places.size(); ++at) {
      CAPTURE(cancel.what);
      CAPTURE(at);
      auto const text = stage.fit(at, cancel.raise);
      auto expected = events(0, at + 1);
      if (hears(places[at], cancel.what)) {
        ++heard;
        CHECK(text.empty());
        std::size_t after = at + 1;
        while (places[after].event != "after_" + cancel.what) ++after;
        expected.push_back("after_cancel_" + cancel.what);
        for (auto const& event : events(after, places.size())) expected.push_back(event);
      } else {
        CHECK(contains(text, "[callback.cancel]"));
        CHECK(contains(text, "out of "));
        CHECK(contains(text, "Actor"));
        CHECK(contains(text, "at event " + places[at].event));
      }
      CHECK(stage.seen() == expected);
    }
  CHECK(heard == 62);
  CHECK(stage.fit().empty());
  CHECK(stage.seen() == events(0, places.size()));
}

TEST_CASE("faults: a cancel that nobody hears in validate() is an error; inside a fit it is the fit's") {
  Stage stage;
  stage.learn.fit(1);
  *stage.actor.script = {.at = 0, .then = &raise<CancelFitException>};
  CHECK_THROWS_WITH_AS(stage.learn.validate(), doctest::Contains("Learner::validate"), state_error);
  bool validated = false;
  std::size_t const in_training = 5;
  auto const text = stage.fit(in_training, [&] {
    stage.actor.script->at = in_training + 1, stage.actor.script->then = &raise<CancelFitException>;
    validated = true;
    stage.learn.validate();
  });
  CHECK(text.empty());
  CHECK(validated);
  CHECK(stage.seen() == Names{"before_fit", "before_epoch", "before_train", "before_batch", "after_pred", "after_loss",
                              "before_fit", "after_cancel_fit", "after_fit"});
}

namespace {
struct Newcomer {
  std::shared_ptr<Names> seen;
  void before_batch(TrainState&) { seen->push_back("before_batch"); }
  void after_batch(TrainState&) { seen->push_back("after_batch"); }
};
struct Leaver {
  std::shared_ptr<Names> seen;
  std::string before = std::string(100, 'x');  // memory that is gone if the callback goes while it runs
  void before_batch(TrainState& learn) {
    learn.remove_cb<Leaver>();
    seen->push_back(before);
  }
  void after_batch(TrainState&) { seen->push_back("after_batch"); }
};
struct Host {
  static constexpr int order = -1;
  std::shared_ptr<Names> seen;
  void before_batch(auto& learn) {
    if (learn.template get_cb<Newcomer>() == nullptr) learn.add_cb(Newcomer{seen});
  }
};
struct Remover {
  static constexpr int order = -1;
  void before_batch(TrainState& learn) { learn.remove_cb<Newcomer>(); }
};
}  // namespace

TEST_CASE("faults: a callback that removes itself ends its event, one that is added is heard from the next event on") {
  auto const seen = std::make_shared<Names>();
  Stage stage;
  stage.learn.add_cb(Leaver{seen});
  CHECK(stage.fit().empty());
  CHECK(*seen == Names{std::string(100, 'x')});
  CHECK(stage.learn.get_cb<Leaver>() == nullptr);

  seen->clear();
  stage.learn.add_cb(Host{seen});
  CHECK(stage.fit().empty());
  CHECK(*seen == Names{"after_batch", "before_batch", "after_batch"});  // of training, then of validation

  seen->clear();
  stage.learn.remove_cb<Host>();
  stage.learn.add_cb(Remover{});
  CHECK(stage.fit().empty());
  CHECK(*seen == Names{"before_batch"});  // the event it was removed in ends with those it began with
  CHECK(stage.seen() == events(0, places.size()));
}

TEST_CASE("faults: a validation set of one item has its loss and its metric") {
  Learner learn(toy::loaders(8, 1), toy::model(), loss_func(toy::Loss{}), metrics(distance));
  toy::quiet(learn).fit(1, {.lr = 0.});
  CHECK(learn.recorder().values[0][1] == 49.);
  CHECK(learn.recorder().values[0][2] == 7.);
}

TEST_CASE("faults: a model without parameters is refused by fit before anything runs, and evaluates") {
  Learner learn(toy::loaders(8, 1), Sequential(torch::nn::Identity()), loss_func(toy::Loss{}), metrics(distance));
  Actor const actor;
  toy::quiet(learn).add_cb(actor);
  CHECK_THROWS_WITH_AS(learn.fit(1), doctest::Contains("[optimizer.no_parameters]"), state_error);
  CHECK(actor.script->seen.empty());
  CHECK(learn.validate()[0] == 16.);
}

TEST_CASE("faults: with all groups frozen the error says so and what to do, and unfrozen it trains") {
  Stage stage;
  stage.learn.freeze_to(1);
  auto text = stage.fit();
  CHECK(contains(text, "[learner.no_gradient]"));
  CHECK(contains(text, "all parameters are frozen"));
  CHECK(contains(text, "training batch 0 of epoch 0"));
  CHECK(contains(text, "learn.unfreeze()"));
  CHECK(stage.learn.model->parameters()[0].item<float>() == 0);
  stage.learn.unfreeze();
  CHECK(stage.fit().empty());
  CHECK(stage.learn.model->parameters()[0].item<float>() != 0);

  stage.learn.loss_func = [](at::Tensor const& p, at::Tensor const& t) { return at::mse_loss(p.detach(), t); };
  text = stage.fit();
  CHECK(contains(text, "[learner.no_gradient]"));
  CHECK(contains(text, "without detach()"));
}
