// libtorch's own optimizers, wherever an Optimizer of the library is expected.
#include <fastxx/low/optim/optim_wrapper.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/low/torch/optim.hpp>

#include <cstdio>

int main() {
  torch::manual_seed(1);
  torch::nn::Linear model(3, 1);
  auto const x = at::randn({64, 3}), y = x.sum(1, /*keepdim=*/true);

  // In a Learner: opt_func(recipe). By hand:
  auto const recipe = fastxx::TorchOptimizer<torch::optim::SGD>{torch::optim::SGDOptions(.1).momentum(.9)};
  auto opt = recipe.make({model->parameters()});
  fastxx::SchedCos const schedule{.1, .001};
  for (int step = 0; step < 100; ++step) {
    opt.set_hyper("lr", schedule(step / 100.));  // fastai's names: "mom" is libtorch's momentum, "wd" weight_decay
    at::mse_loss(model->forward(x), y).backward();
    opt.step();
    opt.zero_grad();
  }
  std::printf("lr %.4f, mom %.1f, the weights are ones: %s\n", opt.hyper("lr")[0], opt.hyper("mom")[0],
              at::allclose(model->weight, at::ones({1, 3}), 1e-2, 1e-2) ? "yes" : "no");
}
