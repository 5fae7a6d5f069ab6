// A fit that ends anywhere goes on from its last save, bit for bit; files that do not fit change nothing.
#include "../../process.hpp"
#include "resume.hpp"
#include <fastxx/low/io/torch_file.hpp>
#include <fastxx/low/optim/lookahead.hpp>
#include <fastxx/low/optim/optim_wrapper.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/foreign_loaders.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/train/tta.hpp>

#include <csignal>
#include <limits>
#include <map>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Ends the fit at one event of one batch, as a power cut would: no other event comes.
struct Killed {};
struct Kill {
  static constexpr int order = 70;  // before Checkpoint, after the Recorder
  std::string event;
  std::int64_t epoch, batch;

  void at(TrainState const& learn, char const* here, bool in_batch = true) const {
    if (!learn.evaluating && event == here && learn.epoch == epoch && (!in_batch || learn.iter == batch))
      throw Killed();
  }
  void before_batch(TrainState& learn) { at(learn, learn.training ? "before_batch" : "valid_batch"); }
  void after_loss(TrainState& learn) { at(learn, learn.training ? "after_loss" : ""); }
  void after_batch(TrainState& learn) { at(learn, learn.training ? "after_batch" : ""); }
  void before_validate(TrainState& learn) { at(learn, "before_validate", false); }
  void after_epoch(TrainState& learn) { at(learn, "after_epoch", false); }
  void after_fit(TrainState& learn) { at(learn, "after_fit", false); }
};

std::map<std::string, at::Tensor> weights(auto const& learn) { return clone_state(state_dict(*learn.model)); }
bool same(std::map<std::string, at::Tensor> const& a, std::map<std::string, at::Tensor> const& b) {
  for (auto const& [name, tensor] : a)
    if (!b.contains(name) || !at::equal(tensor, b.at(name))) return false;
  return a.size() == b.size();
}

void require_same(auto& learn, auto& whole) {
  CHECK(same(weights(learn), weights(whole)));
  CHECK(learn.recorder().losses == whole.recorder().losses);
  CHECK(learn.recorder().lrs == whole.recorder().lrs);
  CHECK(learn.recorder().iters == whole.recorder().iters);
  CHECK((learn.recorder().values == whole.recorder().values));
  auto const &mine = *learn.template get_cb<resume::Memory>(), &other = *whole.template get_cb<resume::Memory>();
  CHECK(mine.losses == other.losses);
  CHECK(mine.epochs == other.epochs);
  CHECK(mine.fits == other.fits);
  CHECK(at::equal(mine.average, other.average));
  CHECK(learn.train_iter == whole.train_iter);
  CHECK(learn.data_epoch() == whole.data_epoch());
  if constexpr (requires { learn.dls.valid().epoch(); }) CHECK(learn.dls.valid().epoch() == whole.dls.valid().epoch());
}

// Trains until it is killed, then with another learner to the end; how the two compare with one that was not disturbed.
template <class... More>
void kill_and_go_on(auto& whole, std::filesystem::path const& path, std::int64_t every, Kill const& kill, int workers,
                    More... more) {
  CAPTURE(kill.event);
  CAPTURE(kill.epoch);
  CAPTURE(kill.batch);
  std::filesystem::remove(path);
  auto first = resume::learner(workers);
  CHECK_THROWS(resume::train(first, path, every, kill, more...));
  auto second = resume::learner(workers);
  set_seed(99);  // the program has done other things
  for (auto const& batch : second.dls.train()) CHECK(std::get<0>(batch).defined());
  resume::train(second, path, every, more...);
  require_same(second, whole);
}

std::string message(auto const& body) {
  try {
    body();
  } catch (error const& e) {
    return e.what();
  }
  return "";
}
bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a fit that ends at any batch goes on from the last save, bit for bit") {
  resume::Folder const folder;
  auto whole = resume::learner(0);
  resume::train(whole, folder.path / "whole", 1);
  for (std::int64_t epoch = 0; epoch < resume::epochs; ++epoch)
    for (std::int64_t batch = 0; batch < resume::batches; ++batch)
      kill_and_go_on(whole, folder.path / "run", 1 + (batch + epoch) % 3, {"after_loss", epoch, batch}, 0);
}

TEST_CASE("a fit that ends at any event goes on, with workers too") {
  resume::Folder const folder;
  auto whole = resume::learner(2);
  resume::train(whole, folder.path / "whole", 4);
  for (char const* event : {"before_batch", "after_batch", "valid_batch", "before_validate", "after_epoch"})
    kill_and_go_on(whole, folder.path / "run", event == std::string("before_validate") ? 6 : 4, {event, 1, 1}, 2);
  kill_and_go_on(whole, folder.path / "run", 4, {"after_fit", resume::epochs, 0}, 2);
  auto without = resume::learner(0);
  without.fit_one_cycle(resume::epochs, {.lr_max = .05});
  require_same(without, whole);  // and saving changes nothing
}

TEST_CASE("with items left out, and a batch of nothing else, a fit that ends at any batch goes on, bit for bit") {
  resume::Folder const folder;
  for (int const workers : {0, 2}) {
    auto make = [&] { return resume::learner_of(resume::broken_loaders(workers)); };
    auto whole = make();
    resume::train(whole, folder.path / std::to_string(workers), 1);
    CHECK(whole.train_iter == 15);
    CHECK(whole.pct_train == doctest::Approx(1));
    CHECK(whole.recorder().losses.size() == 15);
    CHECK(whole.recorder().skipped.indices == std::vector<std::int64_t>{1, 8, 9, 10, 11});
    CHECK(whole.recorder().skipped.first.at(0) == "item 1: no such point");
    CHECK(whole.recorder().skipped.batches == 1);
    for (std::int64_t const batch : {1, 3, 4}) {
      auto first = make();
      CHECK_THROWS(resume::train(first, folder.path / "run", 1, Kill{"after_loss", 1, batch}));
      auto second = make();
      resume::train(second, folder.path / "run", 1);
      require_same(second, whole);
      std::filesystem::remove(folder.path / "run");
    }
  }
}

TEST_CASE("items that were left out are told after the epoch's row, with their names the first time") {
  auto learn = resume::learner_of(resume::broken_loaders(0));
  learn.fit(1);
  std::FILE* const out = std::tmpfile();
  REQUIRE(out);
  ProgressCallback progress(out);
  progress.after_epoch(learn);
  progress.after_epoch(learn);
  progress.write_row({"epoch", "a_long_name", "loss"});
  progress.write_row({"a sentence leaves the columns where they are"});
  progress.write_row({"0", "1", "2"});
  std::string text(static_cast<std::size_t>(std::ftell(out)), ' ');
  std::rewind(out);
  CHECK(std::fread(text.data(), 1, text.size(), out) == text.size());
  std::fclose(out);
  CHECK(text ==
        "5 items were left out, and 1 batch with them\n  item 1: no such point\n  item 8: no such point\n"
        "  item 9: no such point\n  item 10: no such point\n  item 11: no such point\n"
        "5 items were left out, and 1 batch with them, the same as before\n"
        "epoch     a_long_name  loss\na sentence leaves the columns where they are\n0         1            2\n");
}

TEST_CASE("TR-72 tta: the average of augmented passes blended with the plain predictions, or the largest") {
  auto learn = resume::learner(0);
  auto const plain = learn.get_preds();
  // Each pass by hand: the validation items with the noise of training, of one epoch after the other.
  auto options = learn.dls.valid().options();
  options.split_idx = Split::train;
  auto const noisy = learn.dls.valid().new_with(options);
  std::vector<at::Tensor> passes;
  learn.model->eval();
  at::NoGradGuard const no_grad;
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<at::Tensor> all;
    for (auto& [x, y] : noisy) all.push_back(learn.model->forward(x));
    passes.push_back(at::cat(all));
  }
  CHECK_FALSE(at::allclose(passes[0], passes[1]));
  auto const mean = (passes[0] + passes[1] + passes[2]) / 3;
  auto const blended = learn.tta({.n = 3});
  CHECK(at::allclose(blended.preds, mean * .75 + plain.preds * .25));
  CHECK(at::equal(blended.targs, plain.targs));
  CHECK(at::allclose(learn.tta(learn.dls.valid(), {.n = 3, .beta = 1}).preds, plain.preds));
  auto const largest = at::maximum(at::maximum(passes[0], passes[1]), at::maximum(passes[2], plain.preds));
  CHECK(at::allclose(learn.tta({.n = 3, .use_max = true}).preds, largest));
  CHECK(has(message([&] { learn.tta({.n = 0}); }), "[tta.options]"));
  CHECK(has(message([&] { learn.tta({.beta = 2}); }), "[tta.options]"));
}

TEST_CASE("slow weights and gradients that are accumulated or clipped go on too") {
  resume::Folder const folder;
  auto make = [] {
    auto learn = resume::learner_of(resume::loaders(0));
    learn.opt = AnyOptimizer(ranger().make({learn.model->parameters()}));
    return learn;
  };
  auto const train = [&](auto& learn, char const* name, auto... more) {
    resume::train(learn, folder.path / name, 1, GradientAccumulation(10), GradientClip(.1), std::move(more)...);
  };
  auto whole = make();
  train(whole, "whole");
  for (std::int64_t const batch : {0, 2, 5}) {
    auto first = make();
    CHECK_THROWS(train(first, "run", Kill{"after_loss", 1, batch}));
    auto second = make();
    train(second, "run");
    require_same(second, whole);
    std::filesystem::remove(folder.path / "run");
  }
}

TEST_CASE("gradients that add up over several batches are part of a save") {
  resume::Folder const folder;
  auto whole = resume::learner(0);
  resume::train(whole, folder.path / "whole", 1, resume::Accumulate{});
  for (std::int64_t batch = 1; batch < 5; ++batch)
    kill_and_go_on(whole, folder.path / "run", 1, {"before_batch", 1, batch}, 0, resume::Accumulate{});
}

namespace {
// Reads a batch of its own inside an epoch, which uses up a number of the loader.
struct Peek {
  void after_batch(auto& learn) {
    if (learn.training && learn.iter == 1) CHECK_FALSE(learn.dls.train().begin() == learn.dls.train().end());
  }
};
}  // namespace

TEST_CASE("a callback that reads the training loader itself does not mix up its epochs") {
  resume::Folder const folder;
  auto whole = resume::learner(0);
  resume::train(whole, folder.path / "whole", 1, Peek{});
  CHECK(whole.data_epoch() == 2 * resume::epochs);
  for (std::int64_t batch : {1, 3, 5})
    kill_and_go_on(whole, folder.path / "run", 1, {"before_batch", 1, batch}, 0, Peek{});
}

namespace {
struct NoValidation {
  static constexpr int order = 30;  // before the Recorder
  void before_validate(TrainState& learn) {
    if (learn.epoch == 1) throw CancelValidException();
  }
};
}  // namespace

TEST_CASE("a validation that is cancelled before it begins leaves no numbers, not those of the epoch before") {
  auto learn = resume::learner(0);
  learn.fit(2, {.lr = .01}, callbacks(NoValidation{}));
  CHECK(learn.recorder().values[0][1].has_value());
  CHECK_FALSE(learn.recorder().values[1][1].has_value());
  CHECK_FALSE(learn.recorder().values[1][2].has_value());
}

TEST_CASE("memory: saving every batch keeps the resident size flat" * doctest::skip(sanitized)) {
  resume::Folder const folder;
  auto learn = resume::learner(0, 20000);
  learn.fit(3, {.lr = .01}, callbacks(Checkpoint(folder.path / "first", {.every = 1})));
  auto const first = resident_kb();
  learn.fit(12, {.lr = .01}, callbacks(Checkpoint(folder.path / "second", {.every = 1})));
  CHECK(static_cast<double>(resident_kb()) < 1.02 * static_cast<double>(first));
}

TEST_CASE("a fit that had ended has nothing left to do and leaves its result") {
  resume::Folder const folder;
  auto whole = resume::learner(0);
  resume::train(whole, folder.path / "run", 0);
  auto again = resume::learner(0);
  int rows = 0;
  again.logger = [&rows](auto const&) { ++rows; };
  resume::train(again, folder.path / "run", 0);
  require_same(again, whole);
  CHECK(rows == 1 + resume::epochs);  // the table of the whole fit
  auto anew = resume::learner(0);
  anew.fit(1, {}, callbacks(Checkpoint(folder.path / "run", {.resume = false})));
  CHECK(anew.recorder().losses.size() == resume::batches);
}

namespace {
struct PressCtrlC {
  void after_loss(TrainState& learn) {
    if (learn.training && learn.epoch == 1 && learn.iter == 3) std::raise(SIGINT);
  }
};
struct StopEarly {
  static constexpr int order = 60;
  void after_epoch(TrainState& learn) {
    if (!learn.evaluating && learn.epoch == 1) throw CancelFitException();
  }
};
}  // namespace

TEST_CASE("Ctrl-C saves at its batch and the fit goes on; a fit that stopped early has ended") {
  resume::Folder const folder;
  auto whole = resume::learner(0);
  resume::train(whole, folder.path / "whole", 100);
  auto first = resume::learner(0);
  CHECK_THROWS_AS(resume::train(first, folder.path / "run", 100, PressCtrlC{}), interrupted);
  CHECK(first.recorder().losses.size() == 10);
  auto second = resume::learner(0);
  std::vector<std::string> seen;
  second.logger = [&](std::vector<std::string> const& row) { seen.push_back(row[0] + row.back()); };
  resume::train(second, folder.path / "run", 100);
  require_same(second, whole);
  REQUIRE(seen.size() == 4);
  CHECK(seen[1] == "0saved");

  auto early = resume::learner(0), again = resume::learner(0);
  resume::train(early, folder.path / "early", 4, StopEarly{});
  resume::train(again, folder.path / "early", 4, StopEarly{});
  CHECK(early.recorder().values.size() == 2);
  require_same(again, early);
}

namespace {
// Evaluates in the middle of training, on both loaders: neither its own state nor the batches to come change.
struct Evaluate {
  std::int64_t calls = 0;
  void after_batch(auto& learn) {
    ++calls;
    if (!learn.training || learn.evaluating) return;
    learn.validate();
    learn.validate(learn.dls.train());
    learn.get_preds();
  }
  void serialize(auto& archive) { archive("calls", calls); }
};
struct Count {  // says of itself that it has no state to put back
  std::shared_ptr<int> calls = std::make_shared<int>(0);
  void after_batch(auto&) { ++*calls; }
};
}  // namespace

TEST_CASE("evaluation inside an event puts callbacks with state and the loaders' epochs back") {
  auto plain = resume::learner(0);
  plain.fit(2, {.lr = .01});
  auto with = resume::learner(0);  // seeds the generator
  Count count;
  with.fit(2, {.lr = .01}, callbacks(Evaluate{}, count));
  require_same(with, plain);
  CHECK(*count.calls > 100);

  auto third = resume::learner(0);
  third.add_cb(Evaluate{});
  third.fit(2, {.lr = .01});
  CHECK(third.get_cb<Evaluate>()->calls == 2 * (6 + 2));
  auto const before = third.get_cb<resume::Memory>()->losses;
  third.lr_find({.num_it = 12, .stop_div = false});
  CHECK(third.get_cb<resume::Memory>()->losses == before);
  CHECK(third.get_cb<resume::Memory>()->fits == 1);
}

TEST_CASE("lr_find neither reads nor writes a checkpoint") {
  resume::Folder const folder;
  auto learn = resume::learner(0);
  learn.add_cb(Checkpoint(folder.path / "run"));
  learn.lr_find({.num_it = 12, .stop_div = false});
  CHECK_FALSE(std::filesystem::exists(folder.path / "run"));
  learn.fit(1, {.lr = .01});
  CHECK(std::filesystem::exists(folder.path / "run"));
}

namespace {
// As many items as ever, chosen by a splitter.
auto split_learner(std::uint64_t seed) {
  Learner learn(dataloaders(Datasets(toy::line(32), RandomSplitter{.valid_pct = .25, .seed = seed},
                                     pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{})),
                            {.batch_size = 4, .seed = 5}),
                resume::net(), loss_func(toy::Loss{}));
  learn.logger = [](auto const&) {};
  return learn;
}
}  // namespace

TEST_CASE("a checkpoint of another split is refused, since held-out items would be trained on") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  auto first = split_learner(1);
  CHECK_THROWS(resume::train(first, path, 1, Kill{"before_batch", 1, 2}));
  auto const bytes = read_file(path);
  auto other = split_learner(2);
  auto const before = weights(other);
  auto const text = message([&] { resume::train(other, path, 1); });
  CHECK(has(text, "[checkpoint.other]"));
  CHECK(has(text, "training data"));
  CHECK(has(text, "validation data"));
  CHECK(same(weights(other), before));
  CHECK(read_file(path) == bytes);
  auto again = split_learner(1);
  resume::train(again, path, 1);
  auto whole = split_learner(1);  // seeds the generator
  resume::train(whole, folder.path / "whole", 1);
  CHECK(same(weights(again), weights(whole)));
}

TEST_CASE("a path that is no regular file is one error for Checkpoint, save and load, and none of them waits") {
  resume::Folder const folder;
  auto const pipe = folder.path / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  auto learn = resume::learner(0);
  ::alarm(60);  // what waits ends the program
  CHECK(has(message([&] { resume::train(learn, pipe, 1); }), "got a pipe"));
  CHECK(has(message([&] { learn.fit(1, {}, callbacks(Checkpoint(pipe, {.resume = false}))); }), "got a pipe"));
  CHECK(has(message([&] { learn.load(pipe); }), "got a pipe"));
  CHECK(has(message([&] { learn.save(pipe); }), "got a pipe"));
  CHECK(has(message([&] { resume::train(learn, folder.path, 1); }), "Is a directory"));
  ::alarm(0);
}

TEST_CASE("a checkpoint of another fit is refused in one sentence that says what differs, and nothing changes") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  auto learn = resume::learner(0);
  CHECK_THROWS(resume::train(learn, path, 1, Kill{"before_batch", 1, 2}));
  auto const bytes = read_file(path);
  auto refused = [&](auto other, auto const& fit) {
    other.logger = [](auto const&) {};
    auto const before = weights(other);
    auto const text = message([&] { fit(other); });
    CHECK(same(weights(other), before));
    CHECK(other.recorder().losses.empty());
    CHECK(read_file(path) == bytes);
    return text;
  };
  auto ours = [&](auto& other) { resume::train(other, path, 1); };
  Checkpoint const checkpoint(path, {.every = 1});

  auto text = refused(resume::learner(0), [&](auto& l) { l.fit_one_cycle(4, {.lr_max = .05}, callbacks(checkpoint)); });
  CHECK(has(text, "[checkpoint.other]"));
  CHECK(has(text, "epochs: 4"));
  CHECK(has(text, "epochs: 3"));
  CHECK_FALSE(has(text, "training data"));
  text = refused(resume::learner(0), [&](auto& l) { l.fit_one_cycle(3, {.lr_max = .06}, callbacks(checkpoint)); });
  CHECK(has(text, "schedule of lr"));
  text = refused(resume::learner(0), [&](auto& l) { l.fit(3, {.lr = .05}, callbacks(checkpoint)); });
  CHECK(has(text, "schedule of lr of group 0: none"));
  text = refused(Learner(resume::loaders(0, 6), resume::net(), loss_func(toy::Loss{}), metrics(resume::distance),
                         callbacks(resume::Memory{})),
                 ours);
  CHECK(has(text, "seed 6"));
  CHECK(has(text, "seed 5"));
  text = refused(Learner(resume::loaders(0), resume::net(), loss_func(toy::Loss{}), callbacks(resume::Memory{})), ours);
  CHECK(has(text, "metrics: "));
  text = refused(Learner(resume::loaders(0), resume::net(), loss_func(toy::Loss{}), metrics(resume::distance)), ours);
  CHECK(has(text, "Memory"));
  text = refused(Learner(resume::loaders(0), resume::net(), loss_func(toy::Loss{}), metrics(resume::distance),
                         callbacks(resume::Memory{}), opt_func(SGD{})),
                 ours);
  CHECK(has(text, "hyper-parameter sqr_mom"));
  text = refused(resume::learner(0, 9), ours);
  CHECK(has(text, "[state_dict.mismatch]"));
  CHECK(has(text, "0.weight is (8, 1), in this model (9, 1)"));
}

TEST_CASE("the second fit of a learner needs a file of its own") {
  resume::Folder const folder;
  auto learn = resume::learner(0);
  learn.fit(1, {.lr = .01}, callbacks(Checkpoint(folder.path / "run")));
  auto const text = message([&] { learn.fit(1, {.lr = .01}, callbacks(Checkpoint(folder.path / "run"))); });
  CHECK(has(text, "fit of this learner, number: 2"));
  CHECK(has(text, "file of its own"));
}

TEST_CASE("a damaged checkpoint is one error and changes nothing") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  auto learn = resume::learner(0);
  CHECK_THROWS(resume::train(learn, path, 1, Kill{"before_batch", 1, 2}));
  auto const bytes = read_file(path);
  auto text_for = [&] {
    auto other = resume::learner(0);
    auto const before = weights(other);
    auto const text = message([&] { resume::train(other, path, 1); });
    CHECK(same(weights(other), before));
    CHECK(other.template get_cb<resume::Memory>()->batches == 0);
    CHECK(other.recorder().losses.empty());
    return text;
  };
  for (std::size_t const size : {std::size_t{0}, std::size_t{5}, bytes.size() / 2, bytes.size() - 1}) {
    write_file_atomically(path, bytes.substr(0, size));
    CHECK(has(text_for(), "[safetensors."));
  }
  write_file_atomically(path, bytes);
  auto good = load_safetensors(path);
  good.metadata.erase("fastxx.crc32");  // what is changed here is to be found without it
  auto with = [&](auto const& change) {
    SafeTensors file = good;
    change(file);
    save_safetensors(path, file);
    return text_for();
  };
  CHECK(has(with([](auto& file) { file.metadata["position.epoch"] = "-1"; }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.metadata["position.batch"] = "7"; }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.metadata["position.frozen"] = "9"; }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.metadata["position.epoch"] = "\"x\""; }), "[state.value]"));
  CHECK(has(with([](auto& file) { file.metadata.erase("fastxx.training"); }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.tensors["random.cpu"] = at::zeros({8}, at::kByte); }), "generator"));
  CHECK(has(with([](auto& file) { file.tensors.erase("random.cpu"); }), "random.cpu"));
  CHECK(has(with([](auto& file) { file.tensors.erase("optimizer.archive"); }), "optimizer.archive"));
  CHECK(has(with([](auto& file) { file.tensors.erase("optimizer.0.hyper.lr"); }), "[optimizer.state]"));
  CHECK(has(with([](auto& file) { file.tensors["optimizer.0.99.grad_avg"] = at::zeros({1}); }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.tensors["optimizer.0.0.grad_avg"] = at::zeros({1}); }), "[optimizer.state]"));
  CHECK(has(with([](auto& file) { file.tensors["recorder.values.lengths"] = at::full({1}, 1L << 62, at::kLong); }),
            "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.tensors["recorder.lrs"] = at::zeros({2, 2}); }), "[checkpoint.file]"));
  CHECK(has(with([](auto& file) { file.tensors["grad.0.weight"] = at::zeros({1}); }), "[checkpoint.file]"));
  for (char const* count : {"train_iter", "data_epoch", "next_data_epoch", "valid_epoch"})
    for (char const* value : {"-1", "9223372036854775807"})  // the next number of which is undefined
      CHECK(
          has(with([&](auto& file) { file.metadata[std::string("position.") + count] = value; }), "[checkpoint.file]"));
  for (char const* share : {"-0.5", "2.0", R"({"number":"nan"})"})
    CHECK(has(with([&](auto& file) { file.metadata["position.pct_train"] = share; }), "[checkpoint.file]"));
  auto const of_recorder = [&](char const* name, at::Tensor const& tensor) {
    return with([&](auto& file) { file.tensors[std::string("recorder.") + name] = tensor; });
  };
  CHECK(has(of_recorder("iters", at::zeros({0}, at::kLong)), "a row for each of recorder.iters; got 0 and 1"));
  CHECK(has(of_recorder("iters", at::full({1}, -1, at::kLong)), "recorder.iters; got -1"));
  CHECK(has(of_recorder("iters", at::full({1}, 1000, at::kLong)), "recorder.iters; got 1000"));
  CHECK(has(of_recorder("values.lengths", at::ones({1}, at::kLong)), "two losses in each row"));
  CHECK(has(of_recorder("lrs", at::zeros({1}, at::kDouble)), "as many learning rates as losses"));
  for (std::int64_t const step : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()})
    CHECK(has(with([&](auto& file) {
                file.tensors["optimizer.0.steps"] = at::full_like(good.tensors.at("optimizer.0.steps"), step);
              }),
              "a number of steps"));
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(has(with([&](auto& file) { file.tensors["optimizer.0.hyper.lr"] = at::full({1}, nan, at::kDouble); }), "nan"));
  CHECK(
      has(with([](auto& file) { file.metadata["fit.epochs"] = "\x1b[2J\nerror: none"; }), "\\x1b[2J\\x0aerror: none"));
  CHECK(with([](auto& file) {
          for (int i = 0; i < 1000; ++i) file.metadata["fit." + std::to_string(i)] = std::string(1000, 'x');
        }).size() < 10'000);
  CHECK(has(with([](auto& file) { file.tensors["model.0.weight"] = at::zeros({8, 1}, at::kDouble); }), "Double"));
  // The first of two parts fits, the second does not: the first is put back.
  CHECK(has(with([](auto& file) { file.metadata.erase("part.0.losses"); }), "[state.missing]"));
  save_safetensors(path, good);
  auto third = resume::learner(0);
  resume::train(third, path, 1);  // and the good file still serves
  CHECK(third.recorder().values.size() == resume::epochs);
}

TEST_CASE("a foreign training loader: saved between epochs only, and refused in one sentence otherwise") {
  resume::Folder const folder;
  std::vector<std::tuple<at::Tensor, at::Tensor>> const data(6, {at::ones({4, 1}), at::ones({4, 1})});
  auto make = [&] {
    Learner learn(loaders_of(data, data), resume::net(), loss_func(toy::Loss{}), metrics(resume::distance),
                  callbacks(resume::Memory{}));
    learn.logger = [](auto const&) {};
    return learn;
  };
  auto learn = make();
  auto const text = message([&] { resume::train(learn, folder.path / "run", 1); });
  CHECK(has(text, "[checkpoint.foreign]"));
  CHECK(has(text, "{.every = 0}"));
  auto whole = make();
  resume::train(whole, folder.path / "whole", 0);
  auto first = make();
  CHECK_THROWS(resume::train(first, folder.path / "run", 0, Kill{"after_loss", 1, 2}));
  auto second = make();
  resume::train(second, folder.path / "run", 0);
  CHECK(same(weights(second), weights(whole)));
  CHECK(second.recorder().losses == whole.recorder().losses);
}

TEST_CASE("a full disk ends the fit with one error, where that is wanted, and leaves the last save whole") {
  resume::Folder const folder;
  auto const path = folder.path / "run";
  auto learn = resume::learner(0);
  CHECK_THROWS(resume::train(learn, path, 1, Kill{"before_batch", 1, 2}));
  auto const bytes = read_file(path);
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit const small{4096, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  auto second = resume::learner(0);
  Checkpoint const stops(path, {.every = 1, .on_write_error = OnWriteError::stop});
  auto const text = message([&] { second.fit_one_cycle(resume::epochs, {.lr_max = .05}, callbacks(stops)); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(has(text, "[file.write]"));
  CHECK(read_file(path) == bytes);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path), {}) == 1);  // no temporary stays
  auto whole = resume::learner(0), third = resume::learner(0);
  resume::train(whole, folder.path / "whole", 1);
  resume::train(third, path, 1);
  require_same(third, whole);
}

namespace {
struct Best {  // over all epochs
  mutable double best = 1e9;
  double now = 0;
  void reset() { now = 0; }
  void accumulate(TrainState const& learn) { now += learn.loss_value(); }
  MetricValue value() const { return best = std::min(best, now); }
  static std::string name() { return "best"; }
  void serialize(auto& archive) { archive("best", best); }
};
}  // namespace

TEST_CASE("frozen groups, an optimizer of libtorch, and a metric with state go on too") {
  resume::Folder const folder;
  auto make = [] {
    Learner learn(resume::loaders(0), resume::net(), loss_func(toy::Loss{}), metrics(resume::distance, Best{}),
                  opt_func(TorchOptimizer<torch::optim::SGD>{torch::optim::SGDOptions(.01).momentum(.9)}),
                  callbacks(resume::Memory{}), splitter([](Sequential const& net) {
                    return Optimizer::Groups{net->children()[0]->parameters(), net->children()[3]->parameters()};
                  }));
    learn.logger = [](auto const&) {};
    learn.freeze();
    return learn;
  };
  auto whole = make();
  resume::train(whole, folder.path / "whole", 1);
  auto first = make();
  CHECK_THROWS(resume::train(first, folder.path / "run", 1, Kill{"before_batch", 1, 2}));
  auto second = make();
  second.unfreeze();
  resume::train(second, folder.path / "run", 1);
  require_same(second, whole);
  CHECK(second.opt->frozen_idx() == 1);

  // libtorch crashes at some damaged states of its optimizers, so it does not see them.
  auto good = load_safetensors(folder.path / "run");
  good.metadata.erase("fastxx.crc32");
  auto refusal = [&](auto const& change) {
    SafeTensors file = good;
    change(file);
    save_safetensors(folder.path / "run", file);
    auto third = make();
    return message([&] { resume::train(third, folder.path / "run", 1); });
  };
  CHECK(refusal([](auto&) {}).empty());
  CHECK(has(refusal([](auto& file) {
              auto& archive = file.tensors.at("optimizer.archive");
              archive = archive.clone();
              archive[archive.numel() / 2] += 1;
            }),
            "expected the bytes of a foreign optimizer with their checksum"));
  CHECK(has(refusal([](auto& file) { file.metadata.erase("optimizer.archive.crc32"); }), "with their checksum"));
}

TEST_CASE(
    "learn.save and learn.load: weights and the optimizer's state; what does not fit is named and changes nothing") {
  resume::Folder const folder;
  auto const path = folder.path / "model.safetensors";
  auto learn = resume::learner(0);
  learn.fit(1, {.lr = .01});
  learn.save(path);
  auto other = resume::learner(0);
  other.load(path);
  CHECK(same(weights(other), weights(learn)));
  auto const mine = learn.opt->state_dict().groups[0], theirs = other.opt->state_dict().groups[0];
  CHECK(mine.hypers == theirs.hypers);
  CHECK(mine.parameters[0].step == 6);
  CHECK(theirs.parameters[0].step == 6);
  CHECK(at::equal(mine.parameters[0].tensors.at("grad_avg"), theirs.parameters[0].tensors.at("grad_avg")));

  learn.save(path, {.with_opt = false});
  CHECK(has(message([&] { other.load(path); }), "[load.optimizer]"));
  auto third = resume::learner(0);
  third.load(path, {.with_opt = false});
  CHECK(same(weights(third), weights(learn)));
  CHECK_FALSE(third.opt);

  auto larger = resume::learner(0, 9);
  auto const before = weights(larger);
  CHECK(has(message([&] { larger.load(path, {.with_opt = false, .strict = false}); }),
            "0.weight is (8, 1), in this model (9, 1)"));
  CHECK(same(weights(larger), before));

  // What export_to writes has weights among other things.
  SafeTensors exported{.metadata = {{"fastxx.format", "2"}}};
  for (auto const& [name, tensor] : weights(learn)) exported.tensors["model." + name] = tensor;
  exported.tensors["before.mean"] = at::zeros({3});
  save_safetensors(path, exported);
  auto fourth = resume::learner(0);
  fourth.load(path, {.with_opt = false});
  CHECK(same(weights(fourth), weights(learn)));

  // What Python's torch.save wrote, of whatever name.
  save_torch(path, weights(learn));
  auto fifth = resume::learner(0);
  CHECK(has(message([&] { fifth.load(path, {.with_opt = true}); }), "[load.optimizer]"));
  fifth.load(path);
  CHECK(same(weights(fifth), weights(learn)));

  // A bare file, as Python writes it, of which the model has a part.
  save_safetensors(path, {.tensors = {{"0.weight", at::full({8, 1}, 7.F)}, {"head.bias", at::zeros({2})}}});
  auto const text = message([&] { third.load(path, {.with_opt = false}); });
  CHECK(has(text, "0.bias is missing"));
  CHECK(has(text, "unexpected head.bias"));
  CHECK(has(text, "model.safetensors"));
  third.load(path, {.with_opt = false, .strict = false});
  CHECK(third.model->parameters()[0].eq(7).all().item<bool>());
  CHECK(at::equal(weights(third).at("0.bias"), weights(learn).at("0.bias")));
}

TEST_CASE("learn.save: a name that ends in .pth or .pt makes a file for PyTorch, of weights alone") {
  resume::Folder const folder;
  auto learn = resume::learner(0);
  learn.fit(1, {.lr = .01});
  for (auto const* name : {"model.pth", "model.pt", "MODEL.PTH"}) {
    auto const path = folder.path / name;
    CHECK(has(message([&] { learn.load(path); }), "[torch_file.open]"));  // there is none yet
    CHECK(has(message([&] { learn.save(path, {.with_opt = true}); }), "[save.torch_optimizer]"));
    CHECK_FALSE(std::filesystem::exists(path));
    learn.save(path);
    CHECK(same(load_torch_tensors(path), weights(learn)));
    auto other = resume::learner(0);
    other.load(path);
    CHECK(same(weights(other), weights(learn)));
  }
  learn.save(folder.path / "model", {.with_opt = true});
  CHECK(load_safetensors(folder.path / "model").tensors.contains("optimizer.archive"));
}
