#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/patch/patch_manager.hpp>
#include <fastxx/low/patch/replicate.hpp>

#include <any>
#include <doctest/doctest.h>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace fastxx;

namespace {

std::vector<std::string> said;  // what the hooks did, in order

struct Recorder : PatchManagerOf<Recorder> {
  using PatchManagerOf::PatchManagerOf;

 protected:
  PatchData default_patch_data() override { return {{"forwards", 0}, {"by", std::string("Recorder")}}; }
  void pre_forward(Tensors const& inputs) override {
    auto& count = std::any_cast<int&>(patch_data().at("forwards"));
    said.push_back("forward " + std::to_string(++count) + " of " + std::to_string(inputs.at(0).size(0)));
  }
  void pre_sample() override { said.push_back("sample"); }
  void post_eval(ForwardLoop const& loop) override {
    bool eval = true;
    for (auto const& module : model().modules()) eval = eval && !module->is_training();
    said.push_back(std::string("eval") + (eval ? "" : " too early") + (loop ? " with loop" : ""));
    if (loop) loop(model());
  }
};

struct Failing : PatchManagerOf<Failing> {
  using PatchManagerOf::PatchManagerOf;
  PatchData default_patch_data() override { return {}; }
  void modify(Changes& changes) override {
    changes.set(model().as<torch::nn::LinearImpl>()->bias, at::zeros({1}));
    throw std::runtime_error("modify failed");
  }
};

struct Throwing : PatchManagerOf<Throwing> {
  using PatchManagerOf::PatchManagerOf;
  PatchData default_patch_data() override { return {}; }
  void pre_forward(Tensors const&) override { throw std::runtime_error("pre_forward failed"); }
  void post_eval(ForwardLoop const&) override { throw std::runtime_error("post_eval failed"); }
};

struct Leaving : PatchManagerOf<Leaving> {  // its hooks take the patch off
  using PatchManagerOf::PatchManagerOf;
  PatchData default_patch_data() override { return {}; }
  void pre_forward(Tensors const&) override { unpatch(); }
  void post_eval(ForwardLoop const&) override { unpatch(); }
};

struct ForeignImpl : torch::nn::Cloneable<ForeignImpl> {  // somebody else's
  ForeignImpl() { reset(); }
  void reset() override {
    conv = register_module("conv", torch::nn::Conv2d(1, 2, 3));
    norm = register_module("norm", torch::nn::BatchNorm2d(2));
    tail = register_module("tail", torch::nn::Sequential(torch::nn::ReLU(), torch::nn::Flatten()));
  }
  void train(bool on = true) override {
    torch::nn::Module::train(on);
    trained = on ? "train" : "eval";
  }
  Tensor forward(Tensor x) { return tail->forward(norm(conv(x))); }
  torch::nn::Conv2d conv = nullptr;
  torch::nn::BatchNorm2d norm = nullptr;
  torch::nn::Sequential tail = nullptr;
  std::string trained;
};
TORCH_MODULE(Foreign);

struct Ours : fastxx::Module<Ours> {
  Child<torch::nn::Linear> fc = child("fc", torch::nn::Linear(4, 4));
  Child<Foreign> foreign = child("foreign", Foreign());
  Tensor forward(Tensor x) { return foreign(fc(x)); }
};

struct Scaled : fastxx::Module<Scaled> {
  Child<torch::nn::Linear> fc = child("fc", torch::nn::Linear(4, 4));
  double scale = 1;
  Tensor forward(Tensor x) { return fc(x) * scale; }
};
struct Tripled : PatchManagerOf<Tripled> {  // changes members that are no tensors
  using PatchManagerOf::PatchManagerOf;
  PatchData default_patch_data() override { return {}; }
  void modify(Changes& changes) override {
    if (auto* const net = model().as<Scaled>()) changes.set(net->scale, 3.0);
    for (auto const& part : model().modules())
      if (auto* const pool = part->as<torch::nn::MaxPool1dImpl>()) {
        changes.set(pool->options.kernel_size(), torch::ExpandingArray<1>(3));
        changes.set(pool->options.stride(), torch::ExpandingArray<1>(3));
      }
  }
};

template <class Action>
std::string key_of_refusal(Action const& action) {
  try {
    action();
  } catch (error const& e) {
    return e.key();
  }
  return "nothing thrown";
}
std::string text_of(torch::nn::Module const& module) {
  std::ostringstream text;
  text << module;
  return text.str();
}
std::vector<std::string> take_said() { return std::exchange(said, {}); }
using Said = std::vector<std::string>;

}  // namespace

TEST_CASE("PatchManager: is_patched, patch_data and get_manager before, while and after") {
  Foreign net;
  Recorder manager(net);
  CHECK_FALSE(PatchManager::is_patched(net));
  CHECK(manager.patch_data_or_empty().empty());
  CHECK(key_of_refusal([&] { manager.patch_data(); }) == "patch.missing");
  CHECK(key_of_refusal([&] { PatchManager::get_manager(net); }) == "patch.missing");
  CHECK(key_of_refusal([&] { manager.unpatch(); }) == "patch.missing");

  manager.patch();
  CHECK(Recorder::is_patched(net));
  CHECK(std::any_cast<std::string>(manager.patch_data().at("by")) == "Recorder");
  manager.patch_data()["more"] = 7;
  auto const other = PatchManager::get_manager(net);
  CHECK(dynamic_cast<Recorder*>(other.get()) != nullptr);
  CHECK(std::any_cast<int>(other->patch_data_or_empty().at("more")) == 7);
  CHECK(&other->model() == net.get());

  other->unpatch();
  CHECK_FALSE(PatchManager::is_patched(net));
  CHECK(manager.patch_data_or_empty().empty());
}

TEST_CASE("PatchManager: a model that was patched is as if it never was") {
  at::manual_seed(2);
  Foreign net;
  auto const x = at::randn({3, 1, 5, 5});
  net->forward(x);
  net->norm->eval();
  auto const state = clone_state(state_dict(*net));
  auto const text = text_of(*net);
  auto const names = net->named_children().keys();
  auto const parameters = net->parameters().size();
  Recorder manager(net);
  manager.patch();
  CHECK(net->parameters().size() == parameters);
  CHECK(state_dict(*net).size() == state.size());
  CHECK(net->named_children().contains("_fastxx_patch"));
  fastxx::forward(net, x);
  manager.unpatch();
  CHECK(net->named_children().keys() == names);
  CHECK(text_of(*net) == text);
  CHECK(net->is_training());
  CHECK_FALSE(net->norm->is_training());
  for (auto const& [name, tensor] : state_dict(*net)) CHECK(at::equal(tensor, state.at(name)));
  CHECK(fastxx::detail::hooked_modules == 0);
  take_said();
  fastxx::forward(net, x);
  net->eval();
  CHECK(take_said().empty());
  CHECK_NOTHROW(net->clone());  // libtorch's clone() counts the children
}

TEST_CASE("PatchManager: the pre-forward hook runs before each forward of any kind of model") {
  take_said();
  Foreign foreign;
  torch::nn::Sequential layers(torch::nn::Linear(2, 2), torch::nn::ReLU());
  Sequential ours(torch::nn::Linear(2, 2), torch::nn::ReLU());
  auto const net = std::make_shared<Ours>();
  for (ModuleRef const& model : std::vector<ModuleRef>{foreign, layers, ours, net->fc}) Recorder(model).patch();
  fastxx::forward(foreign, at::randn({3, 1, 4, 4}));
  CHECK(take_said() == Said{"forward 1 of 3"});
  layers->forward(at::randn({4, 2}));  // a Sequential is heard however it is called
  ours->forward(at::randn({5, 2}));
  fastxx::forward(ours, at::randn({6, 2}));
  CHECK(take_said() == Said{"forward 1 of 4", "forward 1 of 5", "forward 2 of 6"});
  net->forward(at::randn({7, 1, 4, 4}));  // a Child inside an unpatched model
  CHECK(take_said() == Said{"forward 1 of 7"});
  CHECK(layers->forward(at::ones({1, 2})).size(0) == 1);
  {
    DisablePatches const quiet;
    layers->forward(at::randn({4, 2}));
    foreign->eval();
  }
  CHECK(take_said() == Said{"forward 2 of 1"});
  Recorder(layers).unpatch();
  CHECK_NOTHROW(layers->at<torch::nn::LinearImpl>(0));
}

TEST_CASE("PatchManager: eval() calibrates once the whole tree is in eval mode, train() does not") {
  take_said();
  Foreign net;
  Recorder(net).patch();
  net->train();
  CHECK(take_said().empty());
  net->eval();
  CHECK(take_said() == Said{"eval"});
  CHECK(net->trained == "eval");
  CHECK_FALSE(net->is_training());
  net->register_module("late", torch::nn::Dropout(.5));  // a child behind the patch's own
  net->train();
  net->eval();
  CHECK(take_said() == Said{"eval"});
}

TEST_CASE("PatchManager: reset_before_sample and call_post_eval run their hooks") {
  take_said();
  Foreign net;
  Recorder manager(net);
  manager.patch();
  manager.reset_before_sample();
  net->eval();
  int loops = 0;
  manager.call_post_eval([&](torch::nn::Module& model) {
    ++loops;
    model.train();
    model.eval();  // inside the hook: no second calibration
  });
  manager.call_post_eval();
  CHECK(loops == 1);
  CHECK(take_said() == Said{"sample", "eval", "eval with loop", "eval"});
}

TEST_CASE("prep_for_eval: calibrates exactly once, patched at the top or inside, and gives the model back") {
  take_said();
  auto const outer = std::make_shared<Ours>();
  Foreign plain;
  int loops = 0;
  auto const loop = [&](torch::nn::Module& model) {
    ++loops;
    model.eval();
  };
  CHECK(&prep_for_eval(plain, loop) == &plain);
  CHECK_FALSE(plain->is_training());
  CHECK(loops == 0);
  CHECK(take_said().empty());

  Recorder(plain).patch();
  plain->train();
  prep_for_eval(plain, loop);
  CHECK(loops == 1);
  CHECK(take_said() == Said{"eval with loop"});

  Recorder(outer->foreign).patch();
  CHECK(prep_for_eval(outer, loop) == outer);
  CHECK(loops == 2);
  CHECK(take_said() == Said{"eval with loop"});
  CHECK_FALSE(outer->is_training());
  prep_for_eval(outer);
  CHECK(take_said() == Said{"eval"});
}

TEST_CASE("PatchManager: one patch for a tree of modules") {
  auto const net = std::make_shared<Ours>();
  Recorder(net->foreign).patch();
  CHECK(PatchManager::is_patched(net));
  CHECK_FALSE(PatchManager::is_patched(net->fc));
  CHECK(key_of_refusal([&] { Recorder(net->foreign).patch(); }) == "patch.already");
  CHECK(key_of_refusal([&] { Recorder(net).patch(); }) == "patch.already");
  CHECK(key_of_refusal([&] { Recorder(net->foreign->conv).patch(); }) == "patch.inside");
  try {
    Recorder(net).patch();
  } catch (state_error const& e) {
    CHECK(std::string(e.what()).find("at 'foreign'") != std::string::npos);
  }
  Recorder(net).unpatch();  // a manager of the whole takes off the patch of the part
  CHECK_FALSE(PatchManager::is_patched(net));
  Recorder(net).patch();
  CHECK(key_of_refusal([&] { Recorder(net->fc).patch(); }) == "patch.inside");
  Recorder(net).unpatch();
  CHECK_NOTHROW(Recorder(net->fc).patch());
}

TEST_CASE("PatchManager: what throws leaves nothing half done") {
  torch::nn::Linear linear(2, 2);
  auto const bias = linear->bias;
  CHECK_THROWS_WITH(Failing(linear).patch(), "modify failed");
  CHECK_FALSE(PatchManager::is_patched(linear));
  CHECK(linear->bias.is_same(bias));
  CHECK(linear->named_children().is_empty());
  CHECK_NOTHROW(Recorder(linear).patch());
  Recorder(linear).unpatch();

  auto const empty = torch::nn::Sequential();
  CHECK(key_of_refusal([&] { Recorder(empty).patch(); }) == "hook.empty_sequential");
  CHECK_FALSE(PatchManager::is_patched(empty));

  Foreign net;
  Throwing manager(net);
  manager.patch();
  CHECK_THROWS_WITH(fastxx::forward(net, at::ones({1, 1, 4, 4})), "pre_forward failed");
  CHECK_THROWS_WITH(net->eval(), "post_eval failed");
  CHECK_FALSE(net->is_training());
  CHECK_THROWS_WITH(prep_for_eval(net), "post_eval failed");
  CHECK_THROWS_WITH(net->eval(), "post_eval failed");  // the guard did not stay closed
  manager.unpatch();
  CHECK_NOTHROW(fastxx::forward(net, at::ones({1, 1, 4, 4})));
}

TEST_CASE("PatchManager: unpatch() from the pre-forward hook works, from the post-eval hook it is refused") {
  torch::nn::Sequential layers(torch::nn::Linear(2, 2), torch::nn::ReLU());
  Foreign net;
  Leaving(layers).patch();
  CHECK_NOTHROW(layers->forward(at::ones({1, 2})));
  CHECK_FALSE(PatchManager::is_patched(layers));
  Leaving(net).patch();
  CHECK(key_of_refusal([&] { net->eval(); }) == "patch.busy");
  CHECK(PatchManager::is_patched(net));
  CHECK_NOTHROW(fastxx::forward(net, at::ones({1, 1, 4, 4})));
  CHECK_FALSE(PatchManager::is_patched(net));
}

TEST_CASE("PatchManager: a patched model may die, and hooks and patches live side by side") {
  take_said();
  {
    Sequential model(torch::nn::Linear(2, 2), torch::nn::ReLU());
    auto const net = std::make_shared<Ours>();
    Recorder(model).patch();
    Recorder(net).patch();
    auto const hook = hook_output(model[0], {.in = model});
    model->forward(at::ones({3, 2}));
    CHECK(take_said() == Said{"forward 1 of 3"});
    CHECK(hook.has_stored());
    Recorder(model).unpatch();
    model->forward(at::zeros({3, 2}));
    CHECK(at::equal(hook.stored()[0], model[0]->named_parameters()["bias"]));
    Recorder(model).patch();
  }
  CHECK(fastxx::detail::hooked_modules == 0);
}

TEST_CASE("replicate: the copy is patched too, and has hooks and data of its own") {
  take_said();
  Foreign net;
  Sequential model(torch::nn::Linear(2, 2), torch::nn::ReLU());
  auto const ours = std::make_shared<Ours>();
  Recorder(net).patch();
  Recorder(model).patch();
  Recorder(ours->foreign).patch();
  auto const x = at::randn({3, 1, 4, 4});
  fastxx::forward(net, x);
  auto const copy = replicate(net);
  auto const model_copy = replicate(model);
  auto const ours_copy = replicate(ours);
  take_said();
  CHECK(PatchManager::is_patched(net));
  CHECK(PatchManager::is_patched(copy));
  CHECK(at::equal(fastxx::forward(copy, x), fastxx::forward(net, x)));
  CHECK(take_said() == Said{"forward 2 of 3", "forward 2 of 3"});
  model_copy->forward(at::ones({5, 2}));
  ours_copy->foreign(at::ones({6, 1, 4, 4}));
  CHECK(take_said() == Said{"forward 1 of 5", "forward 1 of 6"});
  Recorder(net).unpatch();
  CHECK(PatchManager::is_patched(copy));
  copy->eval();
  CHECK(take_said() == Said{"eval"});
  CHECK_FALSE(copy->conv->weight.is_alias_of(net->conv->weight));
  CHECK_FALSE(PatchManager::is_patched(replicate(net)));

  Recorder(net).patch();
  CHECK_THROWS(net->clone());   // libtorch's own clone() refuses
  CHECK_THROWS(ours->clone());  // as it holds a patched one of libtorch's
  Recorder(ours).unpatch();
  Recorder(ours).patch();
  CHECK_FALSE(PatchManager::is_patched(ours->clone()));
  CHECK_FALSE(PatchManager::is_patched(model->clone()));
}

TEST_CASE("clone() of a patched fastxx module or Sequential has none of the changes; replicate() has them") {
  auto const x = at::ones({2, 4}), line = at::arange(12, at::kFloat).view({1, 1, 12});
  auto const net = std::make_shared<Scaled>();
  Sequential model(torch::nn::Identity(), Sequential(torch::nn::MaxPool1d(2)));
  auto const plain = net->forward(x);
  Tripled(net).patch();
  Tripled(model).patch();
  auto const copy = std::dynamic_pointer_cast<Scaled>(net->clone());
  auto const model_copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  CHECK(at::equal(copy->forward(x), plain));
  CHECK(model_copy->forward(line).size(2) == 6);
  CHECK(at::equal(net->forward(x), plain * 3));  // what is copied stays patched
  CHECK(model->forward(line).size(2) == 4);
  CHECK(at::equal(replicate(net)->forward(x), plain * 3));
  CHECK(replicate(model)->forward(line).size(2) == 4);
  Tripled(net).unpatch();
  CHECK(at::equal(net->forward(x), plain));
}
