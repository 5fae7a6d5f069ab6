// What training costs beside the model: callbacks that do nothing, the saves of a Checkpoint, and memory over many epochs.
#include "compare.hpp"
#include <fastxx/mid.hpp>
#include <fastxx/mid/data/foreign_loaders.hpp>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

using Clock = std::chrono::steady_clock;

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("fastxx_benchmark_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(Folder const&) = delete;
  Folder& operator=(Folder const&) = delete;
};

// ---- callbacks_20: three events each, a type of its own for each as in a program. The model is one number, since a loss
// needs a gradient.
template <int>
struct Idle {
  void before_batch(TrainState&) {}
  void after_loss(TrainState&) {}
  void after_batch(TrainState&) {}
};

auto empty_learner(std::int64_t batches) {
  std::vector<std::tuple<at::Tensor, at::Tensor>> const data(static_cast<std::size_t>(batches),
                                                             {at::zeros({1, 1}), at::zeros({1, 1})});
  Learner learn(loaders_of(data), Sequential(torch::nn::Linear(torch::nn::LinearOptions(1, 1).bias(false))),
                loss_func([](at::Tensor const& p, at::Tensor const&) { return p.sum(); }));
  learn.logger = [](auto const&) {};
  return learn;
}

using Numbers = std::make_integer_sequence<int, 20>;
template <int... N>
void add_idle(auto& learn, std::integer_sequence<int, N...>) {
  (learn.add_cb(Idle<N>{}), ...);
}
template <int... N>
void remove_idle(auto& learn, std::integer_sequence<int, N...>) {
  (learn.template remove_cb<Idle<N>>(), ...);
}

void callbacks_20() {
  constexpr int batches = 500,
                rounds = 301;  // short turns: what else the machine does then falls on both halves of one
  auto learn = empty_learner(batches);
  auto const fit = [&learn](bool with) {
    if (with) add_idle(learn, Numbers{});
    auto const once = [&learn] { learn.fit(1); };
    double const took = bench::seconds(once, 1) / batches * 1e6;
    if (with) remove_idle(learn, Numbers{});
    return took;
  };
  std::vector<double> added, alone;
  for (int round = -1; round < rounds; ++round) {
    bool const first = round % 2 != 0;
    double with = first ? fit(true) : 0;
    double const without = fit(false);
    if (!first) with = fit(true);
    if (round < 0) continue;
    added.push_back(with - without), alone.push_back(without);
  }
  std::string const note = "added to a batch of an empty model, which alone takes " +
                           std::to_string(bench::median(alone)) + " us; other: what is wanted at most";
  bench::report({.name = "callbacks_20", .ours = bench::median(added), .other = 1, .note = note});
}

// ---- checkpoint: from inside training, beside write(2) and fsync of as many bytes into a new file.
struct ResNet18SizesImpl : torch::nn::Module {  // its tensors, one per layer and a bias: 11.7 million numbers
  std::vector<at::Tensor> parts;
  ResNet18SizesImpl() {
    add({64, 3, 7, 7}), add({64}), add({64});
    for (std::int64_t width : {64, 128, 256, 512}) {
      std::int64_t in = width == 64 ? 64 : width / 2;
      for (int block = 0; block < 2; ++block, in = width) {
        add({width, in, 3, 3}), add({width, width, 3, 3});
        for (int norm = 0; norm < 4; ++norm) add({width});
        if (in != width) add({width, in, 1, 1}), add({width}), add({width});
      }
    }
    add({1000, 512}), add({1000});
  }
  at::Tensor forward(at::Tensor const& x) {
    at::Tensor sum = x.sum();
    for (auto const& part : parts) sum = sum + part.sum();
    return sum;
  }

 private:
  void add(at::IntArrayRef shape) {
    parts.push_back(register_parameter("p" + std::to_string(parts.size()), at::randn(shape)));
  }
};
TORCH_MODULE(ResNet18Sizes);

// The bytes of a file, written by hand.
void write_and_wait(std::filesystem::path const& path, std::string const& bytes) {
  int const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  char const* at = bytes.data();
  for (std::size_t left = bytes.size(); left > 0;) {
    ssize_t const n = ::write(file, at, left);
    if (n <= 0) throw std::runtime_error("the file could not be written");
    at += n, left -= static_cast<std::size_t>(n);
  }
  if (::fsync(file) != 0 || ::close(file) != 0) throw std::runtime_error("the file could not be written");
}

struct SaveTimes {
  std::filesystem::path folder;
  std::string bytes = {};
  Clock::time_point start = {};
  std::vector<double> ours = {}, other = {}, ratios = {};

  static double since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
  void begin() { start = Clock::now(); }
  void end() {
    ours.push_back(since(start));
    bytes = read_file(folder / "run");
    start = Clock::now();
    write_and_wait(folder / "by_hand", bytes);
    other.push_back(since(start));
    ratios.push_back(ours.back() / other.back());
    std::filesystem::remove(folder / "by_hand");
  }
};
struct BeforeSave {
  static constexpr int order = CallbackOrder::checkpoint - 1;
  std::shared_ptr<SaveTimes> times;
  void after_batch(TrainState& learn) {
    if (learn.training) times->begin();
  }
};
// At the next event, since nobody comes after a Checkpoint.
struct AfterSave {
  std::shared_ptr<SaveTimes> times;
  bool open = false;
  void before_batch(TrainState& learn) {
    if (learn.training && std::exchange(open, true)) times->end();
  }
};

void checkpoint() {
  Folder const folder;
  std::vector<std::tuple<at::Tensor, at::Tensor>> const items(24, {at::zeros({1}), at::zeros({1})});
  DataLoader const loader(items, {.batch_size = 1});
  Learner learn(DataLoaders(loader, loader), ResNet18Sizes(),
                loss_func([](at::Tensor const& p, at::Tensor const&) { return p.sum(); }));
  learn.logger = [](auto const&) {};
  auto const times = std::make_shared<SaveTimes>(SaveTimes{.folder = folder.path});
  learn.fit(1, {.lr = 1e-6},
            callbacks(Checkpoint(folder.path / "run", {.every = 1}), BeforeSave{times}, AfterSave{times}));
  auto const megabytes = std::to_string(times->bytes.size() / 1'000'000);
  bench::report({.name = "checkpoint",
                 .ours = bench::median(times->ours),
                 .other = bench::median(times->other),
                 .unit = "ms",
                 .note = "a save of 11.7 million parameters and Adam's state, " + megabytes +
                         " MB, out of training; other: write and fsync of the same bytes",
                 .paired = bench::median(times->ratios)});
}

// ---- memory: 50 epochs with all callbacks that ship.
double resident_mb() {
  double all = 0, pages = 0;
  std::ifstream("/proc/self/statm") >> all >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

struct Resident {
  static constexpr int order = CallbackOrder::checkpoint;
  std::shared_ptr<std::vector<double>> after = std::make_shared<std::vector<double>>();
  void after_epoch(TrainState&) { after->push_back(resident_mb()); }
};

void memory() {
  Folder const folder;
  std::vector<std::tuple<at::Tensor, at::Tensor>> items;
  for (int i = 0; i < 2048; ++i) items.emplace_back(at::full({64}, i % 17 / 17.), at::full({1}, i % 5 / 5.));
  DataLoader const train(items, {.batch_size = 32, .workers = 2, .shuffle = true}), valid(items, {.batch_size = 64});
  set_seed(1);
  Sequential net(torch::nn::Linear(64, 256), torch::nn::BatchNorm1d(256), torch::nn::ReLU(), torch::nn::Dropout(.2),
                 torch::nn::Linear(256, 1));
  Learner learn(DataLoaders(train, valid), net, loss_func(MSELossFlat{}),
                metrics([](at::Tensor const& p, at::Tensor const& t) { return (p - t).abs().mean(); }));
  learn.logger = [](auto const&) {};
  Resident const resident;
  learn.fit_one_cycle(
      50, {.lr_max = 1e-3},
      callbacks(Checkpoint(folder.path / "run", {.every = 20, .every_minutes = 1, .keep = 2}),
                CSVLogger(folder.path / "table.csv"), SaveModel(folder.path / "best"),
                EarlyStopping({.patience = 1000}), ReduceLROnPlateau({.patience = 3}), GradientClip(1),
                GradientAccumulation(64), MixUp(.4), BnFreeze{}, MCDropout{}, ShortEpoch(.9), resident));
  auto const& after = *resident.after;
  bench::report(
      {.name = "memory",
       .ours = after.back(),
       .other = after.at(1),
       .unit = "MB",
       .note = "resident after " + std::to_string(after.size()) + " epochs with all callbacks; other: after epoch 2"});
}

}  // namespace

int main() {
  callbacks_20();
  checkpoint();
  memory();
}
