#include <fastxx/low/nn/hooks.hpp>
#include <fastxx/low/nn/layers.hpp>
#include <fastxx/low/nn/module.hpp>
#include <fastxx/low/torch/all_nn.hpp>  // LSTM

#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

// A network as people write it for libtorch, which knows nothing of fastxx.
struct ForeignImpl : torch::nn::Module {
  ForeignImpl() {
    register_module("conv", conv);
    register_module("norm", norm);
    register_module("tail", tail);
    register_module("act", act);
    register_module("fc", fc);
  }
  Tensor forward(Tensor x) {
    x = act(norm(conv(x)));
    return fc(tail->forward(x).flatten(1));
  }
  torch::nn::Conv2d conv = torch::nn::Conv2d(1, 2, 3);
  torch::nn::BatchNorm2d norm = torch::nn::BatchNorm2d(2);
  torch::nn::Sequential tail = torch::nn::Sequential(torch::nn::ReLU(), torch::nn::AdaptiveAvgPool2d(2));
  torch::nn::Sigmoid act;
  torch::nn::Linear fc = torch::nn::Linear(8, 3);
};
TORCH_MODULE(Foreign);

struct Ours : fastxx::Module<Ours> {
  Child<torch::nn::Linear> fc = child("fc", torch::nn::Linear(2, 2));
  Child<torch::nn::ReLU> act = child("act", torch::nn::ReLU());
  Tensor forward(Tensor x) { return act(fc(x)); }
};

struct Residual : torch::nn::SequentialImpl {  // a Sequential whose output is not its last layer's
  using torch::nn::SequentialImpl::SequentialImpl;
  Tensor forward(Tensor x) { return x + torch::nn::SequentialImpl::forward(x); }
};

struct Silent : torch::nn::Module {
  void forward(Tensor const&) { ++calls; }
  int calls = 0;
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

Tensor stored_of(OutputHook const& hook) { return hook.stored(); }

}  // namespace

TEST_CASE("hook_output: a layer of somebody else's network is heard where it is called directly") {
  Foreign net;
  auto const x = at::randn({2, 1, 6, 6});
  auto const conv = hook_output(net->conv), norm = hook_output(net->norm, {.in = net}), fc = hook_output(net->fc);
  auto const tail = hook_output(net->tail);
  auto const out = net->forward(x);
  CHECK(at::equal(conv.stored(), net->conv->forward(x)));
  CHECK(at::equal(fc.stored(), out));
  CHECK(norm.stored().sizes() == at::IntArrayRef({2, 2, 4, 4}));
  CHECK(tail.stored().sizes() == at::IntArrayRef({2, 2, 2, 2}));
  CHECK(at::equal(net->fc->forward(tail.stored().flatten(1)), out));
  CHECK_FALSE(conv.stored().requires_grad());
}

TEST_CASE("hook_output: Linear is heard with and without a bias, in any number of dimensions, inputs included") {
  for (bool bias : {true, false})
    for (auto const& shape : std::vector<std::vector<std::int64_t>>{{3}, {2, 3}, {4, 2, 3}}) {
      CAPTURE(bias);
      CAPTURE(shape.size());
      torch::nn::Linear linear(torch::nn::LinearOptions(3, 5).bias(bias));
      int calls = 0;
      Tensor input;
      Hook const count(linear, [&](torch::nn::Module&, Tensors const& in, Tensors const&) {
        input = in.at(0);
        return ++calls;
      });
      auto const hook = hook_output(linear, {.clone = true});
      auto const x = at::randn(shape), out = linear(x);
      CHECK(calls == 1);
      CHECK(at::equal(input, x));
      CHECK(at::equal(hook.stored(), out));
      {
        torch::NoGradGuard const guard;  // what an optimizer does is no call of the layer
        linear->weight.add_(linear->weight).mul_(2);
        if (bias) at::zeros_like(linear->bias).add_(linear->bias);
      }
      CHECK(calls == 1);
      CHECK(count.stored() == 1);
      at::linear(x, linear->weight, linear->bias);  // one call, though its operators call others
      CHECK(calls == 2);
    }
}

TEST_CASE(
    "hook_output: every layer of a Sequential is heard, also with no weight, and the Sequential is left as it was") {
  torch::nn::Sequential model(torch::nn::Linear(3, 4), torch::nn::ReLU(), torch::nn::Linear(4, 2));
  auto const x = at::randn({5, 3});
  auto const before = model->forward(x);
  auto const names = model->named_children().keys();
  {
    auto const hooks = hook_outputs(model->children(), {.in = model});
    auto const whole = hook_output(model);
    CHECK(at::equal(model->forward(x), before));
    CHECK(hooks.size() == 3);
    CHECK(at::equal(hooks[1].stored(), hooks[0].stored().relu()));
    CHECK(at::equal(hooks.stored().back(), before));
    CHECK(at::equal(whole.stored(), before));
    CHECK(model->ptr(1)->as<torch::nn::ReLU>() != nullptr);  // indexing still gives the layer itself
    CHECK(model->named_children().keys() == names);
  }
  CHECK_NOTHROW(model->at<torch::nn::LinearImpl>(0));
  CHECK_NOTHROW(model->ptr<torch::nn::ReLUImpl>(1));
  CHECK(at::equal(model->forward(x), before));
}

TEST_CASE("hook_output: nested Sequentials, inputs and outputs belong to the module that is hooked") {
  Sequential model(ConvLayer(1, 2), Sequential(ConvLayer(2, 3), torch::nn::Flatten()));
  std::vector<std::string> calls;
  auto record = [&](std::string const& name) {
    return [&calls, name](torch::nn::Module&, Tensors const& in, Tensors const& out) {
      calls.push_back(name + " " + std::to_string(in.at(0).size(1)) + ">" + std::to_string(out.at(0).size(1)));
      return 0;
    };
  };
  Hook const inner(model[1], record("inner")), outer(model, record("outer"));
  model->forward(at::randn({2, 1, 4, 4}));
  CHECK(calls == std::vector<std::string>{"inner 2>48", "outer 1>48"});
}

TEST_CASE("hook_output: children of a fastxx::Module and modules called through fastxx::forward are heard") {
  auto const net = std::make_shared<Ours>();
  auto const x = at::randn({3, 2});
  auto const act = hook_output(net->act, {.in = net}), whole = hook_output(net), fc = hook_output(net->fc, {.in = net});
  auto const out = fastxx::forward(net, x);
  CHECK(at::equal(act.stored(), out));
  CHECK(at::equal(whole.stored(), out));
  CHECK(at::equal(fc.stored().relu(), out));
}

TEST_CASE("hook_output: a hooked module is heard once for each call") {
  auto const net = std::make_shared<Ours>();
  torch::nn::Sequential model(torch::nn::Linear(2, 2), torch::nn::Linear(2, 2));
  int fc = 0, layer = 0, alone = 0;
  auto count = [](int& counter) {
    return [&counter](torch::nn::Module&, Tensors const&, Tensors const&) { return ++counter; };
  };
  torch::nn::Linear linear(2, 2);
  Hook const a(net->fc, count(fc), {.in = net}), b(model[0], count(layer), {.in = model}), c(linear, count(alone));
  fastxx::forward(net, at::randn({1, 2}));
  fastxx::forward(*model, at::randn({1, 2}));
  fastxx::forward(linear, at::randn({1, 2}));
  linear(at::randn({1, 2}));
  CHECK(fc == 1);
  CHECK(layer == 1);
  CHECK(alone == 2);

  auto shared = Sequential(torch::nn::ReLU(), torch::nn::Flatten());
  auto twice = Sequential(shared, shared);
  int relu = 0;
  Hook const d(shared[0], count(relu), {.in = twice});
  twice->forward(at::randn({1, 2}));
  CHECK(relu == 2);
}

TEST_CASE("hook_output: grad keeps the gradient of the output") {
  auto const net = std::make_shared<Ours>();
  Foreign foreign;
  torch::nn::Sequential model(torch::nn::Linear(2, 2), torch::nn::ReLU());
  auto const a = hook_output(net->fc, {.in = net, .grad = true});
  auto const b = hook_output(foreign->conv, {.grad = true});
  auto const c = hook_output(model[1], {.in = model, .grad = true});
  auto const out = fastxx::forward(net, at::randn({3, 2}));
  (out * 3).sum().backward();
  CHECK(at::equal(a.stored(), (out > 0) * at::full({1}, 3.0)));
  CHECK(key_of([&] { b.stored(); }) == "hook.nothing_stored");
  foreign->forward(at::randn({2, 1, 6, 6})).sum().backward();
  CHECK(b.stored().sizes() == at::IntArrayRef({2, 2, 4, 4}));
  model->forward(at::randn({3, 2})).sum().backward();
  CHECK(at::equal(c.stored(), at::ones({3, 2})));
}

TEST_CASE("hook_output: a graph made under a hook may be run backward after the hook is gone") {
  auto const net = std::make_shared<Ours>();
  Tensor out;
  {
    auto const hook = hook_output(net->fc, {.in = net, .grad = true});
    out = fastxx::forward(net, at::randn({3, 2}));
  }
  CHECK_NOTHROW(out.sum().backward());

  auto removed = hook_output(net->fc, {.in = net, .grad = true});
  out = fastxx::forward(net, at::randn({3, 2}));
  removed.remove();
  out.sum().backward();
  CHECK_FALSE(removed.has_stored());
}

TEST_CASE("hook_output: detach = false keeps the graph, clone protects from in-place layers") {
  Sequential model(torch::nn::Linear(2, 2), torch::nn::ReLU(torch::nn::ReLUOptions(true)));
  auto const shared = hook_output(model[0], {.in = model}),
             copied = hook_output(model[0], {.in = model, .clone = true});
  auto const x = at::randn({8, 2});
  model->forward(x);
  CHECK(key_of([&] { shared.stored(); }) == "hook.overwritten");
  CHECK(at::equal(copied.stored(),
                  at::linear(x, model[0]->named_parameters()["weight"], model[0]->named_parameters()["bias"])));

  torch::nn::Linear linear(2, 1);
  auto const attached = hook_output(linear, {.detach = false});
  linear(at::randn({3, 2}));
  attached.stored().sum().backward();
  CHECK(linear->weight.grad().defined());
}

TEST_CASE("hook_output: hooks on one module go in any order, and the last one puts the layer back") {
  auto model = Sequential(torch::nn::ReLU(), torch::nn::ReLU());
  auto first = hook_output(model[0], {.in = model}), second = hook_output(model[0], {.in = model});
  auto third = hook_output(model);
  auto const x = at::randn({2, 2});
  first.remove();
  CHECK(first.removed());
  model->forward(x);
  CHECK_FALSE(first.has_stored());
  CHECK(at::equal(second.stored(), x.relu()));
  third.remove();
  second.remove();
  second.remove();                              // again: nothing happens
  CHECK(at::equal(second.stored(), x.relu()));  // what was stored stays
  CHECK_NOTHROW(model->at<torch::nn::ReLUImpl>(0));
  CHECK_NOTHROW(model->at<torch::nn::ReLUImpl>(1));
  CHECK(fastxx::detail::hooked_modules == 0);
}

TEST_CASE("hook_output: a hook can be moved, and may outlive what it is called on") {
  std::vector<OutputHook> kept;
  {
    Sequential model(torch::nn::ReLU(), torch::nn::Linear(2, 2));
    kept.push_back(hook_output(model[0], {.in = model}));
    kept.push_back(hook_output(model[1]));
    model->forward(at::ones({1, 2}));
  }
  CHECK(at::equal(stored_of(kept[0]), at::ones({1, 2})));
  kept.clear();
}

TEST_CASE("Hook: what its function returns is stored, and may be of any type") {
  torch::nn::Linear linear(2, 3);
  Hook const width(linear, [](torch::nn::Module&, Tensors const& in, Tensors const& out) {
    return std::pair(in.at(0).size(1), out.at(0).size(1));
  });
  linear(at::randn({4, 2}));
  CHECK(width.stored() == std::pair<std::int64_t, std::int64_t>(2, 3));
}

TEST_CASE("Hook: an exception of its function reaches the caller, and the model still works") {
  auto model = Sequential(torch::nn::ReLU(), torch::nn::ReLU());
  auto const thrower = [](torch::nn::Module&, Tensors const&, Tensors const&) -> int {
    throw std::runtime_error("no");
  };
  {
    Hook const hook(model[0], thrower, {.in = model});
    CHECK_THROWS_WITH(model->forward(at::ones({1})), "no");
  }
  CHECK(at::equal(model->forward(at::ones({1})), at::ones({1})));
  torch::nn::Linear linear(2, 3);
  Hook const hook(linear, thrower);  // here libtorch stands between the function and the caller
  CHECK_NOTHROW(linear(at::randn({4, 2})));
  CHECK_THROWS_WITH(hook.stored(), "no");
}

TEST_CASE("Hook: its function may remove the hook it runs in") {
  auto model = Sequential(torch::nn::ReLU(), torch::nn::ReLU());
  std::vector<OutputHook> other;
  other.push_back(hook_output(model[0], {.in = model}));
  std::unique_ptr<Hook<int>> hook;
  hook = std::make_unique<Hook<int>>(
      model[0],
      [&](torch::nn::Module&, Tensors const&, Tensors const&) {
        hook->remove();
        other.clear();
        return 1;
      },
      HookOptions{.in = model});
  CHECK(at::equal(model->forward(at::ones({1})), at::ones({1})));
  CHECK_NOTHROW(model->at<torch::nn::ReLUImpl>(0));
}

TEST_CASE("hook_output: modules with several outputs") {
  torch::nn::Sequential model(torch::nn::LSTM(3, 4));
  auto const hook = hook_output(model);
  model->forward<std::tuple<Tensor, std::tuple<Tensor, Tensor>>>(at::randn({5, 2, 3}));
  CHECK(hook.stored_tensors().size() == 3);
  CHECK(hook.stored_tensors()[1].sizes() == at::IntArrayRef({1, 2, 4}));
  CHECK(key_of([&] { hook.stored(); }) == "hook.several_outputs");
}

TEST_CASE("hook_output: what cannot be heard is one clear error") {
  Foreign net;
  auto const residual = std::make_shared<Residual>(torch::nn::Linear(2, 2));
  torch::nn::Linear const stranger(2, 2);
  CHECK(key_of([&] { hook_output(net->act, {.in = net}); }) == "hook.unreachable");
  CHECK(key_of([&] { hook_output(stranger, {.in = net}); }) == "hook.not_in_model");
  CHECK(key_of([&] { hook_output(torch::nn::Sequential()); }) == "hook.empty_sequential");
  CHECK(key_of([&] { hook_output(torch::nn::Linear(nullptr)); }) == "module.empty");
  torch::nn::LinearImpl on_stack(2, 2);
  CHECK(key_of([&] { hook_output(on_stack); }) == "module.not_shared");
  CHECK(key_of([&] { hook_outputs({net->conv, net->act}, {.in = net}); }) == "hook.unreachable");
  auto const unheard = hook_output(residual);
  residual->forward(at::ones({1, 2}));
  CHECK(key_of([&] { unheard.stored(); }) == "hook.nothing_stored");
  auto const heard = fastxx::forward(residual, at::ones({1, 2}));
  CHECK(at::equal(heard, unheard.stored()));
  try {
    hook_output(net->act, {.in = net});
  } catch (state_error const& e) {
    CHECK(std::string(e.what()).find("'act'") != std::string::npos);
  }
}

TEST_CASE("hook_output: a clone made while hooks are on has none of them") {
  Sequential model(torch::nn::Linear(2, 2), torch::nn::ReLU());
  torch::nn::Sequential foreign(torch::nn::Linear(2, 2), torch::nn::ReLU());
  auto const hook = hook_output(model[1], {.in = model}), other = hook_output(foreign[1], {.in = foreign});
  auto const x = at::randn({3, 2});
  auto const copy = std::dynamic_pointer_cast<SequentialImpl>(model->clone());
  auto const foreign_copy = std::dynamic_pointer_cast<torch::nn::SequentialImpl>(foreign->clone());
  CHECK(at::equal(copy->forward(x), model->forward(x)));
  CHECK(at::equal(foreign_copy->forward(x), foreign->forward(x)));
  auto const stored = hook.stored(), kept = other.stored();
  copy->forward(x + 1);
  foreign_copy->forward(x + 1);
  CHECK(hook.stored().is_same(stored));
  CHECK(other.stored().is_same(kept));
  CHECK_NOTHROW(copy->at<torch::nn::ReLUImpl>(1));
}

TEST_CASE("hook_output: a hook that another thread destroys leaves nothing behind in the thread that made it") {
  auto net = std::make_unique<Foreign>();
  auto hook = std::make_unique<OutputHook>(hook_output((*net)->conv, {.in = *net}));
  auto const x = at::ones({1, 1, 6, 6});
  (*net)->forward(x);
  std::weak_ptr<torch::nn::Module> const conv = (*net)->conv.ptr();
  std::thread([&] {
    hook.reset();
    net.reset();
  }).join();
  CHECK(conv.expired());
  Foreign other;
  other->forward(x);  // every operator asks the watches of this thread; the layer of the old one is gone
  auto const again = hook_output(other->conv, {.in = other});
  other->forward(x);
  CHECK(stored_of(again).sizes() == at::IntArrayRef{1, 2, 4, 4});
}

TEST_CASE("forward: a module that returns nothing is called and its hooks run") {
  Silent silent;
  int before = 0, after = 0;
  auto const hook = std::make_shared<fastxx::detail::ForwardHook>();
  hook->before = [&](torch::nn::Module&, Tensors const& inputs) { before += static_cast<int>(inputs.size()); };
  hook->after = [&](torch::nn::Module&, Tensors const&, Tensors const& outputs) { after += outputs.empty() ? 1 : 100; };
  fastxx::detail::HookRegistry::instance().add(&silent, hook);
  fastxx::forward(silent, at::ones({2}));
  fastxx::detail::HookRegistry::instance().remove(&silent, hook.get());
  CHECK(silent.calls == 1);
  CHECK(before == 1);
  CHECK(after == 1);
}

namespace {

// Layers that work in place: torch's own, and somebody's.
struct Halved : torch::nn::Module {
  Tensor forward(Tensor x) { return x.div_(2); }
};
torch::nn::ReLU in_place() { return torch::nn::ReLU(torch::nn::ReLUOptions(true)); }
auto const first_input = [](torch::nn::Module&, Tensors const& in, Tensors const&) { return in.at(0); };
auto const first_output = [](torch::nn::Module&, Tensors const&, Tensors const& out) { return out.at(0); };
auto const sum_of_input = [](torch::nn::Module&, Tensors const& in, Tensors const&) {
  return in.at(0).sum().item<double>();
};
Tensor numbers() { return at::tensor({-3.F, 4.F}); }

}  // namespace

TEST_CASE("Hook: the inputs are those the module was given, also when it works in place, however it is heard") {
  auto const net = std::make_shared<Ours>();
  auto const alone = std::make_shared<Halved>();
  Sequential model(in_place(), std::make_shared<Halved>());
  torch::nn::Sequential whole(in_place());
  for (bool const clone : {false, true}) {
    Hook const relu(model[0], first_input, {.in = model, .clone = clone});
    Hook const half(model[1], first_input, {.in = model, .clone = clone});
    Hook const sum(model[0], sum_of_input, {.in = model, .clone = clone});
    Hook const ends(whole, first_input, {.clone = clone});
    Hook const called(alone, first_input, {.clone = clone});
    CHECK(at::equal(model->forward(numbers()), at::tensor({0.F, 2.F})));
    whole->forward(numbers());
    fastxx::forward(alone, numbers());
    CHECK(at::equal(relu.stored(), numbers()));
    CHECK(at::equal(half.stored(), at::tensor({0.F, 4.F})));
    CHECK(sum.stored() == 1);
    CHECK(at::equal(ends.stored(), numbers()));
    CHECK(at::equal(called.stored(), numbers()));
  }
  Hook const nested(model, first_input);  // the whole model around its in-place layers
  fastxx::forward(model, numbers());
  CHECK(at::equal(nested.stored(), numbers()));
  auto const x = numbers();
  Hook const same(net->fc, first_input, {.in = net, .detach = false});
  fastxx::forward(net, x);
  CHECK(same.stored().is_same(x));  // no copy where nothing wrote
}

TEST_CASE("Hook: what its function keeps of inputs and outputs is refused once it is overwritten") {
  Sequential model(torch::nn::Identity(), in_place());
  Hook const output(model[0], first_output, {.in = model}), input(model[0], first_input, {.in = model});
  Hook const copied(model[0], first_output, {.in = model, .clone = true});
  Hook const part(model[0],
                  [](torch::nn::Module&, Tensors const&, Tensors const& out) { return std::pair(1, out.at(0)[0]); },
                  {.in = model});
  Hook const own(model[0],
                 [](torch::nn::Module&, Tensors const&, Tensors const& out) {
                   return std::vector{out.at(0) * 2, at::ones({1})};
                 },
                 {.in = model});
  auto const listed = hook_output(model[0], {.in = model});
  for (bool const inference : {false, true}) {
    CAPTURE(inference);
    c10::InferenceMode const mode(inference);
    model->forward(numbers());
    if (inference) {  // such tensors count no versions: they are copied
      CHECK(at::equal(output.stored(), numbers()));
      CHECK(at::equal(input.stored(), numbers()));
      CHECK(part.stored().second.item<float>() == -3);
      CHECK(at::equal(listed.stored(), numbers()));
    } else {
      CHECK(key_of([&] { output.stored(); }) == "hook.overwritten");
      CHECK(key_of([&] { input.stored(); }) == "hook.overwritten");
      CHECK(key_of([&] { part.stored(); }) == "hook.overwritten");
      CHECK(key_of([&] { listed.stored(); }) == "hook.overwritten");
    }
    CHECK(at::equal(copied.stored(), numbers()));
    CHECK(at::equal(own.stored()[0], numbers() * 2));
  }
  auto total = at::zeros({2});  // written to by whoever owns it: no concern of the hook
  Hook const running(
      model[0], [total](torch::nn::Module&, Tensors const&, Tensors const& out) mutable { return total.add_(out[0]); },
      {.in = model});
  model->forward(numbers());
  model->forward(numbers());
  total.mul_(2);
  CHECK(at::equal(running.stored(), numbers() * 4));
}

TEST_CASE("Hook: inputs of calls inside calls, and after a call that threw, do not meet") {
  Sequential model(std::make_shared<Halved>(), in_place());
  Sequential twice(model, model);
  std::vector<double> sums;
  Hook const hook(model,
                  [&](torch::nn::Module&, Tensors const& in, Tensors const&) {
                    sums.push_back(in.at(0).sum().item<double>());
                    return 0;
                  },
                  {.in = twice});
  twice->forward(at::tensor({-3.F, 4.F}));  // then 0 and 2
  CHECK(sums == std::vector<double>{1, 2});
  CHECK_THROWS(twice->forward(at::ones({1}, at::kLong)));  // whole numbers cannot be halved in place
  twice->forward(at::tensor({8.F, 8.F}));
  CHECK(sums == std::vector<double>{1, 2, 16, 8});
}
