// Callbacks that keep what a training was: pictures, predictions, event files.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include "learner.hpp"
#include <fastxx/low/io/event_file.hpp>
#include <fastxx/low/nn/carries_state.hpp>
#include <fastxx/low/plot/terminal_lines.hpp>
#include <fastxx/mid/callbacks/collect.hpp>
#include <fastxx/mid/callbacks/rnn.hpp>
#include <fastxx/mid/callbacks/tensorboard.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>
#include <fastxx/mid/inspect/plot_loss.hpp>
#include <fastxx/mid/inspect/show_graph.hpp>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <stdexcept>
#include <string>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// A terminal of a size, and all that was written to it.
class Terminal {
 public:
  Terminal(unsigned short columns, unsigned short rows) : master_(::posix_openpt(O_RDWR | O_NOCTTY)) {
    REQUIRE(master_ >= 0);
    REQUIRE(::grantpt(master_) == 0);
    REQUIRE(::unlockpt(master_) == 0);
    winsize size{};
    size.ws_col = columns, size.ws_row = rows;
    out = std::fopen(::ptsname(master_), "w");
    REQUIRE(out);
    ::ioctl(fileno(out), TIOCSWINSZ, &size);
    reader_ = std::thread([this] {
      char bytes[4096];
      for (ssize_t n; (n = ::read(master_, bytes, sizeof bytes)) > 0;) text_.append(bytes, static_cast<std::size_t>(n));
    });
  }
  ~Terminal() {
    close();
    ::close(master_);
  }
  std::string const& text() {
    close();
    return text_;
  }

  std::FILE* out;

 private:
  void close() {
    if (out) std::fclose(std::exchange(out, nullptr)), reader_.join();
  }
  int master_;
  std::string text_ = {};
  std::thread reader_;
};

// What a terminal shows: the few escape sequences that fastxx writes are obeyed, everything else is written.
std::vector<std::string> screen(std::string const& bytes) {
  std::vector<std::vector<std::string>> lines(1);
  std::size_t row = 0, column = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto const byte = static_cast<unsigned char>(bytes[i]);
    if (byte == '\r') {
      column = 0;
    } else if (byte == '\n') {
      if (++row == lines.size()) lines.emplace_back();
    } else if (byte == '\033') {
      std::size_t const end = bytes.find_first_of("AJKm", i);
      if (bytes[end] == 'A') row -= static_cast<std::size_t>(std::stoi(bytes.substr(i + 2)));
      if (bytes[end] == 'J') lines.resize(row + 1);
      if (bytes[end] == 'J' || bytes[end] == 'K') lines[row].resize(std::min(column, lines[row].size()));
      i = end;
    } else if ((byte & 0xC0) == 0x80) {
      lines[row][column - 1] += bytes[i];  // the rest of a character
    } else {
      if (lines[row].size() <= column) lines[row].resize(column + 1, " ");
      lines[row][column++] = std::string(1, bytes[i]);
    }
  }
  std::vector<std::string> text;
  for (auto const& line : lines) text.push_back(std::accumulate(line.begin(), line.end(), std::string()));
  return text;
}

// A FILE whose text can be read.
struct Messages {
  char* bytes = nullptr;
  std::size_t size = 0;
  std::FILE* out = ::open_memstream(&bytes, &size);
  ~Messages() { std::fclose(out), std::free(bytes); }
  std::string text() { return std::fflush(out), std::string(bytes, size); }
};

struct At2 {
  std::function<void(TrainState&)> epoch;
  static constexpr int order = CallbackOrder::checkpoint;
  void after_epoch(TrainState& learn) {
    if (!learn.evaluating) epoch(learn);
  }
};

std::size_t count_of(std::string const& text, std::string const& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_CASE("terminal_lines: a rising line is dots from corner to corner, with its numbers and its name") {
  auto const text =
      terminal_lines({{.name = "up", .x = {0, 7}, .y = {-1, 3}}}, {.columns = 30, .rows = 2, .colour = false});
  REQUIRE(text.size() == 3);
  // 18 characters of 2 x 4 dots: dot x is at height x / 5, rounded.
  CHECK(text[0] == "         3 ┤         ⣀⣀⡠⠤⠤⠒⠒⠊⠉");
  CHECK(text[1] == "        -1 ┤⣀⡠⠤⠤⠒⠒⠊⠉⠉");
  CHECK(text[2] == "            0  ━ up          7");
  auto const coloured = terminal_lines({{.y = {1, 1}}, {.y = {2, 2}}}, {.columns = 30, .rows = 2});
  CHECK(contains(coloured[0], "\033[33m⠉"));
  CHECK(contains(coloured[1], "\033[34m⣀"));
  CHECK(coloured[0].ends_with("\033[0m"));
}

TEST_CASE("terminal_lines: gaps, single points, nothing at all, numbers as large as they go") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  auto const gap = terminal_lines({{.y = {0, nan, 0}}}, {.columns = 30, .rows = 2, .colour = false});
  CHECK(contains(gap[0] + gap[1], "⡀"));
  CHECK(count_of(gap[0] + gap[1], "⣀") == 0);  // no line over the gap
  CHECK(terminal_lines({}, {.columns = 30, .rows = 3, .colour = false}).size() == 4);
  CHECK(terminal_lines({{.y = {nan, inf}}}, {}).size() == 11);
  auto const large = terminal_lines({{.y = {-1e308, 1e308, inf, 0}}}, {.columns = 40, .rows = 4, .colour = false});
  CHECK(contains(large[0], "e+300"));
  std::vector<double> many(100000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::sin(static_cast<double>(i));
  for (auto const& line : terminal_lines({{.y = many}}, {.columns = 60, .rows = 5, .colour = false}))
    CHECK(count_of(line, "\xe2") <= 49);
  CHECK(key_of([] { terminal_lines({}, {.columns = 29}); }) == "plot.size");
  CHECK(key_of([] { terminal_lines({}, {.rows = 1}); }) == "plot.size");
  CHECK(key_of([] { terminal_lines({{.x = {1}, .y = {1, 2}}}); }) == "plot.series");
}

TEST_CASE("ShowGraph: a picture after each epoch; where there is no terminal nothing else is written") {
  auto const folder = temporary_folder("show_graph");
  auto const path = folder / "deeper" / "loss.png";
  auto learn = regression();
  Messages out, err;
  std::vector<bool> there;
  std::vector<std::filesystem::file_time_type> times;
  learn.fit(2, .1, callbacks(ShowGraph(path, {.terminal = out.out, .messages = err.out}), At2{[&](auto&) {
                               there.push_back(std::filesystem::exists(path));
                               times.push_back(std::filesystem::last_write_time(path));
                             }}));
  CHECK(there == std::vector<bool>{true, true});
  CHECK(times[0] < times[1]);
  CHECK(out.text().empty());
  CHECK(err.text().empty());
  CHECK(text_of(path).starts_with("\x89PNG"));
  CHECK(std::distance(std::filesystem::directory_iterator(folder / "deeper"), {}) == 1);
  std::filesystem::remove(path);
  learn.add_cb(ShowGraph(path, {.terminal = out.out}));
  learn.validate();
  learn.lr_find({.num_it = 20});
  CHECK_FALSE(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

TEST_CASE("ShowGraph: on a terminal the curves stand below the table, once, and stay at the end") {
  auto const folder = temporary_folder("show_graph_live");
  Terminal terminal(90, 24);
  auto learn = regression(20);
  learn.logger = [&](auto const& row) { std::fprintf(terminal.out, "%s\n", row[0].c_str()); };
  learn.fit(3, .1, callbacks(ShowGraph(folder / "loss.png", {.terminal = terminal.out})));
  auto const shown = screen(terminal.text());
  REQUIRE(shown.size() == 4 + 13 + 1);  // the table, the curves, and the line where the cursor is
  CHECK(shown[0] == "epoch");
  CHECK(shown[3] == "2");
  CHECK(contains(shown[4], "┤"));
  CHECK(contains(shown[16], "━ train"));
  CHECK(contains(shown[16], "━ valid"));
  CHECK(shown[17].empty());
  CHECK(count_of(terminal.text(), "━ train") == 4);  // after each epoch and at the end
  std::filesystem::remove_all(folder);
}

TEST_CASE("ShowGraph: the curves go when an error ends the fit; a terminal too small for them has none") {
  auto const folder = temporary_folder("show_graph_error");
  auto learn = regression();
  Terminal terminal(90, 24), small(90, 8);
  auto const stop = At2{[](auto&) { throw std::runtime_error("the user's own"); }};
  CHECK(contains(
      error_of([&] { learn.fit(2, .1, callbacks(ShowGraph(folder / "a.png", {.terminal = terminal.out}), stop)); }),
      "the user's own"));
  CHECK(contains(terminal.text(), "━ train"));
  CHECK(screen(terminal.text()) == std::vector<std::string>{""});
  learn.fit(1, .1, callbacks(ShowGraph(folder / "a.png", {.terminal = small.out})));
  CHECK(small.text().empty());
  std::filesystem::remove_all(folder);
}

TEST_CASE("ShowGraph: where there can be no picture it says so once and the fit goes on") {
  auto learn = regression();
  Messages err;
  learn.fit(3, .1, callbacks(ShowGraph("/proc/none/loss.png", {.messages = err.out})));
  CHECK(learn.recorder().values.size() == 3);
  CHECK(count_of(err.text(), "ShowGraph") == 1);
  CHECK(count_of(err.text(), "\n") == 1);
  CHECK(contains(err.text(), "/proc/none"));
  std::string const path = std::getenv("PATH");
  ::setenv("PATH", "/nowhere", 1);
  Messages missing;
  learn.fit(2, .1, callbacks(ShowGraph("loss.png", {.messages = missing.out})));
  ::setenv("PATH", path.c_str(), 1);
  CHECK(count_of(missing.text(), "gnuplot") >= 1);
  CHECK(count_of(missing.text(), "\n") == 1);
  CHECK_FALSE(std::filesystem::exists("loss.png"));
  learn.ranks.rank = 1;  // rank 0 has the picture
  Messages other;
  learn.fit(1, .1, callbacks(ShowGraph("/proc/none/loss.png", {.messages = other.out})));
  CHECK(other.text().empty());
  CHECK(key_of([] { ShowGraph(""); }) == "show_graph.options");
  CHECK(key_of([] { ShowGraph("a.png", {.terminal = nullptr}); }) == "show_graph.options");
}

TEST_CASE("Recorder: what a schedule set is kept batch by batch, of the last fit alone, and drawn") {
  auto const folder = temporary_folder("plot_sched");
  auto learn = regression(5);
  auto& recorder = learn.recorder();
  learn.fit_one_cycle(2, .4);
  REQUIRE(recorder.hps.size() == 2);
  REQUIRE(recorder.hps.at("lr").size() == 10);
  CHECK(recorder.hps.at("lr") == recorder.lrs);
  // One cycle by hand: cosines from lr/25 over lr to lr/1e5, and from .95 over .85 back.
  for (int i = 0; i < 10; ++i) {
    double const pos = i / 10., up = (1 - std::cos(M_PI * pos / .25)) / 2,
                 down = (1 - std::cos(M_PI * (pos - .25) / .75)) / 2;
    double const lr = pos < .25 ? .4 / 25 + (.4 - .4 / 25) * up : .4 + (.4 / 1e5 - .4) * down;
    double const mom = pos < .25 ? .95 - .1 * up : .85 + .1 * down;
    CHECK(recorder.hps.at("lr")[static_cast<std::size_t>(i)] == doctest::Approx(lr));
    CHECK(recorder.hps.at("mom")[static_cast<std::size_t>(i)] == doctest::Approx(mom));
  }
  learn.validate();
  CHECK(recorder.hps.at("mom").size() == 10);
  CHECK(recorder.plot_sched(folder / "all.png") == (folder / "all.png").string());
  recorder.plot_sched(folder / "one.png", {"mom"});
  CHECK(std::filesystem::file_size(folder / "all.png") > std::filesystem::file_size(folder / "one.png"));
  CHECK(contains(error_of([&] { recorder.plot_sched(folder / "x.png", {"wd"}); }), "lr, mom"));
  learn.lr_find({.num_it = 20});
  CHECK(recorder.hps.at("lr").size() == 10);
  learn.fit(1, .1);
  CHECK(recorder.hps.empty());
  CHECK(key_of([&] { recorder.plot_sched(folder / "x.png"); }) == "recorder.no_schedule");
  CHECK_FALSE(std::filesystem::exists(folder / "x.png"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("Recorder: losses and metrics epoch by epoch are drawn; before any there is one sentence") {
  auto const folder = temporary_folder("plot_metrics");
  auto learn = regression(5);
  CHECK(key_of([&] { learn.recorder().plot_metrics(folder / "x.png"); }) == "recorder.no_epochs");
  learn.fit(1, .1);
  learn.recorder().plot_metrics(folder / "one.png");
  CHECK(std::filesystem::file_size(folder / "one.png") > 2000);
  // Two metrics make two panels more: three in rows of two.
  auto more = learner(learn.dls.train(), learn.dls.train(), linear(3, 1), MSELossFlat{},
                      metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); },
                              [](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().max(); }));
  more.fit(4, .1);
  more.recorder().plot_metrics(folder / "three.png");
  CHECK(std::filesystem::file_size(folder / "three.png") > std::filesystem::file_size(folder / "one.png"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("CollectData: each batch of training and validation with prediction and loss; evaluations are left out") {
  auto learn = regression(3);
  CollectData const collected;
  learn.fit(2, .1, callbacks(collected));
  auto const& all = collected.batches();
  REQUIRE(all.size() == 12);
  CHECK(collected.complete());
  for (std::size_t i = 0; i < 12; ++i) {
    auto const& [x, y] = learn.dls.train()[i % 3];
    CHECK(all[i].training == (i % 6 < 3));
    REQUIRE(all[i].inputs.size() == 1);
    CHECK(at::equal(all[i].inputs[0], x));
    CHECK(at::equal(all[i].targets.at(0), y));
    CHECK(all[i].loss.item<double>() == doctest::Approx(at::mse_loss(all[i].pred, y).item<double>()));
    CHECK_FALSE(all[i].pred.requires_grad());
  }
  CHECK(*learn.recorder().values[1][1] ==
        doctest::Approx((all[9].loss + all[10].loss + all[11].loss).item<double>() / 3));
  learn.add_cb(collected);
  learn.validate();
  learn.lr_find({.num_it = 20});
  CHECK(collected.batches().size() == 12);
  // A copy of the batch, not the loader's own memory.
  auto const before = all[0].inputs[0].clone();
  std::get<0>(learn.dls.train()[0]).add_(1);
  CHECK(at::equal(collected.batches()[0].inputs[0], before));
  learn.remove_cb<CollectData>();
  CollectData const few({.max_batches = 4});
  learn.fit(1, .1, callbacks(few));
  CHECK(few.batches().size() == 4);
  CHECK_FALSE(few.complete());
  learn.fit(2, .1, callbacks(collected));
  CHECK(collected.batches().size() == 12);  // of the last fit alone
}

TEST_CASE("CollectData: of a batch that is cancelled there is what it came to") {
  struct CancelAtPred {
    void after_pred(TrainState&) { throw CancelBatchException(); }
  };
  auto learn = regression(1);
  CollectData const collected;
  learn.fit(1, .1, callbacks(collected, CancelAtPred{}));
  REQUIRE(collected.batches().size() == 2);
  CHECK(collected.batches()[0].pred.defined());
  CHECK_FALSE(collected.batches()[0].loss.defined());
}

TEST_CASE("FetchPreds: what get_preds gives, after each validation; of training items, or of a loader of one's own") {
  auto learn = regression(3);
  Batches const own{{points(2, 3), points(2, 1)}};
  FetchPreds const valid, train(FetchPredsOptions{.train = true, .with = {.with_input = true}});
  FetchPreds const mine(own);
  std::vector<at::Tensor> by_hand;
  learn.fit(2, .1, callbacks(valid, train, mine, At2{[&](auto&) { by_hand.push_back(valid.preds().preds); }}));
  CHECK(at::equal(valid.preds().preds, learn.get_preds().preds));
  CHECK(at::equal(train.preds().preds, learn.get_preds(learn.dls.train()).preds));
  CHECK(train.preds().inputs.size() == 1);
  CHECK(valid.preds().inputs.empty());
  CHECK(at::equal(mine.preds().preds, learn.model->forward(points(2, 3))));
  REQUIRE(by_hand.size() == 2);
  CHECK_FALSE(at::equal(by_hand[0], by_hand[1]));
  // The fit is the same with them and without.
  auto plain = regression(3);
  plain.fit(2, .1);
  CHECK(at::equal(plain.model->parameters()[0], learn.model->parameters()[0]));
  CHECK(plain.recorder().losses == learn.recorder().losses);
  auto const before = valid.preds().preds;
  learn.add_cb(valid);
  learn.validate();
  learn.lr_find({.num_it = 20});
  CHECK(valid.preds().preds.is_same(before));
  auto none = learner(learn.dls.train(), {}, linear(3, 1), MSELossFlat{});
  CHECK(contains(error_of([&] { none.fit(1, .1, callbacks(FetchPreds())); }), "[predictions.none]"));
}

namespace {

using ThreeOutputs = std::tuple<at::Tensor, std::vector<at::Tensor>, std::vector<at::Tensor>>;

// Prediction, raw outputs, outputs after a dropout that doubles; counts what is asked of it.
struct RecurrentToyImpl : torch::nn::Module, CarriesState {
  RecurrentToyImpl() {
    layer = register_module("layer", torch::nn::Linear(2, 3));
    torch::NoGradGuard const guard;
    layer->weight.copy_(at::arange(6, at::kFloat).view({3, 2}) / 10);
    layer->bias.zero_();
  }
  ThreeOutputs forward(at::Tensor const& x) {
    ++carried;
    at::Tensor const raw = layer->forward(x);
    return {raw.mean({1, 2}).unsqueeze(1), {raw * 0, raw}, {raw * 0, raw * 2}};
  }
  void reset_state() override { seen.push_back(std::exchange(carried, 0)); }
  torch::nn::Linear layer{nullptr};
  int carried = 7;
  std::vector<int> seen = {};  // what was carried when it was reset
};
TORCH_MODULE(RecurrentToy);

auto recurrent() {
  Batches const batches{
      {at::arange(24, at::kFloat).view({3, 4, 2}).div(10).sin(), at::arange(3, at::kFloat).view({3, 1})}};
  Learner learn(loaders_of(batches, batches), RecurrentToy(), loss_func(MSELossFlat{}), opt_func(SGD{}));
  toy::quiet(learn);
  return learn;
}

struct ValidateAtPred {
  static constexpr bool run_valid = false;
  static constexpr int order = CallbackOrder::none + 1;  // behind RNNCallback
  void after_pred(auto& learn) { learn.validate(); }
};
struct FlatOutputs {
  static constexpr int order = CallbackOrder::none;
  static constexpr bool run_valid = false;
  void after_loss(TrainState& state) { state.get_cb<RNNCallback>()->raw_out = at::ones({3}); }
};
struct OneStep {
  static constexpr int order = CallbackOrder::none;
  static constexpr bool run_valid = false;
  double* loss_grad;
  void after_loss(TrainState& state) { state.get_cb<RNNCallback>()->raw_out = at::ones({3, 1, 2}); }
  void after_backward(TrainState& state) { *loss_grad = state.loss_grad.item<double>(); }
};
struct LookAtLoss {
  double* loss_grad;
  bool* kept;
  static constexpr bool run_valid = false;
  static constexpr int order = CallbackOrder::gradient_clip;
  void after_loss(TrainState& learn) { *loss_grad = learn.loss_grad.item<double>(); }
  void after_batch(TrainState& learn) { *kept = learn.get_cb<RNNCallback>()->out.defined(); }
};

}  // namespace

TEST_CASE(
    "rnn_cbs: the losses with alpha and beta are fastai's (tests/parity/rnn.py); nothing is kept behind a batch") {
  double const expected[4][3] = {
      {0, 0, 0.9121749997138977}, {2, 0, 2.6082231998443604}, {0, 5, 0.9405017495155334}, {2, 5, 2.636549949645996}};
  for (auto const& [alpha, beta, loss] : expected) {
    auto learn = recurrent();
    double loss_grad = 0;
    bool kept = true;
    learn.add_cb(LookAtLoss{&loss_grad, &kept});
    learn.fit(1, 0., rnn_cbs(alpha, beta));
    CHECK(loss_grad == doctest::Approx(loss).epsilon(1e-6));
    CHECK_FALSE(kept);
    CHECK(learn.recorder().losses[0] == doctest::Approx(0.9121749997138977).epsilon(1e-6));
    // From 7 at the start, a batch of training, a batch of validation.
    CHECK(learn.model->seen == std::vector<int>{7, 1, 1});
  }
}

TEST_CASE("rnn_cbs: the penalty is trained, in training alone; an evaluation in a batch leaves its outputs") {
  auto plain = recurrent(), penalised = recurrent(), busy = recurrent();
  plain.fit(1, .1, rnn_cbs());
  penalised.fit(1, .1, rnn_cbs(2, 5));
  busy.add_cb(ValidateAtPred{});
  busy.fit(1, .1, rnn_cbs(2, 5));
  auto by_name = recurrent();
  by_name.fit(1, .1, callbacks_from_json(R"(["ModelResetter", "RNNCallback",
                                             {"name": "RNNRegularizer", "alpha": 2, "beta": 5}])"));
  auto const weight = [](auto& learn) { return learn.model->layer->weight; };
  CHECK_FALSE(at::allclose(weight(plain), weight(penalised)));
  CHECK(at::equal(weight(busy), weight(penalised)));
  CHECK(at::equal(weight(by_name), weight(penalised)));
  CHECK(*plain.validate()[0] > 0);
  CHECK(*penalised.recorder().values[0][1] == doctest::Approx(*penalised.validate()[0]));
}

TEST_CASE("RNNRegularizer, ModelResetter: what cannot be is one sentence") {
  CHECK(key_of([] { RNNRegularizer(-1, 0); }) == "rnn_regularizer.options");
  CHECK(key_of([] { RNNRegularizer(0, std::nan("")); }) == "rnn_regularizer.options");
  auto learn = regression(1);
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(ModelResetter{})); }), "[model_resetter.none]"));
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(RNNRegularizer(1))); }), "[rnn_regularizer.no_outputs]"));
  learn.fit(1, .1, callbacks(RNNRegularizer()));  // nothing to add
  auto net = recurrent();
  CHECK(contains(
      error_of([&] { net.fit(1, .1, callbacks(ModelResetter{}, RNNCallback{}, FlatOutputs{}, RNNRegularizer(0, 1))); }),
      "[rnn_regularizer.shape]"));
  // One step in time has no differences.
  double loss_grad = 0;
  net.fit(1, 0., callbacks(RNNCallback{}, OneStep{&loss_grad}, RNNRegularizer(0, 1)));
  CHECK(std::isfinite(loss_grad));
}

namespace {

// Reads event files by their specification and by nothing of fastxx. Records, then the fields of protobuf messages.
struct Field {
  std::uint64_t number = 0;
  std::string bytes = {};
};
using Fields = std::vector<std::pair<int, Field>>;

std::uint32_t crc_bit_by_bit(std::string const& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (char const c : bytes)
    for (int bit = 0; bit < 8; ++bit) {
      bool const differs = ((crc ^ (static_cast<unsigned char>(c) >> bit)) & 1) != 0;
      crc = (crc >> 1) ^ (differs ? 0x82F63B78 : 0);
    }
  return crc ^ 0xFFFFFFFF;
}
std::uint32_t masked(std::string const& bytes) {
  std::uint32_t const crc = crc_bit_by_bit(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
}
template <class Number>
Number number_at(std::string const& bytes, std::size_t at) {
  Number number;
  REQUIRE(at + sizeof number <= bytes.size());
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::vector<std::string> records(std::string const& file) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < file.size();) {
    auto const size = number_at<std::uint64_t>(file, at);
    CHECK(number_at<std::uint32_t>(file, at + 8) == masked(file.substr(at, 8)));
    REQUIRE(at + 16 + size <= file.size());
    all.push_back(file.substr(at + 12, size));
    CHECK(number_at<std::uint32_t>(file, at + 12 + size) == masked(all.back()));
    at += 16 + size;
  }
  return all;
}

Fields fields_of(std::string const& message) {
  Fields all;
  std::size_t at = 0;
  auto const varint = [&] {
    std::uint64_t value = 0;
    for (int shift = 0;; shift += 7) {
      auto const byte = static_cast<unsigned char>(message.at(at++));
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.size()) {
    std::uint64_t const key = varint();
    Field field;
    if (key % 8 == 0) field.number = varint();
    if (key % 8 == 1) field.number = number_at<std::uint64_t>(message, at), at += 8;
    if (key % 8 == 5) field.number = number_at<std::uint32_t>(message, at), at += 4;
    if (key % 8 == 2) {
      std::uint64_t const size = varint();
      REQUIRE(at + size <= message.size());
      field.bytes = message.substr(at, size), at += size;
    }
    all.emplace_back(static_cast<int>(key / 8), std::move(field));
  }
  return all;
}
Field const& field(Fields const& fields, int number) {
  for (auto const& [n, one] : fields)
    if (n == number) return one;
  FAIL("no field " << number);
  return fields.front().second;
}

// Each number with its name and step.
struct Logged {
  std::string tag;
  std::int64_t step;
  float value;
  bool operator==(Logged const&) const = default;
};
std::vector<Logged> scalars_in(std::string const& file) {
  std::vector<Logged> all;
  auto const events = records(file);
  REQUIRE(!events.empty());
  CHECK(field(fields_of(events[0]), 3).bytes == "brain.Event:2");
  for (std::size_t i = 1; i < events.size(); ++i) {
    auto const event = fields_of(events[i]);
    for (auto const& [n, value] : fields_of(field(event, 5).bytes)) {
      CHECK(n == 1);
      auto const parts = fields_of(value.bytes);
      auto const bits = static_cast<std::uint32_t>(field(parts, 2).number);
      float number;
      std::memcpy(&number, &bits, 4);
      all.push_back({field(parts, 1).bytes, static_cast<std::int64_t>(field(event, 2).number), number});
    }
  }
  return all;
}

std::vector<std::filesystem::path> files_in(std::filesystem::path const& folder) {
  std::vector<std::filesystem::path> all;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("EventFile: records with their sums, events with time, step, names and numbers, pictures with their size") {
  CHECK(fastxx::detail::crc32c("123456789") == 0xE3069283);  // the check value of CRC-32C
  auto const folder = temporary_folder("event_file");
  EventFile file(folder / "deeper" / "run");
  std::string const before = text_of(file.path());
  file.scalar("loss", .1, 0);
  std::string const name(300, 'n');
  file.scalars({{name, -2.5}, {"\xc3\xa4", std::numeric_limits<double>::infinity()}}, 1234567890123);
  auto const text = text_of(file.path());
  CHECK(text.starts_with(before));
  auto const all = scalars_in(text);
  REQUIRE(all.size() == 3);
  CHECK((all[0] == Logged{"loss", 0, .1F}));
  CHECK((all[1] == Logged{name, 1234567890123, -2.5F}));
  CHECK((all[2] == Logged{"\xc3\xa4", 1234567890123, std::numeric_limits<float>::infinity()}));
  auto const time = field(fields_of(records(text)[1]), 1).number;
  double seconds;
  std::memcpy(&seconds, &time, 8);
  CHECK(std::abs(seconds - static_cast<double>(std::time(nullptr))) < 60);
  CHECK(contains(file.path().filename().string(), "events.out.tfevents."));

  auto const png = plot_lines({{.y = {1, 2}}}, {.width_px = 300, .height_px = 200}).png();
  file.image("curve", png, 2);
  auto const event = fields_of(records(text_of(file.path())).back());
  auto const value = fields_of(field(fields_of(field(event, 5).bytes), 1).bytes);
  auto const picture = fields_of(field(value, 4).bytes);
  CHECK(field(value, 1).bytes == "curve");
  CHECK(field(picture, 1).number == 200);
  CHECK(field(picture, 2).number == 300);
  CHECK(field(picture, 3).number == 3);
  CHECK(field(picture, 4).bytes == png);
  CHECK(key_of([&] { file.image("curve", "no picture at all, but long enough", 3); }) == "event_file.image");
  EventFile const second(folder / "deeper" / "run");
  CHECK(second.path() != file.path());
  CHECK(key_of([] { EventFile("/proc/none"); }) == "file.folder");
  std::filesystem::remove_all(folder);
}

TEST_CASE("EventFile: where the disk is full the last record is whole, and the error says so") {
  auto const folder = temporary_folder("event_file_full");
  EventFile file(folder);
  file.scalar("loss", 1, 1);
  auto const size = std::filesystem::file_size(file.path());
  auto* const former = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  ::getrlimit(RLIMIT_FSIZE, &old);
  rlimit const limit{size + 10, old.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  auto const e = error_of([&] { file.scalar("loss", 2, 2); });
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, former);
  CHECK(contains(e, "[file.write]"));
  CHECK(contains(e, "tfevents"));
  CHECK(std::filesystem::file_size(file.path()) == size);
  file.scalar("loss", 3, 3);
  CHECK((scalars_in(text_of(file.path())) == std::vector<Logged>{{"loss", 1, 1}, {"loss", 3, 3}}));
  std::filesystem::remove_all(folder);
}

TEST_CASE("TensorBoard: losses and hyper-parameters by batch, metrics by epoch; a file for each fit") {
  auto const folder = temporary_folder("tensorboard");
  auto learn = learner(regression(3).dls.train(), regression(3).dls.train(), linear(3, 1), MSELossFlat{},
                       metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
  learn.fit_one_cycle(2, .1, callbacks(TensorBoard(folder / "run")));
  auto const& recorder = learn.recorder();
  auto const files = files_in(folder / "run");
  REQUIRE(files.size() == 1);
  std::map<std::string, std::vector<std::pair<std::int64_t, float>>> by_tag;
  for (auto const& one : scalars_in(text_of(files[0]))) by_tag[one.tag].emplace_back(one.step, one.value);
  REQUIRE(by_tag.at("train_loss").size() == 6);
  REQUIRE(by_tag.at("lr_0").size() == 6);
  REQUIRE(by_tag.at("mom_0").size() == 6);
  for (std::size_t i = 0; i < 6; ++i) {
    CHECK(by_tag["train_loss"][i] ==
          std::pair(static_cast<std::int64_t>(i + 1), static_cast<float>(recorder.losses[i])));
    CHECK(by_tag["lr_0"][i].second == static_cast<float>(recorder.hps.at("lr")[i]));
    CHECK(by_tag["mom_0"][i].second == static_cast<float>(recorder.hps.at("mom")[i]));
  }
  for (auto const& [name, column] : {std::pair("valid_loss", 1U), std::pair("metric", 2U)}) {
    REQUIRE(by_tag.at(name).size() == 2);
    for (std::size_t e = 0; e < 2; ++e)
      CHECK(by_tag[name][e] ==
            std::pair(static_cast<std::int64_t>(3 * e + 3), static_cast<float>(*recorder.values[e][column])));
  }
  CHECK(by_tag.count("time") + by_tag.count("epoch") == 0);
  struct CancelSecond {
    void after_pred(TrainState& state) {
      if (state.training && state.iter == 1) throw CancelBatchException();
    }
  };
  learn.fit(1, .1, callbacks(TensorBoard(folder / "cancelled"), CancelSecond{}));
  std::vector<std::int64_t> steps;
  for (auto const& one : scalars_in(text_of(files_in(folder / "cancelled").at(0))))
    if (one.tag == "train_loss") steps.push_back(one.step);
  CHECK(steps == std::vector<std::int64_t>{1, 3});
  learn.add_cb(TensorBoard(folder / "run"));
  learn.validate();
  learn.lr_find({.num_it = 20});
  CHECK(files_in(folder / "run").size() == 1);
  learn.fit(1, .1);
  CHECK(files_in(folder / "run").size() == 2);
  learn.ranks.rank = 1;
  learn.fit(1, .1);
  CHECK(files_in(folder / "run").size() == 2);
  learn.ranks.rank = 0;
  std::filesystem::remove_all(folder);
  CHECK(key_of([] { TensorBoard(""); }) == "tensorboard.folder");
  CHECK(contains(error_of([&] { learn.fit(1, .1, callbacks(TensorBoard("/proc/none"))); }), "[file.folder]"));
}
