// All items for training, none for validation: the last run before a model is delivered.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::pair<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 64; ++i) {
    float const x = static_cast<float>(i) / 64;
    points.emplace_back(at::full({1}, x), at::full({1}, 3 * x - 1));
  }
  set_seed(1);
  // One loader instead of two; with datasets it is RandomSplitter{.valid_pct = 0}, or one list of items.
  DataLoaders const dls(DataLoader(points, {.batch_size = 8, .shuffle = true, .seed = 1}));
  auto const mean_squares = [](at::Tensor const& guess, at::Tensor const& truth) { return at::mse_loss(guess, truth); };
  Learner learn(dls, torch::nn::Linear(1, 1), loss_func(mean_squares));
  learn.fit_one_cycle(20, .3);  // valid_loss is None
  std::cout << "slope " << learn.model->weight.item<float>() << "\n";
}
