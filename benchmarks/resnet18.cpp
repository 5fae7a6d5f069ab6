// One training step of ResNet-18 on 16 pictures of 128 x 128: ours has batch_norm_act and our Adam, the other what a
// libtorch user writes: relu(bn(conv(x))) and torch::optim::Adam. Same weights, same pictures. resnet18_floor is ours
// without norms and activations: less than that no norm of ours can reach, since the convolutions are oneDNN's on both sides.

#include "compare.hpp"
#include <fastxx/low/core/memory.hpp>
#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/optim/recipes.hpp>

#include <ATen/Parallel.h>
#include <torch/optim/adam.h>

namespace {

using namespace torch::nn;

Conv2d conv(std::int64_t in, std::int64_t out, std::int64_t kernel, std::int64_t stride) {
  return Conv2d(Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
}

enum class Norms { ours, torch, none };

template <Norms norms>
at::Tensor norm_relu(BatchNorm2d const& norm, at::Tensor const& x) {
  if constexpr (norms == Norms::none) return x;
  if constexpr (norms == Norms::ours) return fastxx::batch_norm_act(norm, x);
  return BatchNorm2d(norm)(x).relu_();
}
template <Norms norms>
at::Tensor norm_alone(BatchNorm2d const& norm, at::Tensor const& x) {
  if constexpr (norms == Norms::none) return x;
  if constexpr (norms == Norms::ours) return fastxx::batch_norm_act(norm, x, fastxx::NormActivation::none);
  return BatchNorm2d(norm)(x);
}

template <Norms norms>
struct Block : Module {
  Conv2d conv1, conv2, shortcut{nullptr};
  BatchNorm2d bn1, bn2, shortcut_bn{nullptr};

  Block(std::int64_t in, std::int64_t out, std::int64_t stride)
      : conv1(conv(in, out, 3, stride)), conv2(conv(out, out, 3, 1)), bn1(out), bn2(out) {
    register_module("conv1", conv1), register_module("bn1", bn1);
    register_module("conv2", conv2), register_module("bn2", bn2);
    if (in == out) return;
    shortcut = register_module("shortcut", conv(in, out, 1, stride));
    shortcut_bn = register_module("shortcut_bn", BatchNorm2d(out));
  }
  at::Tensor forward(at::Tensor const& x) {
    at::Tensor y = norm_relu<norms>(bn1, conv1(x));
    y = norm_alone<norms>(bn2, conv2(y));
    y.add_(shortcut.is_empty() ? x : norm_alone<norms>(shortcut_bn, shortcut(x)));
    return norms == Norms::none ? y : y.relu_();
  }
};

template <Norms norms>
struct ResNet18 : Module {
  Conv2d conv1 = register_module("conv1", conv(3, 64, 7, 2));
  BatchNorm2d bn1 = register_module("bn1", BatchNorm2d(64));
  MaxPool2d pool{MaxPool2dOptions(3).stride(2).padding(1)};
  std::vector<std::shared_ptr<Block<norms>>> blocks;
  Linear fc = register_module("fc", Linear(512, 1000));

  ResNet18() {
    std::int64_t before = 64;
    for (std::int64_t const channels : {64, 128, 256, 512})
      for (int i = 0; i < 2; ++i) {
        std::int64_t const stride = before != channels ? 2 : 1;
        blocks.push_back(register_module("block" + std::to_string(blocks.size()),
                                         std::make_shared<Block<norms>>(before, channels, stride)));
        before = channels;
      }
  }
  at::Tensor forward(at::Tensor x) {
    x = pool(norm_relu<norms>(bn1, conv1(x)));
    for (auto const& block : blocks) x = block->forward(x);
    return fc(x.mean({2, 3}));
  }
};

template <class Net, class Optimizer>
void train_step(Net& net, Optimizer& optimizer, at::Tensor const& x, at::Tensor const& y) {
  auto const loss = at::cross_entropy_loss(net.forward(x), y);
  loss.backward();
  optimizer.step();
  optimizer.zero_grad();
}

template <Norms norms>
std::shared_ptr<ResNet18<norms>> network() {
  at::manual_seed(1);
  return std::make_shared<ResNet18<norms>>();
}

}  // namespace

int main() {
  fastxx::keep_freed_memory();
  at::set_num_threads(2);
  auto const other = network<Norms::torch>();
  at::Tensor const x = at::randn({16, 3, 128, 128}), y = at::randint(1000, {16});
  at::Tensor const x_last = x.contiguous(at::MemoryFormat::ChannelsLast);
  torch::optim::Adam torch_adam(other->parameters(), torch::optim::AdamOptions(1e-3).betas({.9, .99}).eps(1e-5));
  auto const against_other = [&](auto const& net, std::string const& name, std::string const& note) {
    auto adam = fastxx::Adam{.wd = 0}.make({net->parameters()});
    // What ChannelsLast does: oneDNN's convolutions are quicker in this order.
    for (auto p : net->parameters())
      if (p.dim() == 4) p.set_data(p.detach().contiguous(at::MemoryFormat::ChannelsLast));
    fastxx::bench::compare(
        {.name = name, .unit = "ms", .note = note, .rounds = 11}, [&] { train_step(*net, adam, x_last, y); },
        [&] { train_step(*other, torch_adam, x, y); });
  };
  against_other(network<Norms::ours>(), "resnet18_step",
                "16x3x128x128, 2 threads; other: relu(bn(conv(x))), torch::optim::Adam");
  against_other(network<Norms::none>(), "resnet18_floor", "the same without norms and activations; the same other");
}
