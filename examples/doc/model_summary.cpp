// What a model is made of, before it is trained.
#include <fastxx/mid.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::tuple<at::Tensor, at::Tensor>> batches;
  for (int i = 0; i < 4; ++i) batches.emplace_back(at::randn({8, 1, 12, 12}), at::arange(8) % 3);
  Sequential const net(ConvLayer(1, 8, {.stride = 2}), ConvLayer(8, 16, {.stride = 2}), torch::nn::Flatten(),
                       torch::nn::Linear(16 * 3 * 3, 3));
  Learner learn(loaders_of(batches, batches), net, loss_func(CrossEntropyLossFlat{}));
  std::cout << learn.summary() << "\n";

  // Of a model alone, for inputs of one's own.
  std::cout << module_summary(net, at::zeros({1, 1, 12, 12}));
}
