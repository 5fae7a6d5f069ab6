#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/patch/elastic_width.hpp>
#include <fastxx/low/patch/replicate.hpp>

#include <doctest/doctest.h>
#include <memory>
#include <sstream>
#include <string>
#include <torch/serialize.h>
#include <vector>

using namespace fastxx;

namespace {

// A network as people write it for libtorch: nothing in it knows of widths or of fastxx.
struct NetImpl : torch::nn::Cloneable<NetImpl> {
  NetImpl() { reset(); }
  void reset() override {
    conv1 = register_module("conv1", torch::nn::Conv2d(torch::nn::Conv2dOptions(1, 8, 3).padding(1)));
    norm1 = register_module("norm1", torch::nn::BatchNorm2d(8));
    conv2 = register_module("conv2", torch::nn::Conv2d(torch::nn::Conv2dOptions(8, 12, 3).stride(2).bias(false)));
    norm2 = register_module("norm2", torch::nn::BatchNorm2d(12));
    fc1 = register_module("fc1", torch::nn::Linear(12 * 9, 16));
    fc2 = register_module("fc2", torch::nn::Linear(16, 4));
    other = register_module("other", torch::nn::BatchNorm1d(4));
  }
  Tensor forward(Tensor x) {
    x = norm2(conv2(norm1(conv1(x)).relu())).relu();
    return other(fc2(fc1(x.flatten(1)).relu()));
  }
  torch::nn::Conv2d conv1 = nullptr, conv2 = nullptr;
  torch::nn::BatchNorm2d norm1 = nullptr, norm2 = nullptr;
  torch::nn::Linear fc1 = nullptr, fc2 = nullptr;
  torch::nn::BatchNorm1d other = nullptr;
};
TORCH_MODULE(Net);

struct Widening : ElasticWidth<Widening> {
  using ElasticWidth::ElasticWidth;
  std::vector<ElasticGroup> groups() const override {
    return {{"first", {2, 4, 8}, {"conv1", "norm1"}, {"conv2"}},
            {"second", {3, 6, 12}, {"conv2", "norm2"}, {"fc1"}},
            {"hidden", {4, 8, 16}, {"fc1"}, {"fc2"}}};
  }
};

struct Wrong : ElasticWidth<Wrong> {
  using ElasticWidth::ElasticWidth;
  static inline ElasticGroup group;
  std::vector<ElasticGroup> groups() const override { return {group}; }
};

template <class Action>
std::string key_of(Action const& action) {
  try {
    action();
  } catch (error const& e) {
    return e.key();
  }
  return "nothing thrown";
}

Tensor images(std::int64_t n) { return at::randn({n, 1, 8, 8}); }
auto loop_over(Tensor const& data) {
  return [data](torch::nn::Module& model) {
    for (auto const& batch : data.split(8)) model.as<NetImpl>()->forward(batch);
  };
}

}  // namespace

TEST_CASE(
    "ElasticWidth: sample, calibrate, evaluate, unpatch, and the plain network gives its old numbers bit for bit") {
  at::manual_seed(4);
  Net net;
  auto const data = images(32), probe = images(5);
  for (int i = 0; i < 3; ++i) net->forward(images(8));
  net->eval();
  auto const before = net->forward(probe);
  auto const state = clone_state(state_dict(*net));
  auto const children = net->named_children().keys();
  std::vector<c10::TensorImpl*> parameters;
  for (auto const& parameter : net->parameters()) parameters.push_back(parameter.unsafeGetTensorImpl());

  Widening manager(net);
  manager.patch();
  CHECK(at::equal(net->forward(probe), before));  // the largest widths
  Random random(5);
  int narrow = 0;
  for (int i = 0; i < 4; ++i) {
    auto const widths = manager.sample(random);
    narrow += widths.at("first") < 8 || widths.at("second") < 12 || widths.at("hidden") < 16;
    CHECK(manager.widths() == widths);
    CHECK(net->conv1->weight.size(0) == widths.at("first"));
    CHECK(net->conv2->weight.sizes() == at::IntArrayRef({widths.at("second"), widths.at("first"), 3, 3}));
    CHECK(net->fc1->weight.sizes() == at::IntArrayRef({widths.at("hidden"), widths.at("second") * 9}));
    prep_for_eval(net, loop_over(data));
    CHECK(net->forward(probe).sizes() == at::IntArrayRef({5, 4}));
    CHECK(net->norm1->running_mean.size(0) == widths.at("first"));
    CHECK(net->norm1->num_batches_tracked.item<std::int64_t>() == 4);
    net->train();
    net->forward(data);
    net->eval();
  }
  CHECK(narrow > 0);
  manager.unpatch();

  CHECK(at::equal(net->forward(probe), before));
  CHECK(state_dict(*net).size() == state.size());
  for (auto const& entry : state_dict(*net)) CHECK_MESSAGE(at::equal(entry.second, state.at(entry.first)), entry.first);
  CHECK(net->named_children().keys() == children);
  for (std::size_t i = 0; i < parameters.size(); ++i)
    CHECK(net->parameters()[i].unsafeGetTensorImpl() == parameters[i]);
  CHECK(net->conv1->weight.is_same(net->named_parameters()["conv1.weight"]));
  CHECK(net->norm2->running_var.is_same(net->named_buffers()["norm2.running_var"]));
  for (auto const& module : net->modules()) CHECK_FALSE(module->is_training());
}

TEST_CASE("ElasticWidth: a narrow network computes what the cut-out weights compute, calibrated on its own data") {
  at::manual_seed(6);
  Net net;
  auto const data = images(16), probe = images(3);
  Widening manager(net);
  manager.patch();
  manager.select({{"first", 4}, {"second", 6}});
  CHECK(manager.widths() == Widths{{"first", 4}, {"second", 6}, {"hidden", 16}});
  prep_for_eval(net, loop_over(data));
  auto const first = at::conv2d(data.slice(0, 0, 8), net->named_parameters()["conv1.weight"].slice(0, 0, 4),
                                net->named_parameters()["conv1.bias"].slice(0, 0, 4), 1, 1);
  auto const second = at::conv2d(data.slice(0, 8, 16), net->named_parameters()["conv1.weight"].slice(0, 0, 4),
                                 net->named_parameters()["conv1.bias"].slice(0, 0, 4), 1, 1);
  CHECK(at::allclose(net->norm1->running_mean, (first.mean({0, 2, 3}) + second.mean({0, 2, 3})) / 2, 1e-4, 1e-6));
  auto const narrow = net->forward(probe);
  manager.select({{"first", 2}});
  manager.select({{"first", 4}, {"second", 6}});
  prep_for_eval(net, loop_over(data));
  CHECK(at::equal(net->forward(probe), narrow));  // the way there does not matter
}

TEST_CASE("ElasticWidth: every width trains the shared weights, and only those in use get gradients") {
  at::manual_seed(7);
  Net net;
  auto const x = images(64);
  auto const y = (x.mean({1, 2, 3}) * 40).clamp(-2, 1).add(2).to(at::kLong);
  auto optimizer = Adam{}.make({net->parameters()});
  optimizer.set_hyper("lr", 1e-2);
  Widening manager(net);
  manager.patch();
  {
    at::NoGradGuard const guard;  // selecting does not depend on the mode of the caller
    manager.select({{"first", 2}, {"second", 3}, {"hidden", 4}});
  }
  net->forward(x).sum().backward();
  auto const gradient = net->named_parameters()["conv2.weight"].grad();
  CHECK(gradient.sizes() == at::IntArrayRef({12, 8, 3, 3}));
  CHECK(gradient.slice(0, 3, 12).abs().sum().item<float>() == 0);
  CHECK(gradient.slice(1, 2, 8).abs().sum().item<float>() == 0);
  CHECK(gradient.slice(0, 0, 3).slice(1, 0, 2).abs().sum().item<float>() > 0);
  optimizer.zero_grad();

  Random random(8);
  auto const untrained = clone_state(state_dict(*net));
  float first = 0, last = 0;
  for (int step = 0; step < 60; ++step) {
    if (step % 2 == 0) manager.sample(random);  // some widths serve two steps
    auto const loss = at::cross_entropy_loss(net->forward(x), y);
    loss.backward();
    optimizer.step();
    optimizer.zero_grad();
    (step < 10 ? first : last) += step < 10 || step >= 50 ? loss.item<float>() : 0;
  }
  CHECK(last < first * .8F);
  manager.unpatch();
  CHECK_FALSE(at::equal(net->conv1->weight, untrained.at("conv1.weight")));
  CHECK(at::equal(net->norm1->running_mean, untrained.at("norm1.running_mean")));
  recalibrate_batch_norm(net, loop_over(x));
  net->eval();
  CHECK(at::cross_entropy_loss(net->forward(x), y).item<float>() < first / 10);
}

TEST_CASE("ElasticWidth: a replica has the widths of the model and weights of its own") {
  at::manual_seed(9);
  Net net;
  Widening manager(net);
  manager.patch();
  manager.select({{"first", 2}, {"hidden", 8}});
  auto const replica = replicate(net);
  auto const x = images(4);
  CHECK(replica->conv1->weight.size(0) == 2);
  CHECK(replica->named_parameters()["conv1.weight"].size(0) == 8);
  CHECK(at::equal(replica->forward(x), net->forward(x)));
  CHECK_FALSE(replica->conv1->weight.is_alias_of(net->conv1->weight));
  PatchManager::get_manager(replica)->unpatch();
  CHECK(replica->conv1->weight.size(0) == 8);
  CHECK(net->conv1->weight.size(0) == 2);
}

TEST_CASE("ElasticWidth: wrong groups and widths are refused, and nothing changes") {
  Net net;
  Widening manager(net);
  manager.patch();
  manager.select({{"first", 4}});
  CHECK(key_of([&] { manager.select({{"first", 5}}); }) == "elastic.width");
  CHECK(key_of([&] { manager.select({{"frist", 4}}); }) == "elastic.group");
  CHECK(net->conv1->weight.size(0) == 4);
  CHECK(manager.widths().at("first") == 4);
  manager.unpatch();
  CHECK(key_of([&] { manager.select({{"first", 4}}); }) == "patch.missing");
  for (ElasticGroup const& group : std::vector<ElasticGroup>{{"no such layer", {2, 8}, {"conv9"}, {"conv2"}},
                                                             {"too wide", {2, 9}, {"conv1"}, {"conv2"}},
                                                             {"no multiple", {2, 8}, {"conv1"}, {"fc1"}},
                                                             {"no layer", {2, 8}, {"conv1"}, {""}}}) {
    CAPTURE(group.name);
    Wrong::group = group;
    CHECK(key_of([&] { Wrong(net).patch(); }) == "elastic.group");
    CHECK_FALSE(PatchManager::is_patched(net));
    CHECK(net->conv1->weight.size(0) == 8);
  }
}

namespace {

// A network of the same structure with other numbers, trained a little so that its statistics are its own.
Net stranger() {
  Net net;
  at::NoGradGuard const guard;
  for (auto const& parameter : net->parameters()) parameter.uniform_(-1, 1);
  for (int i = 0; i < 3; ++i) net->forward(images(8) * 3 + 1);
  net->eval();
  return net;
}

Net copy_of(Net const& net) { return Net(std::dynamic_pointer_cast<NetImpl>(net->clone())); }

// A patched network that has trained a step at narrow widths, in eval mode.
Net narrowed(Widths const& widths) {
  Net net;
  Widening manager(net);
  manager.patch();
  manager.select(widths);
  net->forward(images(8) * 2);
  net->eval();
  return net;
}

std::string file_of(Net const& net) {
  std::ostringstream out;
  torch::save(net, out);
  return out.str();
}
void load_into(Net& net, std::string const& file) {
  std::istringstream in(file);
  torch::load(net, in);
}

// What a plain network computes once it is patched and has these widths.
Tensor expected_of(Net const& plain, Widths const& widths, Tensor const& x) {
  auto const copy = copy_of(plain);
  Widening manager(copy);
  manager.patch();
  manager.select(widths);
  return copy.ptr()->forward(x);
}

Widths const narrow{{"first", 4}, {"second", 6}, {"hidden", 8}};

}  // namespace

TEST_CASE("ElasticWidth: a file that torch::load reads into a patched network is what it computes with") {
  at::manual_seed(11);
  auto const other = stranger();
  auto const probe = images(5);
  for (auto const& widths : {Widths(), narrow}) {
    auto net = narrowed(widths);
    load_into(net, file_of(other));
    CHECK(at::equal(net->forward(probe), expected_of(other, widths, probe)));
    CHECK(net->conv2->weight.size(0) == (widths.empty() ? 12 : 6));
    net->zero_grad();
    net->forward(probe).sum().backward();  // and with what it trains
    CHECK(net->named_parameters()["fc1.weight"].grad().abs().sum().item<float>() > 0);
    Widening(net).unpatch();
    CHECK(at::equal(net->forward(probe), other.ptr()->forward(probe)));
    CHECK(net->norm1->running_var.is_same(net->named_buffers()["norm1.running_var"]));
  }
}

TEST_CASE("ElasticWidth: a file of a patched network has the full weights, and writing it changes nothing") {
  at::manual_seed(12);
  auto net = narrowed(narrow);
  prep_for_eval(net, loop_over(images(16)));
  auto const probe = images(5), before = net->forward(probe);
  Net back;
  load_into(back, file_of(net));
  CHECK(at::equal(net->forward(probe), before));  // the calibration is still there
  Widening(net).unpatch();
  back->eval();
  CHECK(at::equal(back->forward(probe), net->forward(probe)));
}

TEST_CASE("ElasticWidth: to() converts a patched network, its calibrated statistics included") {
  at::manual_seed(13);
  auto const probe = images(5);
  auto net = narrowed(narrow);
  prep_for_eval(net, loop_over(images(16)));
  auto const before = net->forward(probe), mean = net->norm2->running_mean.clone();
  auto const check = [&](at::ScalarType dtype) {
    CHECK((net->conv1->weight.scalar_type() == dtype));
    CHECK(net->conv1->weight.is_alias_of(net->named_parameters()["conv1.weight"]));
    CHECK(at::equal(net->norm2->running_mean, mean.to(dtype)));
    auto const now = net->forward(probe.to(dtype));
    CHECK((now.scalar_type() == dtype));
    CHECK(at::allclose(now.to(at::kFloat), before, 1e-4, 1e-5));
    for (auto& parameter : net->parameters()) parameter.mutable_grad().reset();  // to() leaves them, as libtorch does
    now.sum().backward();
    CHECK((net->named_parameters()["conv1.weight"].grad().scalar_type() == dtype));
  };
  net->to(at::kDouble);
  check(at::kDouble);
  net->to(at::kCPU);
  check(at::kDouble);
  net->to(at::kCPU, at::kFloat);
  check(at::kFloat);
  CHECK(at::equal(net->forward(probe), before));
  net->to(at::kDouble);
  Widening(net).unpatch();
  CHECK((net->forward(probe.to(at::kDouble)).scalar_type() == at::kDouble));
  CHECK(net->conv1->weight.is_same(net->named_parameters()["conv1.weight"]));
}

TEST_CASE("ElasticWidth: to() of a patched layer that is no container converts its own tensors") {
  torch::nn::Linear layer(8, 4);
  struct Alone : ElasticWidth<Alone> {
    using ElasticWidth::ElasticWidth;
    std::vector<ElasticGroup> groups() const override { return {{"out", {2, 4}, {""}, {}}}; }
  };
  Alone manager(layer);
  manager.patch();
  manager.select({{"out", 2}});
  auto const x = at::randn({3, 8}), before = layer(x);
  layer->to(at::kDouble);
  CHECK(at::allclose(layer(x.to(at::kDouble)), before.to(at::kDouble)));
  CHECK(layer(x.to(at::kDouble)).size(1) == 2);
}

TEST_CASE("ElasticWidth: load_state_dict gives a patched network the statistics as well as the weights") {
  at::manual_seed(14);
  auto const other = stranger();
  auto const probe = images(5);
  auto net = narrowed(narrow);
  prep_for_eval(net, loop_over(images(16)));
  load_state_dict(*net, state_dict(*other.ptr()));
  CHECK(at::equal(net->forward(probe), expected_of(other, narrow, probe)));
}

TEST_CASE("ElasticWidth: the network may be a part of what is loaded and converted") {
  at::manual_seed(15);
  auto const other = stranger();
  auto const probe = images(5);
  auto net = narrowed(narrow);
  struct Whole : torch::nn::Module {
    explicit Whole(Net const& part) : net(register_module("net", part)) {}
    Net net;
  };
  auto const whole = std::make_shared<Whole>(net);
  auto const copy = std::make_shared<Whole>(other);
  std::stringstream file;
  torch::save(copy, file);
  auto target = whole;
  torch::load(target, file);
  CHECK(at::equal(net->forward(probe), expected_of(other, narrow, probe)));
  whole->to(at::kDouble);
  CHECK((net->forward(probe.to(at::kDouble)).scalar_type() == at::kDouble));
}

TEST_CASE(
    "ElasticWidth: a change of a part alone, and of what is frozen, is seen at the next eval(), train() or call") {
  at::manual_seed(16);
  auto const x = images(4);
  auto net = narrowed(narrow);
  auto const update = [&](int how) {
    if (how == 0) net->train();
    if (how == 1) net->eval();
    if (how == 2) fastxx::forward(net, x);
  };
  for (int how = 0; how < 3; ++how) {
    CAPTURE(how);
    auto const full = net->named_parameters()["fc1.weight"];
    full.set_data(at::full_like(full, how + 2.5));
    update(how);
    CHECK(at::equal(net->fc1->weight, at::full({8, 54}, how + 2.5)));
    for (auto parameter : net->parameters()) parameter.requires_grad_(false);
    update(how);
    CHECK_FALSE(net->forward(x).requires_grad());
    for (auto parameter : net->parameters()) parameter.requires_grad_(true);
    {
      c10::InferenceMode const mode;
      update(how);
    }
    net->zero_grad();
    net->forward(x).sum().backward();
    CHECK(net->named_parameters()["conv1.weight"].grad().defined());
  }
}

TEST_CASE("ElasticWidth: zero_grad, train, eval and the names of a patched network are those of the plain one") {
  at::manual_seed(17);
  auto net = narrowed(narrow);
  Net const plain;
  CHECK(net->named_parameters().keys() == plain->named_parameters().keys());
  CHECK(net->named_buffers().keys() == plain->named_buffers().keys());
  for (auto const& entry : plain->named_parameters())
    CHECK(net->named_parameters()[entry.key()].sizes() == entry.value().sizes());
  net->train();
  net->forward(images(8)).sum().backward();
  CHECK(net->named_parameters()["conv1.weight"].grad().abs().sum().item<float>() > 0);
  net->zero_grad();
  for (auto const& parameter : net->parameters())
    CHECK((!parameter.grad().defined() || parameter.grad().abs().sum().item<float>() == 0));
  auto const mean = net->norm1->running_mean.clone();
  net->eval();
  CHECK(at::equal(net->norm1->running_mean, mean));  // statistics of this width stay
  net->train();
  CHECK(at::equal(net->norm1->running_mean, mean));
}

TEST_CASE("ElasticWidth: clone() of a patched Sequential is a plain one with the full weights") {
  at::manual_seed(18);
  struct Layers : ElasticWidth<Layers> {
    using ElasticWidth::ElasticWidth;
    std::vector<ElasticGroup> groups() const override { return {{"hidden", {2, 6}, {"0", "1"}, {"3"}}}; }
  };
  Sequential model(torch::nn::Linear(3, 6), torch::nn::BatchNorm1d(6), torch::nn::ReLU(), torch::nn::Linear(6, 2));
  model->forward(at::randn({8, 3}));
  model->eval();
  auto const x = at::randn({4, 3}), full = model->forward(x);
  Layers manager(model);
  manager.patch();
  manager.select({{"hidden", 2}});
  auto const copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  CHECK_FALSE(PatchManager::is_patched(copy));
  CHECK(at::equal(copy->forward(x), full));
  CHECK(model[0]->as<torch::nn::LinearImpl>()->weight.size(0) == 2);
}
