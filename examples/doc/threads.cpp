// Threads inside libtorch's operations: what a Learner does about them, and the same for a loop of one's own.
#include <fastxx/low/core/thread_waits.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/train/learner.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  apply(thread_plan(0));  // dataloaders(...) does it by itself
  std::vector<std::pair<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 64; ++i) points.emplace_back(at::full({1}, i / 64.), at::full({1}, 3 * i / 64. - 1));
  auto const mean_squares = [](at::Tensor const& guess, at::Tensor const& truth) { return at::mse_loss(guess, truth); };
  DataLoader const train(points, {.batch_size = 8});
  Learner learn(DataLoaders(train, train), torch::nn::Linear(1, 1), loss_func(mean_squares));
  learn.threads.follow_load = true;  // beside busy programs fewer threads too: quicker, but not the same last digits
  learn.fit(2, .1);
  std::cout << to_string(learn.threads) << "\n";

  ThreadWaits waits;
  at::Tensor const a = at::ones({200, 200});
  for (int batch = 0; batch < 100; ++batch) {
    waits.update(at::get_num_threads());
    at::mm(a, a);
  }
  std::cout << "other programs use " << waits.others() << " cores\n";
}
