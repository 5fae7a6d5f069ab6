// What the layers of a network compute, and the gradients that reach them, without touching the network.
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/layers.hpp>

#include <cstdio>

struct ForeignImpl : torch::nn::Module {  // somebody else's network, which knows nothing of fastxx
  ForeignImpl() {
    register_module("conv", conv);
    register_module("act", act);
    register_module("fc", fc);
  }
  at::Tensor forward(at::Tensor x) { return fc(act(conv(x)).flatten(1)); }
  torch::nn::Conv2d conv = torch::nn::Conv2d(1, 4, 3);
  torch::nn::ReLU act;
  torch::nn::Linear fc = torch::nn::Linear(4 * 6 * 6, 2);
};
TORCH_MODULE(Foreign);

int main() {
  using fastxx::Hook, fastxx::hook_output, fastxx::hook_outputs, fastxx::Sequential, fastxx::ConvLayer;
  auto const images = at::randn({8, 1, 8, 8});

  Sequential model(ConvLayer(1, 4), ConvLayer(4, 8, {.stride = 2}), torch::nn::Flatten());
  {
    auto const hooks = hook_outputs(model->children(), {.in = model});  // until the end of this block
    fastxx::forward(model, images);
    for (auto const& hook : hooks)
      std::printf("%-28s gives %ld values for each image\n", "a layer of the Sequential",
                  static_cast<long>(hook.stored().numel() / 8));
  }

  Foreign net;
  auto const features = hook_output(net->conv);  // heard although the network calls it directly
  auto const gradient = hook_output(net->conv, {.grad = true});
  Hook const dead(net->fc, [](torch::nn::Module&, fastxx::Tensors const& inputs, fastxx::Tensors const&) {
    return (inputs[0] == 0).to(at::kFloat).mean().item<float>();  // whatever a function returns is stored
  });
  net->forward(images).sum().backward();
  std::printf("conv: mean %.2f, gradient's mean %.4f; %.0f %% of the inputs of fc are zero\n",
              features.stored().mean().item<double>(), gradient.stored().mean().item<double>(),
              100.0 * static_cast<double>(dead.stored()));

  try {
    hook_output(net->act, {.in = net});
  } catch (fastxx::state_error const& e) {
    std::printf("%s\n", e.what());
    return 0;
  }
  return 1;
}
