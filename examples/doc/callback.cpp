// A callback is a struct with members named after events; it reads and writes everything the learner has.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

// Adds up the gradients of several batches before each step; GradientAccumulation(n) does it by items.
struct AccumulateGradients {
  int batches = 4;
  int seen = 0;

  void before_step(auto&) {
    if (++seen % batches != 0) throw CancelBatchException();  // skips the step and the clearing of gradients
  }
  void serialize(auto& archive) { archive("seen", seen); }  // for checkpoints; only what changes while it trains
};

// Stops as soon as the loss is small enough.
struct StopAt {
  double loss;

  void after_epoch(auto& learn) {
    if (*learn.recorder().values.back()[1] < loss) throw CancelFitException();
  }
  static constexpr int order = CallbackOrder::recorder + 1;
};

int main() {
  std::vector<std::pair<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 32; ++i) points.emplace_back(at::full({1}, .1 * i), at::full({1}, .2 * i));
  DataLoader const loader(points, {.batch_size = 4});
  set_seed(1);
  Learner learn(DataLoaders(std::vector{loader, loader}), torch::nn::Linear(1, 1),
                loss_func([](auto const& guess, auto const& truth) { return at::mse_loss(guess, truth); }),
                callbacks(AccumulateGradients{}));
  learn.fit(200, {.lr = .1}, callbacks(StopAt{.loss = .01}));
  std::cout << "stopped after " << learn.recorder().values.size() << " epochs\n";

  // Some of those that are there: mixtures of items, short gradients, a table in a file, a few batches alone.
  auto const table = std::filesystem::temp_directory_path() / "fastxx_history.csv";
  learn.fit(1, {.lr = .1}, callbacks(MixUp(.4), GradientClip(1), CSVLogger(table), ShortEpoch(.5)));
  std::filesystem::remove(table);
}
