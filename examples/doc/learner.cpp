// Any torch module, any data set, any loss: a line through noisy points.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::pair<at::Tensor, at::Tensor>> points;
  for (int i = 0; i < 64; ++i) {
    float const x = static_cast<float>(i) / 64;
    points.emplace_back(at::full({1}, x), at::full({1}, 3 * x - 1));
  }
  DataLoader const train(points, {.batch_size = 8, .shuffle = true, .seed = 1});
  DataLoader const valid(points, {.batch_size = 8});

  set_seed(1);
  auto const mean_squares = [](at::Tensor const& guess, at::Tensor const& truth) { return at::mse_loss(guess, truth); };
  Learner learn(DataLoaders(std::vector{train, valid}), torch::nn::Linear(1, 1), loss_func(mean_squares),
                opt_func(Adam{.wd = 0}), metrics([](auto const& p, auto const& t) { return (p - t).abs().max(); }));
  learn.fit_one_cycle(20, {.lr_max = .3});
  std::cout << "slope " << learn.model->weight.item<float>() << ", intercept " << learn.model->bias.item<float>()
            << "\n";

  // All items for training, none for validation: the last run before a model is delivered. With datasets it is
  // RandomSplitter{.valid_pct = 0}, or one list of items.
  Learner alone(DataLoaders(std::vector{train}), torch::nn::Linear(1, 1), loss_func(mean_squares));
  alone.fit(2, .1);  // the table says None for valid_loss
}
