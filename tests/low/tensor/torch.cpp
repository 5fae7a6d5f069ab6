// Semantic tensors among libtorch's own parts: gradients, modules, files.
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <sstream>
#include <torch/cuda.h>
#include <torch/serialize.h>
#include <vector>

using namespace fastxx;

namespace {
TensorPoint points() {
  return TensorPoint(at::arange(4, at::kFloat).view({2, 2}), {.img_size = {.width = 4, .height = 3}});
}
}  // namespace

TEST_CASE("L-22 torch: gradients run through typed operations, typed losses and in-place ones") {
  TensorPoint const x = points().requires_grad_();
  CHECK(x.requires_grad());
  TensorPoint const loss = ((x * 3).clamp(0, 7).pow(2) + x.abs().mul_(2)).index({0}).sum();
  loss.backward();
  // d/dx of 9 x^2 + 2 |x| at 0 (where |x| has none, so 0) and 1; the second row is not part of the loss.
  CHECK(at::equal(x.grad(), at::tensor({0., 20., 0., 0.}).to(at::kFloat).view({2, 2})));
  CHECK_FALSE(x.detach().requires_grad());
  CHECK((x.detach().img_size == x.img_size));
}

TEST_CASE("L-22 torch: any at:: function and any module takes a semantic tensor, and gives a plain one") {
  torch::nn::Linear linear(2, 3);
  static_assert(std::same_as<decltype(linear(points())), Tensor>);
  CHECK((linear(points()).sizes() == at::IntArrayRef{2, 3}));
  CHECK(at::equal(at::cat({points(), points()}), at::cat({points().tensor(), points().tensor()})));
  CHECK(at::mse_loss(points(), points() + 2).item<double>() == 4);
  torch::nn::Sequential net(torch::nn::Linear(2, 3), torch::nn::ReLU());
  CHECK((net->forward(points().tensor()).sizes() == at::IntArrayRef{2, 3}));
  CHECK_THROWS_AS(net->forward(points()), c10::Error);  // libtorch's Sequential compares types exactly: .tensor()
}

TEST_CASE("L-22 torch: torch::save and torch::load carry the data; type and metadata are the variable's that loads") {
  std::stringstream file;
  torch::save(points(), file);
  TensorPoint restored;
  restored.img_size = {.width = 9, .height = 9};
  torch::load(restored, file);
  CHECK(at::equal(restored, points()));
  CHECK((restored.img_size == ImageSize{.width = 9, .height = 9}));  // libtorch's archive has no place for the file's

  std::stringstream list;
  torch::save(std::vector<Tensor>{points(), TensorCategory(at::ones({1}))}, list);
  std::vector<Tensor> both;
  torch::load(both, list);
  CHECK(at::equal(TensorCategory(both[1]), at::ones({1})));
}

TEST_CASE("L-22 torch: moves between devices keep type and metadata") {
  TensorPoint const x = points();
  static_assert(std::same_as<decltype(x.to(at::kCPU)), TensorPoint> && std::same_as<decltype(x.cuda()), TensorPoint>);
  CHECK((x.to(at::Device(at::kCPU)).img_size == x.img_size));
  TensorPoint const meta = x.to(at::Device(at::kMeta));  // a device without data that every build has
  CHECK((meta.is_meta() && meta.img_size == x.img_size));
  if (torch::cuda::is_available()) {
    TensorPoint const there = x.to(at::kCUDA);
    CHECK((there.is_cuda() && there.img_size == x.img_size && at::equal((there * 2).cpu(), x * 2)));
  }
}
