#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <doctest/doctest.h>

using namespace fastxx;

namespace {

at::Tensor parameter(double value = 1., std::int64_t size = 3) { return at::full({size}, value).requires_grad_(); }
void give_grad(at::Tensor const& p, double value = 1.) { p.mutable_grad() = at::full_like(p, value); }
double first(at::Tensor const& p) { return p.detach().flatten()[0].item<double>(); }

template <class Error, class Action>
std::string message(Action action) {
  try {
    action();
  } catch (Error const& e) {
    return e.what();
  }
  return "no error";
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

Optimizer sgd(Optimizer::Groups const& groups, double wd = 0.) {
  auto optimizer = SGD{.wd = wd}.make(groups);
  optimizer.set_hyper("lr", .1);
  return optimizer;
}

}  // namespace

TEST_CASE("optimizer: parameters without gradient are skipped and count no step") {
  auto a = parameter(), b = parameter();
  auto optimizer = Adam{}.make({{a, b}});
  give_grad(a);
  optimizer.step();
  CHECK(first(a) < 1);
  CHECK(first(b) == 1);
  auto const state = optimizer.state_dict().groups[0];
  CHECK(state.parameters[0].step == 1);
  CHECK(state.parameters[1].step == 0);
  CHECK(state.parameters[1].tensors.empty());
}

TEST_CASE("optimizer: zero_grad drops the gradients") {
  auto p = parameter();
  auto optimizer = sgd({{p}});
  give_grad(p);
  optimizer.zero_grad();
  CHECK_FALSE(p.grad().defined());
  optimizer.step();
  CHECK(first(p) == 1);
}

TEST_CASE("optimizer: works on real gradients, and autograd notices the change in place") {
  auto p = parameter(2.);
  auto optimizer = sgd({{p}});
  (p * p).sum().backward();
  auto const stale = (p * p).sum();
  optimizer.step();
  CHECK(first(p) == doctest::Approx(1.6));
  CHECK_THROWS(stale.backward());
}

TEST_CASE("optimizer: hypers are set for all groups or one by one") {
  auto a = parameter(), b = parameter();
  auto optimizer = sgd({{a}, {b}});
  CHECK(optimizer.n_groups() == 2);
  CHECK(optimizer.groups()[1][0].is_same(b));
  optimizer.set_hyper("lr", {.1, .2});
  CHECK(optimizer.hyper("lr") == std::vector<double>{.1, .2});
  give_grad(a);
  give_grad(b);
  optimizer.step();
  CHECK(first(a) == doctest::Approx(.9));
  CHECK(first(b) == doctest::Approx(.8));
  optimizer.set_hyper("lr", std::vector<double>{.3});
  CHECK(optimizer.hyper("lr") == std::vector<double>{.3, .3});
  CHECK_THROWS_AS(optimizer.set_hyper("lr", {.1, .2, .3}), state_error);
  CHECK_THROWS_AS(optimizer.set_hyper("lr", std::vector<double>{}), state_error);
  CHECK(optimizer.hyper("lr") == std::vector<double>{.3, .3});
}

TEST_CASE("optimizer: an unknown hyper is refused with the list of known ones") {
  auto optimizer = Adam{}.make({{parameter()}});
  auto const text = message<state_error>([&] { optimizer.set_hyper("momentum", .9); });
  CHECK(has(text, "[optimizer.unknown_hyper]"));
  CHECK(has(text, "lr, wd, mom, sqr_mom, eps"));
  CHECK(has(text, "'momentum'"));
  CHECK_THROWS_AS((void)optimizer.hyper("nu"), state_error);
}

TEST_CASE("optimizer: what cannot be a parameter is refused by place") {
  auto p = parameter();
  auto text = message<tensor_error>([&] { sgd({{p}, {p.clone()}}); });
  CHECK(has(text, "[optimizer.parameter]"));
  CHECK(has(text, "group 1, parameter 0"));
  CHECK_THROWS_AS(sgd({{at::ones({2}, at::kLong)}}), tensor_error);
  CHECK_THROWS_AS(sgd({{at::Tensor{}}}), tensor_error);
  CHECK(has(message<state_error>([&] { sgd({{p}, {p}}); }), "[optimizer.repeated_parameter]"));
  CHECK(has(message<state_error>([&] { sgd({{}, {}}); }), "[optimizer.no_parameters]"));
}

TEST_CASE("optimizer: a sparse gradient is refused") {
  auto p = at::ones({4, 2}).requires_grad_();
  auto optimizer = sgd({{p}});
  p.mutable_grad() = at::ones({4, 2}).to_sparse();
  CHECK(has(message<tensor_error>([&] { optimizer.step(); }), "[optimizer.sparse_gradient]"));
}

TEST_CASE("optimizer: no_weight_decay holds whenever wd is set") {
  auto weight = parameter(), bias = parameter();
  auto optimizer = sgd({{weight, bias}}, .5);
  optimizer.no_weight_decay({bias, parameter()});
  auto step = [&] {
    give_grad(weight, 0);
    give_grad(bias, 0);
    optimizer.step();
  };
  step();
  CHECK(first(weight) == doctest::Approx(.95));
  CHECK(first(bias) == 1);
  optimizer.set_hyper("wd", 1.);
  optimizer.clear_state();
  step();
  CHECK(first(weight) == doctest::Approx(.95 * .9));
  CHECK(first(bias) == 1);
  CHECK(optimizer.hyper("wd") == std::vector<double>{1.});
}

TEST_CASE("optimizer: frozen groups keep nothing that moves them, except what must train on") {
  auto weight = parameter(), norm = parameter(), head = parameter();
  auto optimizer = sgd({{weight, norm}, {head}}, .5);
  optimizer.force_train({norm});
  for (auto& p : {weight, norm, head}) give_grad(p, 0);
  optimizer.freeze();
  CHECK(optimizer.frozen_idx() == 1);
  CHECK_FALSE(weight.requires_grad());
  CHECK_FALSE(weight.grad().defined());
  CHECK(norm.requires_grad());
  optimizer.step();
  CHECK(first(weight) == 1);  // a gradient left behind would have let weight decay in
  CHECK(first(norm) == doctest::Approx(.95));
  CHECK(first(head) == doctest::Approx(.95));
  optimizer.clear_state();
  optimizer.freeze_to(-1);
  CHECK(norm.requires_grad());
  optimizer.unfreeze();
  CHECK(optimizer.frozen_idx() == 0);
  CHECK(weight.requires_grad());
  optimizer.freeze_to(2);
  CHECK_FALSE(head.requires_grad());
}

TEST_CASE("optimizer: freezing more groups than there are, or the only one by freeze(), is refused") {
  auto optimizer = sgd({{parameter()}, {parameter()}});
  CHECK_THROWS_AS(optimizer.freeze_to(3), state_error);
  CHECK_THROWS_AS(optimizer.freeze_to(-3), state_error);
  auto single = sgd({{parameter()}});
  CHECK(has(message<state_error>([&] { single.freeze(); }), "freeze_to"));
}

TEST_CASE("optimizer: taking the state and going back to it repeats the same numbers") {
  auto p = at::randn({50}).requires_grad_();
  auto optimizer = Adam{}.make({{p}});
  auto steps = [&](int seed) {
    at::manual_seed(seed);
    for (int i = 0; i < 3; ++i) {
      p.mutable_grad() = at::randn({50});
      optimizer.step();
    }
  };
  steps(1);
  auto const saved = optimizer.state_dict();
  auto const weights = p.detach().clone();
  optimizer.set_hyper("mom", .5);
  steps(2);
  auto const once = p.detach().clone();
  optimizer.load_state_dict(saved);
  CHECK(optimizer.hyper("mom") == std::vector<double>{.9});
  optimizer.set_hyper("mom", .5);
  p.detach().copy_(weights);
  steps(2);
  CHECK(p.detach().equal(once));
  p.detach().copy_(weights);  // the averages of another history give something else
  steps(2);
  CHECK_FALSE(p.detach().equal(once));
  auto const shared = optimizer.shared_state().groups[0].parameters[0],
             copy = optimizer.state_dict().groups[0].parameters[0];
  steps(1);
  auto const now = optimizer.state_dict().groups[0].parameters[0];
  for (auto const& [name, tensor] : now.tensors) {
    CHECK(at::equal(shared.tensors.at(name), tensor));
    CHECK_FALSE(at::equal(copy.tensors.at(name), tensor));
  }
}

TEST_CASE("optimizer: the state taken before the first step can be gone back to") {
  auto p = parameter();
  auto optimizer = Adam{}.make({{p}});
  auto const fresh = optimizer.state_dict();
  give_grad(p);
  optimizer.step();
  CHECK(optimizer.state_dict().groups[0].parameters[0].tensors.size() == 2);
  optimizer.load_state_dict(fresh);
  auto const state = optimizer.state_dict().groups[0].parameters[0];
  CHECK(state.step == 0);
  CHECK(state.tensors.empty());
}

TEST_CASE("optimizer: a state that does not fit is refused by place and changes nothing") {
  auto a = parameter(1., 3), b = parameter(1., 4);
  auto optimizer = Adam{}.make({{a, b}});
  give_grad(a);
  give_grad(b);
  optimizer.step();
  auto refusal = [&](auto spoil) {
    auto state = optimizer.state_dict();
    state.groups[0].hypers["lr"] = 5.;
    spoil(state);
    auto const text = message<state_error>([&] { optimizer.load_state_dict(state); });
    CHECK(optimizer.hyper("lr") == std::vector<double>{1e-3});
    return text;
  };
  auto text = refusal([](auto& s) { s.groups[0].parameters[1].tensors["sqr_avg"] = at::zeros({3}); });
  CHECK(has(text, "[optimizer.state]"));
  CHECK(has(text, "group 0, parameter 1"));
  CHECK(has(text, "'sqr_avg' of shape (4); got (3)"));
  CHECK(has(refusal([](auto& s) { s.groups[0].parameters[0].tensors.erase("grad_avg"); }), "group 0, parameter 0"));
  CHECK(has(refusal([](auto& s) { s.groups[0].parameters.pop_back(); }), "expected 2 parameters; got 1"));
  CHECK(has(refusal([](auto& s) { s.groups.pop_back(); }), "expected 1 groups; got 0"));
  CHECK(has(refusal([](auto& s) { s.groups[0].hypers.erase("eps"); }), "'eps'"));
}

TEST_CASE("optimizer: a parameter moved to another type takes its state along") {
  auto p = parameter();
  auto optimizer = Adam{}.make({{p}});
  give_grad(p);
  optimizer.step();
  p.set_data(p.detach().to(at::kDouble));
  p.mutable_grad().reset();
  give_grad(p);
  optimizer.step();
  auto const state = optimizer.state_dict().groups[0].parameters[0];
  CHECK(state.step == 2);
  CHECK((state.tensors.at("grad_avg").scalar_type() == at::kDouble));
  CHECK(state.tensors.at("grad_avg")[0].item<double>() == doctest::Approx(.19));
}

namespace {

// Parameters that are no plain floats: of several types, steps, rates and orders in memory, with gradients that are views.
std::vector<at::Tensor> mixed_parameters() {
  at::manual_seed(3);
  std::vector<at::Tensor> all;
  for (auto const type : {at::kDouble, at::kFloat, at::kDouble, at::kBFloat16, at::kDouble, at::kDouble})
    all.push_back(at::randn({4, 3}).to(type));
  all[2] = all[2].t();
  all[1] = all[1].t().to(at::kDouble);
  for (auto& p : all) p.requires_grad_();
  return all;
}
void give_mixed_grads(std::vector<at::Tensor> const& all, int step) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 4 && step == 0) continue;  // one step behind the others
    auto const grad = at::arange(12, at::kDouble).add(static_cast<double>(i) + step).sin().view(all[i].sizes());
    all[i].mutable_grad() = (i == 5 ? grad.t().contiguous().t() : i == 0 ? grad._neg_view() : grad).to(all[i].dtype());
  }
}

}  // namespace

TEST_CASE("optimizer: tensors that take their step together get what each gets alone") {
  auto const check = [](auto const& recipe) {
    auto const together = mixed_parameters(), alone = mixed_parameters();
    std::vector<std::vector<at::Tensor>> const groups{{together[0], together[1], together[2], together[3]},
                                                      {together[4], together[5]}};
    auto optimizer = recipe.make(groups);
    optimizer.set_hyper("lr", {1e-2, 1e-1});
    std::vector<Optimizer> each;
    for (std::size_t i = 0; i < alone.size(); ++i) {
      each.push_back(recipe.make({{alone[i]}}));
      each.back().set_hyper("lr", i < 4 ? 1e-2 : 1e-1);
    }
    for (int step = 0; step < 3; ++step) {
      give_mixed_grads(together, step), give_mixed_grads(alone, step);
      optimizer.step();
      for (auto& one : each) one.step();
    }
    for (std::size_t i = 0; i < alone.size(); ++i) {
      CAPTURE(i);
      CHECK(at::equal(together[i], alone[i]));
      if (i != 3) CHECK_FALSE(at::equal(together[i], mixed_parameters()[i]));  // bfloat16 loses small steps
    }
  };
  check(SGD{.mom = .9}), check(Adam{}), check(RAdam{.beta = 50}), check(Larc{}), check(Lamb{});
}

namespace {

// Values that formulas keep: the weights and the gradient of the step before, and the weights of two steps before.
struct KeepingStep {
  static constexpr std::array hypers{Hyper{"lr", .1}};
  static constexpr std::array<std::string_view, 3> state{"last", "last_grad", "older"};

  static void apply(auto& p, auto& grad, auto& last, auto& last_grad, auto& older, auto const& h) {
    auto const [lr] = h;
    auto const change = grad - last_grad;
    older = last, last = p, last_grad = grad;
    p -= lr * (change + .5 * older);
  }
};

}  // namespace

TEST_CASE("optimizer: what a formula assigns to a state is a value, for every type") {
  auto const train = [](at::ScalarType type) {
    Tensor const p = at::full({3}, 1., type).requires_grad_(), grad = at::zeros({3}, type);
    Optimizer optimizer(steppers(KeepingStep{}), {{p}});
    p.mutable_grad() = grad;
    for (int step = 0; step < 4; ++step) {
      grad.fill_(1 + step * step);  // in its place, as gradients that add up
      optimizer.step();
    }
    return at::stack({p.detach(), optimizer.state_dict().groups[0].parameters[0].tensors.at("last")}).to(at::kDouble);
  };
  CHECK(at::allclose(train(at::kDouble), train(at::kFloat), 1e-6, 1e-6));
}
