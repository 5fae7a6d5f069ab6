#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <doctest/doctest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/sgd.h>

using namespace fastxx;

namespace {

std::vector<at::Tensor> parameters(at::ScalarType dtype) {
  at::manual_seed(11);
  std::vector<at::Tensor> result;
  for (auto shape : std::vector<std::vector<std::int64_t>>{{40, 33}, {33}, {8, 4, 3, 3}, {1}})
    result.push_back(at::randn(shape).to(dtype).requires_grad_());
  return result;
}

/// All parameters after 100 steps with the same gradients, as one row of doubles.
template <class Make>
at::Tensor after_100_steps(at::ScalarType dtype, Make make) {
  auto ps = parameters(dtype);
  auto optimizer = make(ps);
  at::manual_seed(12);
  for (int step = 0; step < 100; ++step) {
    for (auto& p : ps) p.mutable_grad() = (at::randn(p.sizes()) * (1 + step % 7)).to(dtype);
    optimizer.step();
  }
  for (auto& p : ps) p = p.detach().flatten().to(at::kDouble);
  return at::cat(ps);
}

/// Ours must be as near to the result in double precision as torch's own float32 is.
template <class Ours, class Torch>
void check_same(Ours ours, Torch torch) {
  auto const exact = after_100_steps(at::kDouble, torch);
  auto const torch_error = (after_100_steps(at::kFloat, torch) - exact).abs().max().template item<double>();
  auto const our_error = (after_100_steps(at::kFloat, ours) - exact).abs().max().template item<double>();
  auto const double_error = (after_100_steps(at::kDouble, ours) - exact).abs().max().template item<double>();
  CAPTURE(torch_error);
  CHECK(our_error < 2 * torch_error + 1e-6);
  CHECK(our_error < 2e-5);
  CHECK(double_error < 1e-12);  // whole tensors in double: the formula itself
  CHECK((exact - after_100_steps(at::kDouble, [](auto& ps) { return Adam{.wd = 0}.make({{ps[0]}}); }))
            .abs()
            .max()
            .template item<double>() > 1e-3);
}

auto adam_options() { return torch::optim::AdamOptions(1e-2).betas({.9, .99}).eps(1e-5); }

template <class Recipe>
auto ours(Recipe recipe, double lr) {
  return [=](std::vector<at::Tensor> const& ps) {
    auto optimizer = recipe.make({{ps[0], ps[1]}, {ps[2], ps[3]}});
    optimizer.set_hyper("lr", lr);
    return optimizer;
  };
}

}  // namespace

TEST_CASE("recipes: Adam without weight decay is torch's Adam") {
  check_same(ours(Adam{.wd = 0}, 1e-2), [](auto const& ps) { return torch::optim::Adam(ps, adam_options()); });
}

TEST_CASE("recipes: Adam with decoupled weight decay is torch's AdamW") {
  check_same(ours(Adam{.wd = .1}, 1e-2), [](auto const& ps) {
    return torch::optim::AdamW(ps, torch::optim::AdamWOptions(1e-2).betas({.9, .99}).eps(1e-5).weight_decay(.1));
  });
}

TEST_CASE("recipes: Adam with L2 regularisation is torch's Adam with weight_decay") {
  check_same(ours(Adam{.wd = .1, .decouple_wd = false}, 1e-2),
             [](auto const& ps) { return torch::optim::Adam(ps, adam_options().weight_decay(.1)); });
}

TEST_CASE("recipes: SGD with and without momentum is torch's, weight decay as L2") {
  for (double mom : {0., .9})
    check_same(ours(SGD{.mom = mom, .wd = .01, .decouple_wd = false}, 1e-2), [mom](auto const& ps) {
      return torch::optim::SGD(ps, torch::optim::SGDOptions(1e-2).momentum(mom).weight_decay(.01));
    });
}

TEST_CASE("recipes: defaults are fastai's") {
  auto p = at::zeros({2}).requires_grad_();
  auto const adam = Adam{}.make({{p}});
  auto value = [](Optimizer const& optimizer, char const* name) { return optimizer.hyper(name).at(0); };
  CHECK(value(adam, "mom") == .9);
  CHECK(value(adam, "sqr_mom") == .99);
  CHECK(value(adam, "eps") == 1e-5);
  CHECK(value(adam, "wd") == .01);
  auto const sgd = SGD{}.make({{p}});
  CHECK(value(sgd, "mom") == 0);
  CHECK(value(sgd, "wd") == 0);
}

TEST_CASE("recipes: a schedule may set mom of an SGD without momentum, to no effect") {
  auto p = at::ones({2}).requires_grad_();
  auto sgd = SGD{}.make({{p}});
  sgd.set_hyper("lr", .1);
  sgd.set_hyper("mom", .95);
  for (int i = 0; i < 2; ++i) {
    p.mutable_grad() = at::ones({2});
    sgd.step();
  }
  CHECK(at::allclose(p, at::full({2}, .8)));
  CHECK(sgd.state_dict().groups[0].parameters[0].tensors.empty());
}
