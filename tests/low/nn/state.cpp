#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

std::vector<std::string> names_of(std::map<std::string, Tensor> const& state) {
  std::vector<std::string> names;
  for (auto const& entry : state) names.push_back(entry.first);
  return names;
}

std::string mismatch(torch::nn::Module& module, std::map<std::string, Tensor> const& state) {
  try {
    load_state_dict(module, state);
  } catch (state_error const& e) {
    CHECK(e.key() == "state_dict.mismatch");
    return e.what();
  }
  return "nothing thrown";
}

bool holds(std::vector<Tensor> const& list, Tensor const& wanted) {
  return std::any_of(list.begin(), list.end(), [&](Tensor const& t) { return t.is_same(wanted); });
}

}  // namespace

TEST_CASE("state_dict: parameters and buffers under the names Python gives them, sharing memory") {
  Sequential model(torch::nn::Linear(2, 3), torch::nn::BatchNorm1d(3));
  auto state = state_dict(*model);
  CHECK(names_of(state) == std::vector<std::string>{"0.bias", "0.weight", "1.bias", "1.num_batches_tracked",
                                                    "1.running_mean", "1.running_var", "1.weight"});
  CHECK_FALSE(state.at("0.weight").requires_grad());
  state.at("0.bias").fill_(7);
  CHECK(at::equal(model[0]->as<torch::nn::Linear>()->bias, at::full({3}, 7.f)));
}

TEST_CASE("clone_state: later training does not change the copy") {
  Sequential model(torch::nn::Linear(2, 3));
  auto const kept = clone_state(state_dict(*model));
  Tensor const before = kept.at("0.bias").clone();
  torch::NoGradGuard guard;
  model[0]->as<torch::nn::Linear>()->bias.add_(1);
  CHECK(at::equal(kept.at("0.bias"), before));
}

TEST_CASE("load_state_dict: a model of the same structure computes the same afterwards") {
  Sequential first(torch::nn::Linear(2, 3), torch::nn::BatchNorm1d(3));
  Sequential second(torch::nn::Linear(2, 3), torch::nn::BatchNorm1d(3));
  first->forward(at::randn({8, 2}));  // moves the running statistics
  load_state_dict(*second, state_dict(*first));
  first->eval(), second->eval();
  Tensor const x = at::randn({4, 2});
  CHECK(at::equal(first->forward(x), second->forward(x)));
  CHECK(second->parameters()[0].requires_grad());
}

TEST_CASE("load_state_dict: missing, unexpected and differently shaped entries are all named, nothing is changed") {
  Sequential model(torch::nn::Linear(2, 3));
  auto state = clone_state(state_dict(*model));
  Tensor const before = state.at("0.weight").clone();
  state.erase("0.bias");
  state["1.bias"] = at::zeros({3});
  state["0.weight"] = at::zeros({3, 5});
  auto const text = mismatch(*model, state);
  CHECK(text.find("0.bias is missing") != std::string::npos);
  CHECK(text.find("unexpected 1.bias") != std::string::npos);
  CHECK(text.find("0.weight is (3, 5), in this model (3, 2)") != std::string::npos);
  CHECK(at::equal(state_dict(*model).at("0.weight"), before));

  auto late = clone_state(state_dict(*model));
  for (auto& entry : late) entry.second.fill_(9);
  late["0.weight"] = at::zeros({1});  // sorted behind 0.bias, which must not be copied before it is looked at
  mismatch(*model, late);
  CHECK_FALSE(at::equal(state_dict(*model).at("0.bias"), at::full({3}, 9.f)));
}

TEST_CASE("load_state_dict: the list of differences is cut when it is long") {
  Sequential model;
  for (int i = 0; i < 100; ++i) model->push_back(torch::nn::Linear(1, 1));
  auto const text = mismatch(*model, {});
  CHECK(text.size() < 1000);
  CHECK(text.find("expected 200 entries") != std::string::npos);
}

TEST_CASE("params: every parameter in the order of registration") {
  Sequential model(torch::nn::Linear(2, 3), torch::nn::Linear(3, 1));
  auto const all = params(*model);
  REQUIRE(all.size() == 4);
  CHECK(all[0].is_same(model[0]->as<torch::nn::Linear>()->weight));
  CHECK(all[3].is_same(model[1]->as<torch::nn::Linear>()->bias));
}

TEST_CASE("norm_bias_params: weights and biases of normalisation, other layers' biases, no other weight") {
  torch::nn::Linear linear(2, 3), no_bias(torch::nn::LinearOptions(3, 3).bias(false));
  torch::nn::BatchNorm1d norm(3);
  torch::nn::LayerNorm layer_norm(torch::nn::LayerNormOptions({3}));
  Sequential model(Sequential(linear, norm), no_bias, layer_norm);
  auto const found = norm_bias_params(*model);
  CHECK(found.size() == 5);
  CHECK(holds(found, linear->bias));
  CHECK(holds(found, norm->weight));
  CHECK(holds(found, norm->bias));
  CHECK(holds(found, layer_norm->weight));
  CHECK(holds(found, layer_norm->bias));
  CHECK_FALSE(holds(found, linear->weight));
  CHECK_FALSE(holds(found, no_bias->weight));
  CHECK(norm_bias_params(*ConvLayer(1, 8)).size() == 2);
}
