// Layers, a loss, and the named state of a small network.
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/nn/state.hpp>

#include <cstdio>

int main() {
  using fastxx::ConvLayer, fastxx::LinBnDrop, fastxx::Sequential;
  auto make = [] {
    return Sequential(ConvLayer(1, 8, {.stride = 2}),                        // Conv2d, BatchNorm2d, ReLU: 28 -> 14
                      Sequential(ConvLayer(8, 16, {.ks = 5, .stride = 2})),  // Sequentials nest: 14 -> 7
                      torch::nn::AdaptiveAvgPool2d(1), torch::nn::Flatten(), LinBnDrop(16, 10, {.p = 0.1}));
  };
  Sequential model = make(), other = make();
  auto const scores = model->forward(at::randn({4, 1, 28, 28}));
  auto const loss = fastxx::CrossEntropyLossFlat{.label_smoothing = 0.1}(scores, at::tensor({1, 2, 3, 4}));
  std::printf("scores (%ld, %ld), loss %.1f\n", static_cast<long>(scores.size(0)), static_cast<long>(scores.size(1)),
              loss.item<double>());

  auto const rare = fastxx::CrossEntropyLossFlat{.weight = at::ones({10})}(scores, at::tensor({1, 2, 3, 4}));
  auto const hard = fastxx::FocalLossFlat{.gamma = 2}(scores, at::tensor({1, 2, 3, 4}));
  std::printf("weighted %.1f, focal %.1f\n", rare.item<double>(), hard.item<double>());

  for (auto const& [name, tensor] : fastxx::state_dict(*model))
    std::printf("%-28s %ld values\n", name.c_str(), static_cast<long>(tensor.numel()));
  fastxx::load_state_dict(*other, fastxx::clone_state(fastxx::state_dict(*model)));
  std::printf("%zu of %zu parameters get no weight decay\n", fastxx::norm_bias_params(*model).size(),
              fastxx::params(*model).size());
  try {
    fastxx::load_state_dict(*ConvLayer(1, 8), fastxx::state_dict(*model));
  } catch (fastxx::state_error const& e) {
    std::printf("%.60s...\n", e.what());  // another structure is refused, and nothing has been changed
  }
}
