#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <doctest/doctest.h>

// Two steps of each stepper on one number, p = 1, gradients 2 and -1, lr 0.1, worked out by hand from fastai's formulas.

namespace {

/// The parameter after each of two steps.
std::pair<double, double> two_steps(fastxx::StepPlan plan, std::vector<std::pair<std::string, double>> hypers = {}) {
  auto p = at::ones({1}).requires_grad_();
  fastxx::Optimizer optimizer(std::move(plan), {{p}});
  optimizer.set_hyper("lr", .1);
  for (auto const& [name, value] : hypers) optimizer.set_hyper(name, value);
  p.mutable_grad() = at::full({1}, 2.);
  optimizer.step();
  auto const first = p.item<double>();
  p.mutable_grad() = at::full({1}, -1.);
  optimizer.step();
  return {first, p.item<double>()};
}

void check(std::pair<double, double> got, double first, double second) {
  CHECK(got.first == doctest::Approx(first).epsilon(1e-6));
  CHECK(got.second == doctest::Approx(second).epsilon(1e-6));
}

}  // namespace

using namespace fastxx;

TEST_CASE("steppers: sgd_step goes lr against the gradient") { check(two_steps(steppers(sgd_step{})), .8, .9); }

TEST_CASE("steppers: weight_decay shrinks the parameter before the step") {
  // 1 * (1 - .1*.5) - .1*2 = .75; .75*.95 + .1 = .8125
  check(two_steps(steppers(weight_decay{}, sgd_step{}), {{"wd", .5}}), .75, .8125);
}

TEST_CASE("steppers: l2_reg goes through the gradient, and through its average") {
  // gradient 2 + .5*1 = 2.5, then -1 + .5*.75 = -.625
  check(two_steps(steppers(l2_reg{}, sgd_step{}), {{"wd", .5}}), .75, .8125);
  // averages 2.5, then .9*2.5 - .625 = 1.625: not what decoupled decay gives
  check(two_steps(steppers(l2_reg{}, average_grad{}, momentum_step{}), {{"wd", .5}}), .75, .5875);
}

TEST_CASE("steppers: average_grad is a running sum unless dampened") {
  // 2, then .9*2 - 1 = .8
  check(two_steps(steppers(average_grad{}, momentum_step{})), .8, .72);
  // .1*2 = .2, then .9*.2 - .1 = .08
  check(two_steps(steppers(average_grad{.dampening = true}, momentum_step{})), .98, .972);
}

namespace {
/// Steps by the average of squares itself, to see it.
struct show_sqr_avg {
  static constexpr std::array hypers{Hyper{"lr", 1.}};
  static constexpr std::array<std::string_view, 1> state{"sqr_avg"};
  static void apply(auto& p, auto& /*grad*/, auto& sqr, auto const& /*h*/) { p = sqr; }
};
}  // namespace

TEST_CASE("steppers: average_sqr_grad is dampened unless told otherwise") {
  // .01*4 = .04, then .99*.04 + .01*1 = .0496
  check(two_steps(steppers(average_sqr_grad{}, show_sqr_avg{})), .04, .0496);
  check(two_steps(steppers(average_sqr_grad{.dampening = false}, show_sqr_avg{})), 4., 4.96);
}

TEST_CASE("steppers: adam_step divides debiased averages, eps outside the root") {
  // step 1: avg .2/.1 = 2, sqr .04/.01 = 4: 1 - .1*2/(2+eps), with eps = .5: 1 - .08 = .92
  // step 2: avg .08/.19, sqr .0496/.0199 = 2.492462: .92 - .1*.4210526/(1.578753+.5) = .8997449
  check(two_steps(steppers(average_grad{.dampening = true}, average_sqr_grad{}, adam_step{}), {{"eps", .5}}), .92,
        .8997449);
}
