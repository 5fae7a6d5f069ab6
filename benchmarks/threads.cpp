// Does the number of threads that fastxx chooses ever make training slower? Three networks, each trained in processes of
// their own: with fastxx's default, with one thread, and with all threads and nothing done about them; on the machine as
// it is, and beside a program that keeps one core busy (names that end in _busy). "other" is the better of one and all.
// threads_workers: two loader workers that have as much to do as the training.
#include "compare.hpp"
#include <fastxx/low/nn/module.hpp>
#include <fastxx/vision.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

using namespace fastxx;

namespace {

// Columns of numbers, and whole batches of them at once.
struct Table {
  Tensor x, y;
  std::size_t size() const { return static_cast<std::size_t>(x.size(0)); }
  std::tuple<Tensor, Tensor> operator[](std::size_t i) const {
    return {x[static_cast<std::int64_t>(i)], y[static_cast<std::int64_t>(i)]};
  }
  std::tuple<Tensor, Tensor> batch(BatchIndices const& indices) const {
    Tensor const order = at::tensor(at::ArrayRef<std::int64_t>(indices.data(), indices.size()));
    return {x.index_select(0, order), y.index_select(0, order)};
  }
};

struct ResBlock : Module<ResBlock> {
  ResBlock(std::int64_t from, std::int64_t to, std::int64_t stride)
      : body(child("body", Sequential(convolution(from, to, 3, stride), torch::nn::BatchNorm2d(to), torch::nn::ReLU(),
                                      convolution(to, to, 3, 1), torch::nn::BatchNorm2d(to)))),
        way(child("way", from == to ? Sequential(torch::nn::Identity())
                                    : Sequential(convolution(from, to, 1, stride), torch::nn::BatchNorm2d(to)))) {}
  static torch::nn::Conv2d convolution(std::int64_t from, std::int64_t to, std::int64_t size, std::int64_t stride) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, size).stride(stride).padding(size / 2).bias(false));
  }
  Child<Sequential> body, way;

  Tensor forward(Tensor const& x) { return (body(x) + way(x)).relu(); }
};

// He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015, table 1.
Sequential resnet18(std::int64_t n_classes) {
  Sequential net(ResBlock::convolution(3, 64, 7, 2), torch::nn::BatchNorm2d(64), torch::nn::ReLU(),
                 torch::nn::MaxPool2d(torch::nn::MaxPool2dOptions(3).stride(2).padding(1)));
  std::int64_t from = 64;
  for (std::int64_t const width : {64, 128, 256, 512})
    for (int block = 0; block < 2; ++block) {
      net->push_back(std::make_shared<ResBlock>(from, width, from == width ? 1 : 2));
      from = width;
    }
  net->push_back(torch::nn::AdaptiveAvgPool2d(1));
  net->push_back(torch::nn::Flatten());
  net->push_back(torch::nn::Linear(512, n_classes));
  return net;
}

// An item transform that takes a third of a millisecond, as decoding a small picture does.
struct Heavy {
  vision::ImageBW encodes(vision::ImageBW const& x) const {
    double volatile sum = 0;
    for (int turn = 0; turn < 100'000; ++turn) sum = sum + 1;
    return x;
  }
};

// Milliseconds of one epoch of training, the second of two.
template <class Loaders>
double epoch(Loaders dls, Sequential net, std::string const& how) {
  Learner learn(std::move(dls), std::move(net), loss_func(CrossEntropyLossFlat{}));
  learn.logger = [](auto const&) {};
  learn.threads.adapt = how != "all";
  learn.threads.follow_load = how == "follow";
  learn.fit(1);
  auto const start = std::chrono::steady_clock::now();
  learn.fit(1);
  double const took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  std::fprintf(stderr, "  %8.1f ms: %s\n", took, to_string(learn.threads).c_str());
  return took;
}

double epoch_of(std::string const& network, std::string const& how) {
  set_seed(1);
  auto table = [&](Tensor x, std::int64_t n_classes, std::int64_t batch_size, Sequential net) {
    Tensor const y = at::randint(n_classes, {x.size(0)}, at::kLong);
    apply(thread_plan(0));
    return epoch(DataLoaders(DataLoader(Table{std::move(x), y}, {.batch_size = batch_size, .shuffle = true})),
                 std::move(net), how);
  };
  if (network == "small")
    return table(at::randn({60000, 4}), 3, 64,
                 Sequential(torch::nn::Linear(4, 16), torch::nn::ReLU(), torch::nn::Linear(16, 3)));
  if (network == "resnet18") return table(at::randn({256, 3, 64, 64}), 10, 16, resnet18(10));
  auto const data = vision::fashion_mnist();
  if (network == "workers") {
    Splits some{std::vector<std::int64_t>(3200)};
    std::iota(some[0].begin(), some[0].end(), 0);
    Datasets const dsets(data.train, some, pipeline(ItemGetter<0>{}, Heavy{}), pipeline(ItemGetter<1>{}, Categorize{}));
    auto const dls = dataloaders(dsets, {.batch_size = 64, .workers = 2}, batch_tfms(IntToFloatTensor{}, Normalize{}));
    return epoch(dls, vision::small_cnn(dls.c()), how);
  }
  Splits splits{std::vector<std::int64_t>(12800)};
  std::iota(splits[0].begin(), splits[0].end(), 0);
  Datasets const dsets(data.train, splits, pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.batch_size = 64}, batch_tfms(IntToFloatTensor{}, Normalize{}));
  return epoch(dls, vision::small_cnn(dls.c()), how);
}

enum Way { by_default, one, all, follow, n_ways };

// The epoch in a process of its own: libgomp reads its variables once.
double child(std::string const& network, Way way) {
  std::string command = "exec /proc/" + std::to_string(getpid()) + "/exe " + network;
  if (way == one) command = "OMP_NUM_THREADS=1 " + command;
  if (way == all) command += " all";
  if (way == follow) command += " follow";
  FILE* const pipe = popen(command.c_str(), "r");
  double took = 0;
  bool const told = pipe && std::fscanf(pipe, "%lf", &took) == 1;
  if (!pipe || pclose(pipe) != 0 || !told) throw std::runtime_error("failed: " + command);
  return took;
}

class BusyCore {
 public:
  BusyCore() : process_(fork()) {
    if (process_ == 0)
      for (unsigned volatile turns = 0;;) turns = turns + 1;
  }
  ~BusyCore() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }

 private:
  pid_t process_;
};

// The best of each way's rounds: an epoch of seconds meets whatever else the machine does, and there are few of them.
void compare_ways(std::string const& network, std::string const& name) {
  constexpr int rounds = 3;
  std::array<std::vector<double>, n_ways> times;
  for (int round = 0; round < rounds; ++round)
    for (int way = by_default; way < n_ways; ++way)
      times[static_cast<std::size_t>(way)].push_back(child(network, static_cast<Way>(way)));
  std::array<double, n_ways> best{};
  for (std::size_t way = 0; way < n_ways; ++way) best[way] = *std::min_element(times[way].begin(), times[way].end());
  char note[160];
  std::snprintf(note, sizeof note, "one epoch; one thread %.0f ms, all %d threads %.0f ms, .follow_load %.0f ms",
                best[one], thread_plan(0).intra_op, best[all], best[follow]);
  bench::report(
      {.name = name, .ours = best[by_default], .other = std::min(best[one], best[all]), .unit = "ms", .note = note});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    std::printf("%f\n", epoch_of(argv[1], argc > 2 ? argv[2] : ""));
    return 0;
  }
  unsetenv("OMP_NUM_THREADS");
  compare_ways("workers", "threads_workers");
  for (std::string const network : {"small", "cnn", "resnet18"}) {
    compare_ways(network, "threads_" + network);
    BusyCore const busy;
    compare_ways(network, "threads_" + network + "_busy");
  }
}
