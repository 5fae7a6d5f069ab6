#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

// The layers of a Sequential by torch's names without the namespace: {"Conv2d", "ReLU"}.
std::vector<std::string> kinds(SequentialImpl const& model) {
  std::vector<std::string> found;
  for (auto const& layer : model.children()) {
    auto name = layer->name();
    name = name.substr(name.rfind(':') + 1);
    found.push_back(name.substr(0, name.size() - 4));  // "Impl"
  }
  return found;
}
using Kinds = std::vector<std::string>;

auto conv_of(ConvLayer layer) { return std::dynamic_pointer_cast<torch::nn::Conv2dImpl>(layer->ptr(0)); }

bool all_are(Tensor const& t, double value) { return t.eq(value).all().item<bool>(); }

at::IntArrayRef shape_after(ConvLayer layer, Tensor const& x) {
  static Tensor y;
  y = layer->forward(x);
  return y.sizes();
}

}  // namespace

TEST_CASE("TR-80 batch_norm: the bias starts at 1e-3, the weight at 1, or at 0 for identity branches") {
  auto const plain = batch_norm<torch::nn::BatchNorm2d>(4);
  CHECK(all_are(plain->bias, static_cast<float>(1e-3)));
  CHECK(all_are(plain->weight, 1));
  auto const zero = batch_norm<torch::nn::BatchNorm1d>(4, NormType::batch_zero);
  CHECK(all_are(zero->weight, 0));
  CHECK(all_are(zero->bias, static_cast<float>(1e-3)));
  CHECK(zero->weight.requires_grad());
  CHECK(plain->weight.size(0) == 4);
}

TEST_CASE("ConvLayer: convolution, normalisation, ReLU, in the order the options say") {
  CHECK(kinds(*ConvLayer(1, 8)) == Kinds{"Conv2d", "BatchNorm2d", "ReLU"});
  CHECK(kinds(*ConvLayer(1, 8, {.bn_1st = false})) == Kinds{"Conv2d", "ReLU", "BatchNorm2d"});
  CHECK(kinds(*ConvLayer(1, 8, {.act = false})) == Kinds{"Conv2d", "BatchNorm2d"});
  CHECK(kinds(*ConvLayer(1, 8, {.norm = NormType::none})) == Kinds{"Conv2d", "ReLU"});
  ConvLayer zero(1, 8, {.norm = NormType::batch_zero});
  CHECK(all_are(zero[1]->as<torch::nn::BatchNorm2d>()->weight, 0));
}

TEST_CASE("ConvLayer: the shape is kept by default, halved by a stride of 2, whatever the kernel size") {
  Tensor const x = at::zeros({2, 3, 16, 16});
  CHECK((shape_after(ConvLayer(3, 8), x) == at::IntArrayRef{2, 8, 16, 16}));
  CHECK((shape_after(ConvLayer(3, 8, {.stride = 2}), x) == at::IntArrayRef{2, 8, 8, 8}));
  CHECK((shape_after(ConvLayer(3, 8, {.ks = 5, .stride = 2}), x) == at::IntArrayRef{2, 8, 8, 8}));
  CHECK((shape_after(ConvLayer(3, 8, {.ks = 1}), x) == at::IntArrayRef{2, 8, 16, 16}));
  CHECK((shape_after(ConvLayer(3, 8, {.padding = 0}), x) == at::IntArrayRef{2, 8, 14, 14}));
}

TEST_CASE("ConvLayer: a bias only where no normalisation follows, unless it is asked for") {
  CHECK_FALSE(conv_of(ConvLayer(1, 8))->bias.defined());
  CHECK(conv_of(ConvLayer(1, 8, {.norm = NormType::none}))->bias.defined());
  CHECK(conv_of(ConvLayer(1, 8, {.bias = true}))->bias.defined());
  CHECK_FALSE(conv_of(ConvLayer(1, 8, {.bias = false, .norm = NormType::none}))->bias.defined());
}

TEST_CASE("ConvLayer: the initial bias has the spread asked for, 0 for zeros") {
  at::manual_seed(1);
  Tensor const bias = conv_of(ConvLayer(1, 4000, {.norm = NormType::none}))->bias;
  CHECK(std::abs(bias.std().item<float>() - 0.01) < 0.001);
  CHECK(std::abs(bias.mean().item<float>()) < 0.001);
  CHECK(all_are(conv_of(ConvLayer(1, 8, {.norm = NormType::none, .bias_std = 0}))->bias, 0));
}

TEST_CASE("ConvLayer: weights are uniform for ReLU: bound sqrt(6 / fan_in); torch's own without activation") {
  at::manual_seed(2);
  Tensor const weight = conv_of(ConvLayer(16, 64))->weight;
  double const bound = std::sqrt(6.0 / (16 * 9));
  CHECK(weight.abs().max().item<float>() <= bound);
  CHECK(weight.abs().max().item<float>() > 0.99 * bound);
  CHECK(std::abs(weight.std().item<float>() * std::sqrt(3.0) / bound - 1) < 0.03);
  Tensor const linear = conv_of(ConvLayer(16, 64, {.act = false}))->weight;
  CHECK(linear.abs().max().item<float>() <= std::sqrt(1.0 / (16 * 9)) + 1e-6);
}

TEST_CASE("ConvLayer: it is a Sequential, and clones as one") {
  Sequential model(ConvLayer(1, 4), torch::nn::Flatten());
  auto const copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  REQUIRE(copy);
  copy->eval(), model->eval();
  Tensor const x = at::randn({2, 1, 4, 4});
  CHECK(at::equal(copy->forward(x), Sequential(model)->forward(x)));
}

TEST_CASE("LinBnDrop: normalisation and dropout stand before the linear layer, or behind it") {
  CHECK(kinds(*LinBnDrop(4, 2)) == Kinds{"BatchNorm1d", "Linear"});
  CHECK(kinds(*LinBnDrop(4, 2, {.p = 0.5, .act = true})) == Kinds{"BatchNorm1d", "Dropout", "Linear", "ReLU"});
  CHECK(kinds(*LinBnDrop(4, 2, {.p = 0.5, .act = true, .lin_first = true})) ==
        Kinds{"Linear", "ReLU", "BatchNorm1d", "Dropout"});
  CHECK(kinds(*LinBnDrop(4, 2, {.bn = false})) == Kinds{"Linear"});
  CHECK(kinds(*LinBnDrop(4, 2, {.bn = false, .p = 0.1})) == Kinds{"Dropout", "Linear"});
}

TEST_CASE("LinBnDrop: sizes, bias and dropout follow the options") {
  LinBnDrop before(4, 2, {.p = 0.25});
  CHECK(before[0]->as<torch::nn::BatchNorm1d>()->weight.size(0) == 4);
  CHECK(before[1]->as<torch::nn::Dropout>()->options.p() == 0.25);
  CHECK_FALSE(before[2]->as<torch::nn::Linear>()->bias.defined());
  LinBnDrop behind(4, 2, {.lin_first = true});
  CHECK(behind[1]->as<torch::nn::BatchNorm1d>()->weight.size(0) == 2);
  CHECK(all_are(behind[1]->as<torch::nn::BatchNorm1d>()->bias, static_cast<float>(1e-3)));
  LinBnDrop plain(4, 2, {.bn = false});
  CHECK(plain[0]->as<torch::nn::Linear>()->bias.defined());
  CHECK((plain->forward(at::zeros({3, 4})).sizes() == at::IntArrayRef{3, 2}));
}
