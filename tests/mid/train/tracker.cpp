// What watches a column of the table: saving the best, stopping early, lower rates; and their state over a kill.
#include "resume.hpp"
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <limits>
#include <optional>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// A metric that says what the test wants, epoch by epoch.
struct Script {
  std::vector<MetricValue> values;
  std::size_t epoch = 0;
  std::string label = "score";
  void reset() {}
  void accumulate(TrainState const& learn) { epoch = static_cast<std::size_t>(learn.epoch); }
  MetricValue value() const { return values.at(epoch); }
  std::string name() const { return label; }
  void serialize(auto& archive) { archive("epoch", epoch); }
};

// The weight after each epoch.
struct Weights {
  static constexpr int order = 59;
  std::shared_ptr<std::vector<float>> seen = std::make_shared<std::vector<float>>();
  void after_epoch(auto& learn) {
    if (!learn.evaluating) seen->push_back(learn.model->parameters()[0].template item<float>());
  }
};

auto scripted(std::vector<MetricValue> values, auto... parts) {
  auto learn = toy::learner(metrics(Script{std::move(values)}), std::move(parts)...);
  learn.logger = [](auto const&) {};
  return learn;
}
float weight(auto& learn) { return learn.model->parameters()[0].template item<float>(); }

TrackOptions const score{.monitor = "score"};

}  // namespace

TEST_CASE("TR-73 SaveModel: the best epoch's weights come back at the end, and are in the file") {
  resume::Folder const folder;
  auto const path = folder.path / "best.safetensors";
  Weights weights;
  auto learn = scripted({1, 3, std::nullopt, 3, not_a_number}, callbacks(weights, SaveModel(path, {.track = score})));
  learn.fit(5, {.lr = .1});
  auto const& seen = *weights.seen;
  CHECK(weight(learn) == seen[1]);
  CHECK(seen[1] != seen[4]);
  CHECK(learn.get_cb<SaveModel>()->best() == 3);
  learn.fit(1, {.lr = .1});
  learn.validate();  // is not watched
  learn.lr_find({.num_it = 12, .stop_div = false});
  CHECK(learn.get_cb<SaveModel>()->best() == 1);  // the best of this fit
  auto other = toy::learner();
  other.load(path, {.with_opt = false});
  CHECK(weight(other) == seen[5]);
}

TEST_CASE("SaveModel: smaller is better for a loss or an error, by more than min_delta") {
  resume::Folder const folder;
  Weights weights;
  SaveModel const save(folder.path / "best",
                       {.track = {.monitor = "score", .smaller_is_better = true, .min_delta = .5}, .with_opt = true});
  auto learn = scripted({2, 1.5, 1.25, 1}, callbacks(weights, save));
  learn.fit(4, {.lr = .1});
  CHECK(learn.get_cb<SaveModel>()->best() == 1.25);
  CHECK(weight(learn) == (*weights.seen)[2]);
  CHECK(learn.opt->state_dict().groups[0].parameters[0].step == 6);

  SaveModel const by_loss(folder.path / "loss");
  auto second = scripted({1, 1, 1}, callbacks(by_loss));
  second.fit(3, {.lr = .01});
  CHECK(second.get_cb<SaveModel>()->best() == second.recorder().values[2][1]);  // valid_loss falls

  auto by_error = toy::learner(metrics(Script{{2, 1, 3}, 0, "top_error"}));
  toy::quiet(by_error).add_cb(SaveModel(folder.path / "error", {.track = {.monitor = "top_error"}}));
  by_error.fit(3, {.lr = .01});
  CHECK(by_error.get_cb<SaveModel>()->best() == 1);
}

TEST_CASE("SaveModel: with the best kept from fit to fit, a fit without a better epoch ends with the best of all") {
  resume::Folder const folder;
  Weights weights;
  auto learn = scripted({2, 1}, callbacks(weights, SaveModel(folder.path / "best",
                                                             {.track = {.monitor = "score", .reset_on_fit = false}})));
  learn.fit(2, {.lr = .1});
  learn.fit(1, {.lr = .1});  // as good as the best, not better
  CHECK(weight(learn) == (*weights.seen)[0]);
  CHECK((*weights.seen)[2] != (*weights.seen)[0]);
}

TEST_CASE("SaveModel: every so many epochs, or at the end as well") {
  resume::Folder const folder;
  auto learn = scripted({1, 1, 1, 1}, callbacks(SaveModel(folder.path / "net.st", {.every_epoch = 2})));
  learn.fit(4, {.lr = .1});
  CHECK(std::filesystem::exists(folder.path / "net_0.st"));
  CHECK(std::filesystem::exists(folder.path / "net_2.st"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "net_1.st"));
  CHECK_FALSE(std::filesystem::exists(folder.path / "net.st"));
  Weights weights;
  auto second = scripted({3, 1}, callbacks(weights, SaveModel(folder.path / "m.st", {.track = score, .at_end = true})));
  second.fit(2, {.lr = .1});
  CHECK(weight(second) == (*weights.seen)[1]);
  CHECK(std::filesystem::exists(folder.path / "m_end.st"));
  CHECK(std::filesystem::exists(folder.path / "m.st"));
}

TEST_CASE("EarlyStopping and ReduceLROnPlateau wait for their patience") {
  auto learn = scripted({1, 2, 2, 1, 9}, callbacks(EarlyStopping({.track = score, .patience = 2})));
  learn.fit(5, {.lr = .1});
  CHECK(learn.recorder().values.size() == 4);
  learn.fit(2, {.lr = .1});  // counts anew
  CHECK(learn.recorder().values.size() == 2);

  auto plateau = scripted({1, 1, 1, 2, 2, 2}, callbacks(ReduceLROnPlateau({.track = score, .min_lr = .005})));
  plateau.fit(6, {.lr = .1});
  CHECK(plateau.recorder().lrs == std::vector<double>{.1, .1, .1, .1, .01, .01, .005, .005, .005, .005, .005, .005});

  auto slow = scripted(std::vector<MetricValue>(7, 1), callbacks(ReduceLROnPlateau({.track = score, .patience = 2})));
  slow.fit(7, {.lr = 1.});
  std::vector<double> const by_two{1, 1, 1, 1, 1, 1, .1, .1, .1, .1, .01, .01, .01, .01};
  REQUIRE(slow.recorder().lrs.size() == by_two.size());
  for (std::size_t i = 0; i < by_two.size(); ++i) CHECK(slow.recorder().lrs[i] == doctest::Approx(by_two[i]));

  // The best is kept from fit to fit, the epochs without a better one are counted in each.
  auto kept = scripted({1, 1, 1},
                       callbacks(EarlyStopping({.track = {.monitor = "score", .reset_on_fit = false}, .patience = 2})));
  kept.fit(2, {.lr = .1});
  kept.fit(3, {.lr = .1});
  CHECK(kept.recorder().values.size() == 2);
}

TEST_CASE("they say what they do, between the rows of the table") {
  resume::Folder const folder;
  auto const best = (folder.path / "best").string();
  auto learn = scripted({1, 2, 2, 1.5, 9});
  std::vector<std::string> said;
  learn.logger = [&said](auto const& row) {
    if (row.size() == 1) said.push_back(row[0]);
  };
  learn.fit(5, {.lr = .1},
            callbacks(SaveModel(best, {.track = score}), ReduceLROnPlateau({.track = score}),
                      EarlyStopping({.track = score, .patience = 2})));
  CHECK(said == std::vector<std::string>{"SaveModel: score 1 is the best so far, saved as " + best,
                                         "SaveModel: score 2 is the best so far, saved as " + best,
                                         "ReduceLROnPlateau: no better score than 2 in 1 epoch, lr is 0.01 now",
                                         "EarlyStopping: no better score than 2 in 2 epochs"});
  learn.logger = {};  // nobody listens
  CHECK_NOTHROW(learn.fit(2, callbacks(EarlyStopping({.track = score}))));
}

TEST_CASE("what could only fail or harm later is refused when the callback is made") {
  for (std::int64_t patience : {0, -1}) {
    auto const sentence = "a patience of at least 1 epoch; got " + std::to_string(patience);
    CHECK_THROWS_WITH_AS(EarlyStopping({.patience = patience}), doctest::Contains(sentence.c_str()), state_error);
    CHECK_THROWS_WITH_AS(ReduceLROnPlateau({.patience = patience}), doctest::Contains("[tracker.patience]"),
                         state_error);
  }
  for (double below : {-.1, std::nan(""), HUGE_VAL}) {
    CHECK_THROWS_WITH_AS(ReduceLROnPlateau({.min_lr = below}), doctest::Contains("[tracker.min_lr]"), state_error);
    CHECK_THROWS_WITH_AS(SaveModel("best", {.track = {.min_delta = below}}), doctest::Contains("[tracker.min_delta]"),
                         state_error);
  }
  CHECK_THROWS_WITH_AS(SaveModel("best", {.every_epoch = -1}), doctest::Contains("[save_model.every_epoch]"),
                       state_error);
  for (double factor : {.1, 1., 0., -10., std::nan(""), HUGE_VAL})
    CHECK_THROWS_WITH_AS(ReduceLROnPlateau({.factor = factor}), doctest::Contains("[tracker.factor]"), state_error);
  CHECK_THROWS_WITH_AS(SaveModel("best.pth", {.with_opt = true}), doctest::Contains("[save.torch_optimizer]"),
                       state_error);
  CHECK_NOTHROW(SaveModel("best.pth"));
}

TEST_CASE("a column that the table does not have is named, with those that it has") {
  auto learn = scripted({1}, callbacks(EarlyStopping({.track = {.monitor = "acuracy"}})));
  CHECK_THROWS_WITH_AS(learn.fit(1), doctest::Contains("one of train_loss, valid_loss, score; got 'acuracy'"),
                       state_error);
}

namespace {
struct StopAt {
  static constexpr int order = 70;
  std::int64_t epoch, batch;
  void before_batch(TrainState& learn) {
    if (learn.training && learn.epoch == epoch && learn.iter == batch) throw std::runtime_error("killed");
  }
};
}  // namespace

TEST_CASE("without validation a column that validation fills cannot be watched, the training loss can") {
  DataLoader const train(toy::line(8), {.batch_size = 8});
  Learner learn(DataLoaders{train}, toy::model(), loss_func(toy::Loss{}));
  learn.logger = [](auto const&) {};
  CHECK_THROWS_WITH_AS(learn.fit(1, callbacks(EarlyStopping())), doctest::Contains("[tracker.no_validation]"),
                       state_error);
  learn.fit(3, {.lr = 0}, callbacks(EarlyStopping({.track = {.monitor = "train_loss"}})));
  CHECK(learn.epoch == 1);  // the loss stays as it was
  resume::Folder const folder;
  learn.fit(1, callbacks(SaveModel(folder.path / "each.safetensors", {.every_epoch = 1})));  // watches nothing
  CHECK(std::filesystem::exists(folder.path / "each_0.safetensors"));
}

TEST_CASE("they remember over a kill") {
  resume::Folder const folder;
  auto make = [&](char const* name) {
    return scripted({5, 2, 3, 4, 4, 9}, callbacks(SaveModel(folder.path / name, {.track = score}),
                                                  EarlyStopping({.track = score, .patience = 4}),
                                                  ReduceLROnPlateau({.track = score, .patience = 2})));
  };
  auto fit = [&](auto& learn, char const* name, auto... more) {
    learn.fit(6, {.lr = .1}, callbacks(Checkpoint(folder.path / name, {.every = 1}), std::move(more)...));
  };
  auto whole = make("a");
  fit(whole, "whole");
  CHECK(whole.recorder().values.size() == 5);
  for (std::int64_t epoch = 1; epoch < 5; ++epoch) {
    std::filesystem::remove(folder.path / "run");
    auto first = make("b"), second = make("b");
    CHECK_THROWS(fit(first, "run", StopAt{epoch, 1}));
    fit(second, "run");
    CHECK(second.recorder().values.size() == 5);
    CHECK(second.recorder().lrs == whole.recorder().lrs);
    CHECK(weight(second) == weight(whole));
    CHECK(second.get_cb<SaveModel>()->best() == 5);
  }
  CHECK(read_file(folder.path / "a") == read_file(folder.path / "b"));
}
