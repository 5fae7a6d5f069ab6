// Memory format and precision of training by one switch each; the pieces behind them by hand.
#include <fastxx/mid.hpp>

#include <cstdio>

using namespace fastxx;

int main() {
  set_seed(1);
  std::vector<std::pair<at::Tensor, at::Tensor>> pictures;
  for (int i = 0; i < 64; ++i)
    pictures.emplace_back(at::randn({3, 8, 8}) + .5 * (i % 2), at::full({1}, i % 2, at::kFloat));
  DataLoader const loader(pictures, {.batch_size = 16});
  Learner learn(DataLoaders(std::vector{loader, loader}),
                fastxx::Sequential(torch::nn::Conv2d(3, 8, 3), torch::nn::BatchNorm2d(8), torch::nn::ReLU(),
                                   torch::nn::Flatten(), torch::nn::Linear(8 * 6 * 6, 1)),
                loss_func(MSELossFlat{}));
  learn.to_channels_last().to_bf16();
  learn.fit(2, 1e-3);
  std::printf("predictions are %s, weights too\n", std::string(learn.get_preds().preds.dtype().name()).c_str());
  learn.to_fp32().to_contiguous();

  // For one fit: callbacks. On the CPU float16 is refused.
  learn.fit(1, 1e-3, callbacks(MixedPrecision(AMPMode::bf16), ChannelsLast{}));
  try {
    learn.to_fp16();
  } catch (state_error const& e) {
    std::printf("%s\n", e.what());
  }

  // By hand: the way forward in bfloat16, and gradients that are kept from becoming nothing.
  auto const x = at::randn({4, 8}), w = at::randn({8, 2}).set_requires_grad(true);
  GradScaler scaler({.scale = 1024});
  at::Tensor y;
  {
    Autocast const autocast;
    y = x.matmul(w);
  }
  scaler.scale(y.to(at::kFloat).sum()).backward();
  if (scaler.unscale({w.grad()}))
    std::printf("the product is %s, its gradient finite\n", at::toString(y.scalar_type()));
  scaler.update();
}
