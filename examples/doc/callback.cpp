// A callback is a struct with members named after events; it reads and writes everything the learner has.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

// Adds up gradients over several batches before each step, as fastai's GradientAccumulation does.
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
}
