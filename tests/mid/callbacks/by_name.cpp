// Callbacks that a file names, each beside what it does when it is written out.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include "learner.hpp"
#include <fastxx/mid/callbacks/activation_stats.hpp>
#include <fastxx/mid/callbacks/csv_logger.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/callbacks/layer_modes.hpp>
#include <fastxx/mid/callbacks/short_epoch.hpp>
#include <fastxx/mid/callbacks/tensorboard.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>
#include <fastxx/mid/inspect/show_graph.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// What a callback of a user's may want to be told.
struct Told {
  bool flag = false;
  double number = 1;
  float small = 1;
  int whole = 1;
  std::size_t size = 1;
  std::string text = "a";
  std::optional<double> perhaps = 1;
  std::vector<std::int64_t> list = {1};
  std::int64_t batches = 0;
  Told* told = nullptr;
  void after_batch(TrainState&) { ++batches; }
  void after_fit(TrainState&) {
    if (told) *told = *this;
  }
};

Told heard;  // what the callback that was made last knew when its fit ended

Told make_told(CallbackOptions& read) {
  Told made;
  read("flag", made.flag), read("number", made.number), read("small", made.small), read("whole", made.whole);
  read("size", made.size), read("text", made.text), read("perhaps", made.perhaps), read("list", made.list);
  if (made.number == 13) throw std::runtime_error("no luck");
  if (made.number == 14) throw data_error("told.number", {.call = "Told", .got = "14"});
  made.told = &heard;
  return made;
}
bool const registered = (register_callback("Told", make_told), true);

struct RemoveFolder {
  std::filesystem::path path;
  void before_train(TrainState&) { std::filesystem::remove_all(path); }
};

struct StopInside {
  std::int64_t batch;
  void before_batch(TrainState& learn) {
    if (learn.training && learn.train_iter == batch) throw std::runtime_error("stop");
  }
};

// Numbers and files of a fit with callbacks, on data that make each of them do something.
struct Result {
  std::vector<double> losses = {};
  std::vector<RecorderRow> rows = {};
  at::Tensor weights = {};
  std::map<std::string, std::string> files = {};
};
bool operator==(Result const& a, Result const& b) {
  auto const without_time = [](std::map<std::string, std::string> files) {
    files.erase("time");
    return files;
  };
  return a.losses == b.losses && a.rows == b.rows && at::equal(a.weights, b.weights) &&
         without_time(a.files) == without_time(b.files);
}

auto picture_regression() {
  Batches batches;
  for (int b = 0; b < 4; ++b)
    batches.emplace_back(points(4, 48).view({4, 3, 4, 4}).add(.1 * b), points(4, 1).mul(3).add(b));
  set_seed(3);
  Batches const valid(batches.begin(), batches.begin() + 3);
  return learner(batches, valid, Sequential(torch::nn::Flatten(), torch::nn::Dropout(.2), torch::nn::Linear(48, 1)),
                 MSELossFlat{});
}

// Files that the fit leaves in a folder, which is the working directory for it.
template <class... List>
Result result_of(Part<CallbacksPart, hana::tuple<List...>> part) {
  auto const folder = temporary_folder("by_name"), former = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  auto learn = picture_regression();
  set_seed(5);
  learn.fit(4, .02, std::move(part));
  std::filesystem::current_path(former);
  Result result{learn.recorder().losses, learn.recorder().values, learn.module().parameters()[0].detach().clone(), {}};
  for (auto const& entry : std::filesystem::recursive_directory_iterator(folder)) {
    std::string const name = entry.path().filename().string();
    bool const dated = name.starts_with("events.") || name.ends_with(".csv") || name.ends_with(".png") ||
                       name.find("run") == 0;  // they tell the time
    result.files[name.starts_with("events.") ? "events" : name] = dated ? "" : text_of(entry.path());
  }
  std::filesystem::remove_all(folder);
  return result;
}

Result result_of(std::string const& json) { return result_of(callbacks_from_json(json)); }

std::string key_of_json(std::string_view json) {
  return key_of([&] { callbacks_from_json(json); });
}
std::string error_of_json(std::string_view json) {
  return error_of([&] { callbacks_from_json(json); });
}

}  // namespace

TEST_CASE("callbacks by name: with their defaults they train as those that are written out do") {
  auto const same = [](std::string const& name, auto callback) {
    CAPTURE(name);
    CHECK(result_of("[\"" + name + "\"]") == result_of(callbacks(std::move(callback))));
  };
  same("BnFreeze", BnFreeze{});
  same("CSVLogger", CSVLogger{});
  same("ChannelsLast", ChannelsLast{});
  same("CutMix", CutMix{});
  same("EarlyStopping", EarlyStopping{});
  same("GradientAccumulation", GradientAccumulation{});
  same("GradientClip", GradientClip{});
  same("MCDropout", MCDropout{});
  same("MixUp", MixUp{});
  same("ReduceLROnPlateau", ReduceLROnPlateau{});
  same("ShortEpoch", ShortEpoch{});
  same("ShowGraph", ShowGraph{});
  same("StopOnNaN", StopOnNaN{});
}

TEST_CASE("callbacks by name: each option does what it does when it is written out, and something") {
  Result const plain = result_of(std::string("[]"));
  CHECK(plain == result_of(callbacks()));
  auto const same = [&](std::string const& json, auto callback, bool in_numbers = true) {
    CAPTURE(json);
    Result const named = result_of("[" + json + "]");
    CHECK(named == result_of(callbacks(callback)));
    CHECK(named != plain);
    if (in_numbers) CHECK_FALSE(at::equal(named.weights, plain.weights));
    // Nor what it does without its options.
    std::string const name = json.substr(10, json.find('"', 10) - 10);
    std::string const bare =
        name == "SaveModel" || name == "Checkpoint" || name == "TensorBoard" ? "" : "[\"" + name + "\"]";
    if (!bare.empty()) CHECK(named != result_of(bare));
  };
  same(R"({"name": "GradientClip", "max_norm": 0.1})", GradientClip(.1));
  same(R"({"name": "GradientClip", "max_norm": 0.1, "norm_type": 1})", GradientClip(.1, 1));
  same(R"({"name": "GradientAccumulation", "n_acc": 8})", GradientAccumulation(8));
  same(R"({"name": "ShortEpoch", "pct": 0.5})", ShortEpoch(.5));
  same(R"({"name": "ShortEpoch", "pct": 0.3, "short_valid": false})", ShortEpoch(.3, false));
  CHECK(result_of(callbacks(ShortEpoch(.3))) != result_of(callbacks(ShortEpoch(.3, false))));
  same(R"({"name": "MixUp", "alpha": 2})", MixUp(2));
  same(R"({"name": "CutMix", "alpha": 0.2})", CutMix(.2));

  TrackOptions const worst{.monitor = "train_loss", .smaller_is_better = false};
  std::string const track = R"("monitor": "train_loss", "smaller_is_better": false)";
  same(R"({"name": "EarlyStopping", "patience": 2, )" + track + "}", EarlyStopping({.track = worst, .patience = 2}));
  same(R"({"name": "EarlyStopping", "min_delta": 100})", EarlyStopping({.track = {.min_delta = 100}}));
  same(R"({"name": "ReduceLROnPlateau", "factor": 3, "min_lr": 0.005, )" + track + "}",
       ReduceLROnPlateau({.track = worst, .factor = 3, .min_lr = .005}));
  same(R"({"name": "ReduceLROnPlateau", "factor": 3, )" + track + "}",
       ReduceLROnPlateau({.track = worst, .factor = 3}));
  CHECK(result_of(callbacks(ReduceLROnPlateau({.track = worst, .factor = 3}))) !=
        result_of(callbacks(ReduceLROnPlateau({.track = worst, .factor = 3, .min_lr = .005}))));
  same(R"({"name": "ReduceLROnPlateau", "patience": 2, )" + track + "}",
       ReduceLROnPlateau({.track = worst, .patience = 2}));

  same(R"({"name": "SaveModel", "path": "best", )" + track + "}", SaveModel("best", {.track = worst}));
  same(R"({"name": "SaveModel", "path": "each", "every_epoch": 2})", SaveModel("each", {.every_epoch = 2}), false);
  same(R"({"name": "SaveModel", "path": "last", "at_end": true, "with_opt": true})",
       SaveModel("last", {.at_end = true, .with_opt = true}), false);
  same(R"({"name": "CSVLogger", "path": "table.csv"})", CSVLogger("table.csv"), false);
  same(R"({"name": "ShowGraph", "path": "curves.png"})", ShowGraph("curves.png"), false);
  same(R"({"name": "TensorBoard", "folder": "runs"})", TensorBoard("runs"), false);
  same(R"({"name": "Checkpoint", "path": "run", "every": 0, "keep": 2})", Checkpoint("run", {.every = 0, .keep = 2}),
       false);
}

TEST_CASE("callbacks by name: options that leave no trace in the numbers reach the callback") {
  auto const of = [](std::string const& json) {
    auto data = picture_regression();
    Learner learn(data.dls, data.model, loss_func(MSELossFlat{}), opt_func(SGD{}),
                  callbacks_from_json("[" + json + "]"));
    toy::quiet(learn).fit(2, .01);
    return learn;
  };
  auto const learn = of(R"({"name": "CollectData", "max_batches": 3},
                           {"name": "FetchPreds", "train": true, "with_input": true},
                           {"name": "ActivationStats", "with_hist": true, "every": 2, "include_paramless": true},
                           {"name": "MixedPrecision", "mode": "bf16", "scale_loss": "on", "scale": 16,
                            "growth_factor": 4, "growth_interval": 2})");
  CHECK(learn.get_cb<CollectData>()->batches().size() == 3);
  CHECK_FALSE(learn.get_cb<CollectData>()->complete());
  auto const& preds = learn.get_cb<FetchPreds<>>()->preds();
  CHECK(preds.inputs.at(0).size(0) == 16);
  CHECK_FALSE(preds.decoded.defined());
  auto const* const stats = learn.get_cb<ActivationStats>();
  CHECK(stats->steps() == std::vector<std::int64_t>{0, 2, 4, 6});
  CHECK(stats->n_layers() == 3);  // those without parameters too
  CHECK(stats->hist(0).size() == 40);
  CHECK(learn.get_cb<MixedPrecision>()->mode() == AMPMode::bf16);
  CHECK(learn.get_cb<MixedPrecision>()->scaler().scale() == 16. * 4 * 4 * 4 * 4);  // 8 good steps

  auto const other = of(R"({"name": "ActivationStats", "max_steps": 2}, {"name": "MixedPrecision", "mode": "bf16"},
                           {"name": "FetchPreds", "with_decoded": true})");
  CHECK(other.get_cb<ActivationStats>()->steps().size() <= 2);
  CHECK(other.get_cb<ActivationStats>()->n_layers() == 1);
  CHECK(other.get_cb<MixedPrecision>()->scaler().scale() == 65536);
  CHECK(other.get_cb<FetchPreds<>>()->preds().decoded.defined());
  CHECK(other.get_cb<FetchPreds<>>()->preds().inputs.empty());
  CHECK(other.get_cb<FetchPreds<>>()->preds().preds.size(0) == 12);
}

TEST_CASE("callbacks by name: monitor and reset_on_fit") {
  for (char const* name : {"EarlyStopping", "ReduceLROnPlateau", "SaveModel\", \"path\": \"x"}) {
    auto learn = regression();
    auto const part = callbacks_from_json(R"([{"name": ")" + std::string(name) + R"(", "monitor": "x"}])");
    CHECK(key_of([&] { learn.fit(1, .1, part); }) == "tracker.monitor");
  }
  for (bool const reset : {true, false}) {
    auto data = picture_regression();
    auto const path = temporary_folder("by_name") / "best";
    Learner learn(data.dls, data.model, loss_func(MSELossFlat{}), opt_func(SGD{}),
                  callbacks_from_json(R"([{"name": "SaveModel", "path": ")" + path.string() + R"(", "reset_on_fit": )" +
                                      (reset ? "true}]" : "false}]")));
    toy::quiet(learn).fit(1, .02);
    auto const best = learn.get_cb<SaveModel>()->best();
    learn.fit(1, .5);  // too large: it becomes worse
    CHECK((learn.get_cb<SaveModel>()->best() == best) == !reset);
    std::filesystem::remove_all(path.parent_path());
  }
}

TEST_CASE("callbacks by name: CSVLogger's and Checkpoint's other options") {
  auto const folder = temporary_folder("by_name");
  auto const in_folder = [&](std::string const& rest) {
    return callbacks_from_json(R"([{"path": ")" + (folder / "a").string() + "\", " + rest + "}]");
  };
  auto learn = regression();
  for (int fit = 0; fit < 2; ++fit) learn.fit(1, .01, in_folder(R"("name": "CSVLogger", "append": true)"));
  std::string const table = text_of(folder / "a");
  CHECK(std::count(table.begin(), table.end(), '\n') >= 3);
  std::filesystem::remove(folder / "a");

  CHECK(key_of([&] { learn.fit(1, .01, in_folder(R"("name": "Checkpoint", "every": -1)")); }) == "checkpoint.every");
  CHECK(key_of([&] { learn.fit(1, .01, in_folder(R"("name": "Checkpoint", "every_minutes": -1)")); }) ==
        "checkpoint.every_minutes");
  for (bool const resume : {true, false}) {
    std::string const options =
        std::string(R"("name": "Checkpoint", "every": 0, "resume": )") + (resume ? "true" : "false");
    auto first = regression(), second = regression();
    first.fit(1, .01, in_folder(options));
    second.fit(1, .05, in_folder(R"("name": "Checkpoint", "every": 0, "resume": false)"));
    auto third = regression();
    if (resume)
      CHECK(key_of([&] { third.fit(1, .01, in_folder(options)); }) == "checkpoint.other");
    else
      third.fit(1, .01, in_folder(options));
  }
  for (std::string const word : {"go_on", "stop"}) {
    auto failing = regression();
    auto const fit = [&] {
      failing.fit(2, .01,
                  callbacks(in_folder(R"("name": "Checkpoint", "every": 0, "resume": false, "on_write_error": ")" +
                                      word + "\""),
                            RemoveFolder{folder}));
    };
    CHECK(key_of(fit) == (word == "stop" ? "file.write" : "no error"));
  }
  std::filesystem::remove_all(folder);
}

TEST_CASE("callbacks by name: order, names and places are those of callbacks that are written out") {
  auto const folder = temporary_folder("by_name");
  auto const path = folder / "run.json";
  std::ofstream(path) << R"({
    "lr": [1e-3, {"for": ["all"]}], "name": "GradientClop",
    "callbacks": [
      {"max_norm": 0.5, "name": "GradientClip"}, "MCDropout",
      {"name": "EarlyStopping", "monitor": "valid_loss", "patience": 3}, "MixUp", "Told"
    ]})";
  auto const with = [](auto part) {
    auto learn = picture_regression();
    Learner told(learn.dls, learn.model, loss_func(MSELossFlat{}), opt_func(SGD{}), std::move(part));
    return std::pair(told.show_training_loop(), told.template get_cb<GradientClip>() != nullptr);
  };
  auto const written = with(callbacks(BnFreeze{}, GradientClip(.5), MCDropout{}, EarlyStopping({.patience = 3}),
                                      MixUp{}, Told{}, GradientAccumulation(8), ModelResetter{}));
  auto const by_name = with(callbacks(BnFreeze{}, callbacks_from(path),
                                      callbacks(GradientAccumulation(8), callbacks_from_json("[\"ModelResetter\"]"))));
  CHECK(written.second);
  CHECK(by_name == written);
  CHECK(contains(by_name.first, "TrainEvalCallback, BnFreeze, ModelResetter, StopOnNaN"));

  CHECK(result_of(callbacks(MixUp(.3), GradientClip(.5), MCDropout{}, EarlyStopping({.patience = 3}), MixUp{},
                            Told{})) == result_of(callbacks(MixUp(.3), callbacks_from(path))));
  std::filesystem::remove_all(folder);
}

TEST_CASE("callbacks by name: fastai's names are known, and each name of the library's makes its class") {
  auto const made = [](std::string const& json) {
    AnyCallbacks const all = callbacks_from_json(json).value[hana::size_c<0>];
    return all.names().at(0);
  };
  std::map<std::string, std::string> const theirs{
      {"CollectDataCallback", "CollectData"}, {"EarlyStoppingCallback", "EarlyStopping"},
      {"MCDropoutCallback", "MCDropout"},     {"ShortEpochCallback", "ShortEpoch"},
      {"ShowGraphCallback", "ShowGraph"},     {"TerminateOnNaNCallback", "StopOnNaN"},
      {"FetchPredsCallback", "FetchPreds<>"}, {"SaveModelCallback", "SaveModel"},
      {"TensorBoardCallback", "TensorBoard"}};
  auto const json_for = [](std::string const& name) {
    std::string const option = name.starts_with("SaveModel") || name == "Checkpoint" ? R"(, "path": "x")"
                               : name.starts_with("TensorBoard")                     ? R"(, "folder": "x")"
                                                                                     : "";
    return R"([{"name": ")" + name + "\"" + option + "}]";
  };
  for (auto const& [name, ours] : theirs) {
    if (ours == "FetchPreds<>")
      CHECK(made(json_for(name)) == type_name<FetchPreds<>>());
    else
      CHECK(made(json_for(name)) == ours);
  }
  auto const names = callback_names();
  CHECK(names.size() >= 24);
  CHECK(std::is_sorted(names.begin(), names.end()));
  for (auto const& name : names)
    if (name != "FetchPreds") CHECK(made(json_for(name)) == (name == "Told" ? type_name<Told>() : name));
}

TEST_CASE("callbacks by name: a fit that was stopped goes on with their state") {
  auto const folder = temporary_folder("by_name");
  auto const part = callbacks_from_json(R"([{"name": "GradientAccumulation", "n_acc": 12},
    {"name": "Checkpoint", "every": 0, "path": ")" +
                                        (folder / "run").string() + "\"}]");
  auto whole = regression(), stopped = regression(), resumed = regression();
  whole.fit(2, .1, callbacks(GradientAccumulation(12)));
  CHECK_THROWS(stopped.fit(2, .1, callbacks(part, StopInside{5})));
  resumed.fit(2, .1, part);
  CHECK(at::equal(resumed.model->parameters()[0], whole.model->parameters()[0]));
  CHECK(resumed.recorder().losses == whole.recorder().losses);
  std::filesystem::remove_all(folder);
}

TEST_CASE("register_callback: options of all kinds, and a copy for each fit") {
  auto learn = regression();
  auto const part = callbacks_from_json(R"([{"name": "Told", "flag": true, "number": -2.5e1, "small": 0.5, "whole": -3,
    "size": 18446744073709551615, "text": "\u00e9", "perhaps": null, "list": [3, 4]}])");
  for (int fit = 0; fit < 2; ++fit) {
    learn.fit(1, .1, part);
    CHECK(heard.batches == 8);  // four and four, both times
  }
  CHECK(heard.flag);
  CHECK(heard.number == -25);
  CHECK(heard.small == .5F);
  CHECK(heard.whole == -3);
  CHECK(heard.size == 18446744073709551615U);
  CHECK(heard.text == "\xc3\xa9");
  CHECK_FALSE(heard.perhaps.has_value());
  CHECK(heard.list == std::vector<std::int64_t>{3, 4});

  learn.fit(1, .1, callbacks_from_json("[\"Told\"]"));  // what is not said stays
  CHECK(heard.number == 1);
  CHECK(*heard.perhaps == 1);
  CHECK(heard.list == std::vector<std::int64_t>{1});

  for (char const* taken : {"Told", "GradientClip", "SaveModelCallback", "Recorder", ""})
    CHECK(key_of([&] { register_callback(taken, make_told); }) == "callbacks.registered");
  CHECK(error_of_json(R"([{"name": "Told", "number": 13}])") ==
        "[callbacks.failed] Told: no luck; at line 1, column 2");
  CHECK(error_of_json(R"(["Told", {"name": "Told", "number": 14}])") == "[told.number] Told: 14; at line 1, column 10");
}

TEST_CASE("AnyCallbacks: chosen by if, each Learner and fit has copies of its own") {
  AnyCallbacks chosen;
  Told told;
  Told last;
  told.told = &last;
  chosen.add(told).add(MixUp(.3));
  CHECK(chosen.names() == std::vector<std::string>{type_name<Told>(), "MixUp"});
  auto learn = regression(), other = regression();
  set_seed(2);
  learn.fit(1, .1, callbacks(chosen, GradientClip(.1)));
  CHECK(last.batches == 8);
  set_seed(2);
  other.fit(1, .1, callbacks(MixUp(.3), GradientClip(.1)));
  CHECK(at::equal(learn.model->parameters()[0], other.model->parameters()[0]));
  learn.fit(1, .1, callbacks(chosen));
  CHECK(last.batches == 8);
  CHECK(learn.get_cb<MixUp>() == nullptr);
}

TEST_CASE("callbacks by name: what a Learner cannot have is said before anything is trained") {
  auto learn = regression();
  auto const before = learn.model->parameters()[0].detach().clone();
  auto const loop = learn.show_training_loop();
  auto const part = callbacks_from_json(R"(["GradientClip", "RNNCallback"])");
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(MCDropout{}, part)); }), "RNNCallback: expected a model"));
  CHECK(key_of([&] { learn.fit_one_cycle(1, .1, part); }) == "callbacks.learner");
  CHECK(at::equal(learn.model->parameters()[0], before));
  CHECK(learn.show_training_loop() == loop);
  CHECK(learn.recorder().losses.empty());
}

TEST_CASE("callbacks by name: a wrong name says which are near, and what has no name why") {
  CHECK(
      error_of_json("[\n  \"MixUp\",\n  {\"name\": \"GradientClp\"}]") ==
      "[callbacks.name] callbacks_from: expected the name of a callback; got 'GradientClp'; at line 3, column 3; write "
      "GradientClip");
  CHECK(contains(error_of_json(R"(["gradient_clip"])"), "write GradientClip"));
  CHECK(contains(error_of_json(R"(["EarlyStopingCallback"])"), "write EarlyStoppingCallback"));
  CHECK(contains(error_of_json(R"(["Tolt"])"), "write Told"));
  auto const far = error_of_json(R"(["Frobnicate"])");
  CHECK(contains(far, "expected one of ActivationStats, BnFreeze, "));
  CHECK(contains(far, "register_callback"));
  CHECK(contains(error_of_json("[\"" + std::string(100000, 'a') + "\"]"), "got 'aaaa"));
  CHECK(contains(error_of_json(R"(["HookCallback"])"), "HookCallback, which needs a function"));
  CHECK(contains(error_of_json(R"(["ParamScheduler"])"), "which needs functions"));
  CHECK(contains(error_of_json(R"(["Recorder"])"), "which every Learner has"));
  CHECK(contains(error_of_json(R"([{"max_norm": 1}])"), "a \"name\" in the object of a callback; got none"));
  for (char const* json : {R"([{"max_norm": 1}])", R"([{}])", R"([""])", R"(["ProgressCallback"])", R"(["\u001b[1m"])"})
    CHECK(key_of_json(json) == "callbacks.name");
}

TEST_CASE("callbacks by name: wrong options say what is known, and wrong values what was expected and where") {
  CHECK(error_of_json(R"([{"name": "GradientClip",
  "max_nrom": 1}])") ==
        "[callbacks.option] GradientClip: expected one of max_norm, norm_type; got 'max_nrom'; at line 2, column 3; "
        "write "
        "max_norm");
  CHECK(contains(error_of_json(R"([{"name": "MCDropout", "p": 1}])"), "MCDropout: expected no options; got 'p'"));
  CHECK(
      error_of_json(R"([{"name": "GradientClip", "max_norm": "0.1"}])") ==
      "[callbacks.value] GradientClip: expected a number for the option 'max_norm'; got \"0.1\"; at line 1, column 27");
  CHECK(contains(error_of_json(R"([{"name": "MixedPrecision", "mode": "fp8"}])"), "expected fp16 or bf16 for"));
  CHECK(contains(error_of_json(R"([{"name": "MixedPrecision", "mode": 16}])"), "expected a text for"));
  CHECK(error_of_json(R"([{"name": "SaveModelCallback", "fname": "x"}])") ==
        "[callbacks.missing] SaveModelCallback: expected the option 'path'; got fname; at line 1, column 2; write "
        "{\"name\": \"SaveModelCallback\", \"path\": ...}");
  for (char const* value : {"0.5", "1e2", "\"a\"", "null", "[1]", "{}", "true", "9223372036854775808"})
    CHECK(key_of_json(R"([{"name": "GradientAccumulation", "n_acc": )" + std::string(value) + "}]") ==
          "callbacks.value");
  CHECK(contains(error_of_json(R"([{"name": "GradientAccumulation", "n_acc": "1"}])"), "expected a whole number for"));
  CHECK(contains(error_of_json(R"([{"name": "CollectData", "max_batches": -1}])"), "a whole number from 0 for"));
  for (char const* value : {"-1", "18446744073709551616", "1.0"})
    CHECK(key_of_json(R"([{"name": "CollectData", "max_batches": )" + std::string(value) + "}]") == "callbacks.value");
  for (char const* option :
       {"\"flag\": 1", "\"number\": true", "\"number\": 1e999", "\"small\": 1e39", "\"whole\": 2147483648",
        "\"text\": null", "\"perhaps\": \"\"", "\"list\": 1", "\"list\": [\"a\"]", "\"list\": [[1]]"})
    CHECK(key_of_json(R"([{"name": "Told", )" + std::string(option) + "}]") == "callbacks.value");
  CHECK(key_of_json(R"([{"name": "CSVLogger", "path": "a\u0000b"}])") == "callbacks.value");

  // Refused by the callback itself, with the place of the entry.
  CHECK(contains(error_of_json(R"(["MixUp", {"name": "GradientClip", "max_norm": 0}])"), "at line 1, column 11"));
  CHECK(key_of_json(R"(["MixUp", {"name": "GradientClip", "max_norm": 0}])") == "gradient_clip.options");
  CHECK(key_of_json(R"([{"name": "MixUp", "alpha": -1}])") == "mix.alpha");
  CHECK(key_of_json(R"([{"name": "ShortEpoch", "pct": 2}])") == "short_epoch.pct");
  CHECK(key_of_json(R"([{"name": "TensorBoard", "folder": ""}])") == "tensorboard.folder");
  CHECK(key_of_json(R"([{"name": "ActivationStats", "every": 0}])") == "activation_stats.options");
  CHECK(key_of_json(R"([{"name": "MixedPrecision", "backoff_factor": 2}])") == "grad_scaler.options");
  CHECK(key_of_json(R"([{"name": "RNNRegularizer", "beta": -1}])") == "rnn_regularizer.options");

  CHECK(contains(error_of_json(R"([{"name": "MixUp", "alpha": 1, "alpha": 1}])"),
                 "'alpha' a second time; at line 1, column 32"));
  for (char const* json : {R"([{"name": "MixUp", "name": "MixUp"}])", R"({"callbacks": [], "callbacks": []})"})
    CHECK(key_of_json(json) == "callbacks.twice");
}

TEST_CASE("callbacks by name: what is no list of callbacks is refused, with its place") {
  for (char const* json :
       {"", " \n", "GradientClip", "\"MixUp\"", "3", "{\"callbacks\": {}}", "{\"callbacks\": \"MixUp\"}",
        "[\"MixUp\",]", "[\"MixUp\"", "[\"MixUp\"] x", "[3]", "[null]", "[[\"MixUp\"]]", "[{\"name\": 3}]",
        "[{\"name\": \"MixUp\", \"alpha\"}]", "[{\"name\": \"MixUp\", \"alpha\": }]", "[{'name': 'MixUp'}]",
        "{\"lr\": nan, \"callbacks\": []}", "[\"\xff\"]"})
    CHECK(key_of_json(json) == "callbacks.json");
  CHECK(
      error_of_json("{\n \"callbacks\": [\n  MixUp]}") ==
      "[callbacks.json] callbacks_from: expected the name of a callback, or an object with it; got MixUp]}; at line 3, "
      "column 3");
  CHECK(contains(error_of_json(""), "got the end of the text"));
  CHECK(key_of_json("{}") == "callbacks.missing");
  CHECK(contains(error_of_json(R"({"calbacks": []})"), "got the keys calbacks"));
  // Deep texts are read without going deep.
  std::string const deep(1000000, '[');
  CHECK(key_of_json("{\"a\": " + deep) == "callbacks.json");
  CHECK(key_of_json("{\"a\": " + deep + std::string(1000000, ']') + "}") == "callbacks.missing");
  CHECK(key_of_json("[{\"name\": \"MixUp\", \"alpha\": " + deep + std::string(1000000, ']') + "}]") ==
        "callbacks.value");

  auto const folder = temporary_folder("by_name");
  CHECK(key_of([&] { callbacks_from(folder / "none.json"); }) == "file.read");
  CHECK(key_of([&] { callbacks_from(folder); }) == "file.read");
  std::ofstream(folder / "bad.json") << "[\n\"MixUp\"\n";
  auto const error = error_of([&] { callbacks_from(folder / "bad.json"); });
  CHECK(contains(error, (folder / "bad.json").string() + ", line 3, column 1"));
  std::filesystem::remove_all(folder);
}
