// A network whose members register themselves, and its clone.
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/state.hpp>

#include <cstdio>
#include <iostream>

struct Block : fastxx::Module<Block> {
  explicit Block(std::int64_t width)
      : linear(child("linear", torch::nn::Linear(width, width))), norm(child("norm", torch::nn::BatchNorm1d(width))) {}
  Child<torch::nn::Linear> linear;
  Child<torch::nn::BatchNorm1d> norm;

  at::Tensor forward(at::Tensor x) { return x + norm(linear(x)).relu(); }
};

struct Net : fastxx::Module<Net> {
  Child<Block> first = child("first", Block(8));  // modules of fastxx, holders of libtorch and Sequentials alike
  Child<Block> second = child("second", Block(8));
  Child<torch::nn::Linear> head = child("head", torch::nn::Linear(8, 2));
  Parameter scale = parameter("scale", at::ones({1}));
  Buffer calls = buffer("calls", at::zeros({1}));

  at::Tensor forward(at::Tensor x) {
    calls += 1;
    return head(second(first(x))) * scale;
  }
};

int main() {
  auto const net = std::make_shared<Net>();
  std::cout << *net << '\n';
  for (auto const& [name, tensor] : fastxx::state_dict(*net))
    std::printf("%-28s %ld values\n", name.c_str(), static_cast<long>(tensor.numel()));

  auto const x = at::randn({4, 8});
  auto const copy = std::dynamic_pointer_cast<Net>(net->clone());
  bool const same = at::equal(copy->forward(x), net->forward(x));
  at::NoGradGuard const guard;
  copy->head->weight.zero_();
  bool const apart = net->head->weight.abs().sum().item<float>() > 0;
  std::printf("the clone computes the same: %s; it has its own weights: %s\n", same ? "yes" : "no",
              apart ? "yes" : "no");
  return same && apart ? 0 : 1;
}
