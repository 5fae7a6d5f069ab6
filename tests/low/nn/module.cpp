#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/sequential.hpp>
#include <fastxx/low/nn/state.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

struct Block : fastxx::Module<Block> {
  explicit Block(std::int64_t width) : linear(child("linear", torch::nn::Linear(width, width))) {}
  Child<torch::nn::Linear> linear;
  Child<torch::nn::BatchNorm1d> norm = child("norm", torch::nn::BatchNorm1d(linear->options.out_features()));
  Tensor forward(Tensor x) { return x + norm(linear(x)); }
};

struct Net : fastxx::Module<Net> {
  Child<Block> first = child("first", Block(4));
  Child<Sequential> body = child("body", Sequential(torch::nn::ReLU(), torch::nn::Linear(4, 4)));
  std::vector<Child<Block>> more = {child("more0", Block(4)), child("more1", std::make_shared<Block>(4))};
  Child<torch::nn::Linear> head = child("head", torch::nn::Linear(4, 2));
  Parameter scale = parameter("scale", at::full({1}, 2.0));
  Buffer calls = buffer("calls", at::zeros({1}));

  Tensor forward(Tensor x) {
    calls += 1;
    x = body(first(x));
    for (auto const& block : more) x = block(x);
    return head(x) * scale;
  }
};

struct Further : Net {};

struct Loose : fastxx::Module<Loose> {  // registers a member by hand
  torch::nn::Linear loose = torch::nn::Linear(register_module("loose", torch::nn::Linear(2, 2)));
  Tensor forward(Tensor x) { return loose(x); }
};

struct ForeignBlockImpl : torch::nn::Cloneable<ForeignBlockImpl> {  // somebody else's module around ours
  ForeignBlockImpl() { reset(); }
  void reset() override { net = register_module("net", std::make_shared<Net>()); }
  Tensor forward(Tensor x) { return net->forward(x); }
  std::shared_ptr<Net> net;
};

std::vector<std::string> names_of(torch::nn::Module const& module) {
  std::vector<std::string> names;
  for (auto const& entry : state_dict(module)) names.push_back(entry.first);
  return names;
}

template <class Action>
std::string key_of_module(Action const& action) {
  try {
    action();
  } catch (error const& e) {
    return e.key();
  }
  return "nothing thrown";
}

bool contains(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

std::shared_ptr<Net> cloned(torch::nn::Module const& net) { return std::dynamic_pointer_cast<Net>(net.clone()); }

}  // namespace

TEST_CASE("Module: members register themselves under the names they are given, in their order") {
  Net const net;
  CHECK(net.named_children().keys() == std::vector<std::string>{"first", "body", "more0", "more1", "head"});
  CHECK(net.named_parameters(false).keys() == std::vector<std::string>{"scale"});
  CHECK(net.named_buffers(false).keys() == std::vector<std::string>{"calls"});
  auto const names = names_of(net);
  for (auto const* name :
       {"first.linear.weight", "first.norm.running_mean", "body.1.bias", "more1.linear.bias", "scale"})
    CHECK(std::ranges::count(names, name) == 1);
  CHECK(net.scale.requires_grad());
  CHECK_FALSE(net.calls.requires_grad());
  CHECK(net.head->weight.is_same(net.named_parameters()["head.weight"]));
}

TEST_CASE("Module: a clone computes the same, and shares nothing") {
  at::manual_seed(1);
  auto const net = std::make_shared<Net>();
  auto const x = at::randn({3, 4});
  net->forward(x);  // moves the batch-norm statistics and the counter
  net->more[1]->eval();
  auto const copy = cloned(*net);
  REQUIRE(copy);
  CHECK(copy->calls.item<float>() == 1);
  CHECK(names_of(*copy) == names_of(*net));
  CHECK(copy->is_training());
  CHECK_FALSE(copy->more[1]->is_training());
  CHECK(copy->named_children().keys() == net->named_children().keys());
  for (auto const& entry : state_dict(*net)) {
    CAPTURE(entry.first);
    auto const other = state_dict(*copy).at(entry.first);
    CHECK(at::equal(entry.second, other));
    CHECK_FALSE(entry.second.is_alias_of(other));
  }
  CHECK(at::equal(copy->forward(x), net->forward(x)));
  CHECK(copy->scale.is_same(copy->named_parameters()["scale"]));
  CHECK(copy->calls.is_same(copy->named_buffers()["calls"]));
  CHECK(copy->first->linear->weight.is_same(copy->named_parameters()["first.linear.weight"]));
  CHECK(copy->calls.item<float>() == 2);
}

TEST_CASE("Module: gradients, moves between dtypes and loaded states reach the members") {
  Net net, other;
  net.forward(at::randn({3, 4})).sum().backward();
  CHECK(net.scale.grad().defined());
  CHECK(net.first->linear->weight.grad().defined());
  load_state_dict(other, clone_state(state_dict(net)));
  CHECK(at::equal(other.more[0]->norm->running_var, net.more[0]->norm->running_var));
  CHECK(other.calls.item<float>() == 1);
  net.to(torch::kFloat64);
  CHECK((net.scale.scalar_type() == at::kDouble));
  CHECK((net.calls.scalar_type() == at::kDouble));
  CHECK((net.forward(at::randn({3, 4}, at::kDouble)).scalar_type() == at::kDouble));
}

TEST_CASE("Module: prints its members like a torch module") {
  std::ostringstream text;
  text << Net();
  CHECK(contains(text.str(), "Net("));
  CHECK(contains(text.str(), "(first): "));
  CHECK(contains(text.str(), "(linear): torch::nn::Linear(in_features=4"));
}

TEST_CASE("Module: works in holders, Sequentials and other people's modules") {
  torch::nn::ModuleHolder<Net> const held(std::make_shared<Net>());
  CHECK(held->parameters().size() > 0);
  Sequential model(Block(4), ConvLayer(4, 2, {.ks = 1}));
  CHECK(model->named_parameters().contains("0.norm.weight"));
  auto const copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  CHECK_FALSE(copy->named_parameters()["0.norm.weight"].is_alias_of(model->named_parameters()["0.norm.weight"]));

  model->eval();
  CHECK_FALSE(model->clone()->is_training());

  auto const foreign = std::make_shared<ForeignBlockImpl>();
  auto const x = at::randn({3, 4});
  auto const twin = std::dynamic_pointer_cast<ForeignBlockImpl>(foreign->clone());
  CHECK(at::equal(twin->forward(x), foreign->forward(x)));
  CHECK_FALSE(twin->net->head->weight.is_alias_of(foreign->net->head->weight));
  CHECK(twin->net->head->weight.is_same(twin->named_parameters()["net.head.weight"]));
}

TEST_CASE("Module: what clone() cannot copy is said, and copies without clone() are refused") {
  CHECK(key_of_module([] { Loose().clone(); }) == "module.clone");
  CHECK(key_of_module([] { Further().clone(); }) == "module.type");
  Net const net;
  CHECK(key_of_module([&] { Net const copy = net; }) == "module.copy");
  CHECK_NOTHROW(net.clone());  // a refused copy leaves nothing behind
}
