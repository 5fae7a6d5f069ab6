// Batch normalisation and ReLU in one pass: by itself in a Sequential, by one call in a network of one's own or another's.
#include <fastxx/low/nn/batch_norm_act.hpp>
#include <fastxx/low/nn/fuse_norm_act.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/sequential.hpp>

#include <cstdio>

struct Block : fastxx::Module<Block> {
  Child<torch::nn::Conv2d> conv1 = child("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 8, 3).padding(1)));
  Child<torch::nn::BatchNorm2d> bn1 = child("bn1", torch::nn::BatchNorm2d(8));

  at::Tensor forward(at::Tensor const& x) {
    return x + fastxx::batch_norm_act(bn1, conv1(x));  // in the place of at::relu(bn1(conv1(x)))
  }
};

int main() {
  auto const x = at::randn({4, 8, 6, 6});
  auto const block = std::make_shared<Block>();
  for (auto const& entry : block->named_parameters()) std::printf("%s ", entry.key().c_str());  // as before: bn1.weight

  fastxx::Sequential model(torch::nn::BatchNorm2d(8), torch::nn::ReLU());  // two layers, one pass
  torch::nn::BatchNorm2d alone(8);
  double const apart = (model->forward(x) - at::relu(alone(x))).abs().max().item<double>();
  std::printf("\nshape of the block's output: %ld x %ld; apart from libtorch by less than 1e-5: %s\n",
              static_cast<long>(block->forward(x).size(0)), static_cast<long>(block->forward(x).size(1)),
              apart < 1e-5 ? "yes" : "no");

  // A network that somebody else wrote, relu(bn(conv(x))) in its forward: its norms run on the kernels until unfuse_norm_act.
  std::printf("norms taken: %ld\n", static_cast<long>(fastxx::fuse_norm_act(alone)));

  fastxx::BatchNormActOptions const settings{.training = false, .act = fastxx::NormActivation::none};
  auto const y = fastxx::batch_norm_act(x, {}, {}, at::zeros({8}), at::ones({8}), settings);  // tensors of one's own
  std::printf("largest change: %.5f\n", (y - x).abs().max().item<double>());
}
