#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/torch/nn.hpp>

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

using namespace fastxx;

TEST_CASE("Sequential: one can be a layer of another, and runs its layers in order") {
  torch::nn::Linear inner(2, 2), outer(2, 3);
  Sequential model(Sequential(inner, torch::nn::ReLU()), outer);
  Tensor const x = at::randn({4, 2});
  CHECK(at::allclose(model->forward(x), outer(at::relu(inner(x)))));
  CHECK(model->size() == 2);
  CHECK(model->children().size() == 2);
}

TEST_CASE("Sequential: parameters are named by place, nested ones by path, as in Python") {
  Sequential model(Sequential(torch::nn::Linear(2, 2)), torch::nn::ReLU(), torch::nn::Linear(2, 3));
  std::vector<std::string> names;
  for (auto const& entry : model->named_parameters()) names.push_back(entry.key());
  CHECK(names == std::vector<std::string>{"0.0.weight", "0.0.bias", "2.weight", "2.bias"});
}

TEST_CASE("Sequential: a clone computes the same with parameters of its own") {
  Sequential model(Sequential(torch::nn::Linear(2, 2), torch::nn::BatchNorm1d(2)), torch::nn::Linear(2, 3));
  auto const copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  REQUIRE(copy);
  model->eval(), copy->eval();
  Tensor const x = at::randn({4, 2});
  Tensor const before = model->forward(x);
  CHECK(at::equal(copy->forward(x), before));
  torch::NoGradGuard guard;
  for (auto const& parameter : model->parameters()) Tensor(parameter).add_(1);
  CHECK(at::equal(copy->forward(x), before));
  CHECK_FALSE(at::equal(model->forward(x), before));
}

TEST_CASE("Sequential: a clone keeps the names of its layers, so that states fit both") {
  Sequential model;
  model->push_back("body", torch::nn::Linear(2, 2));
  model->push_back("head", torch::nn::Linear(2, 3));
  auto const copy = model->clone();
  CHECK(state_dict(*copy).contains("head.weight"));
  CHECK_NOTHROW(load_state_dict(*copy, state_dict(*model)));
}
