#pragma once

#include <fastxx/low/optim/recipes.hpp>
#include <fastxx/low/optim/steppers.hpp>

#include <array>
#include <cstdint>

namespace fastxx::detail {

// The choice every recipe has: shrink the weights themselves, or add them to the gradient. One stepper for both, since a
// recipe's loop is compiled for each combination of steppers.
struct decay {
  bool decoupled;

  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"wd", 0.}};
  struct Scalars {
    double keep, add;
  };
  Scalars scalars(HyperValues<2> const& h, std::int64_t) const {
    return decoupled ? Scalars{1 - h[0] * h[1], 0} : Scalars{1, h[1]};
  }
  static void apply(auto& p, auto& grad, Scalars s) {
    if (s.add == 0) return void(p *= s.keep);
    grad += s.add * p;
  }
};

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Optimizer SGD::make(Optimizer::Groups const& groups) const {
  auto plan = mom == 0. ? steppers(detail::decay{decouple_wd}, sgd_step{})
                        : steppers(detail::decay{decouple_wd}, average_grad{}, momentum_step{});
  if (mom == 0.) plan.hypers.push_back({"mom", 0.});
  Optimizer optimizer(std::move(plan), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer Adam::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(
      steppers(detail::decay{decouple_wd}, average_grad{.dampening = true}, average_sqr_grad{}, adam_step{}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer RMSProp::make(Optimizer::Groups const& groups) const {
  auto plan = mom == 0.
                  ? steppers(detail::decay{decouple_wd}, average_sqr_grad{}, rms_prop_step{})
                  : steppers(detail::decay{decouple_wd}, average_grad{}, average_sqr_grad{}, rms_prop_momentum_step{});
  if (mom == 0.) plan.hypers.push_back({"mom", 0.});
  Optimizer optimizer(std::move(plan), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer RAdam::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(
      steppers(detail::decay{decouple_wd}, average_grad{.dampening = true}, average_sqr_grad{}, radam_step{}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("beta", beta);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer QHAdam::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(
      steppers(detail::decay{decouple_wd}, average_grad{.dampening = true}, average_sqr_grad{}, qhadam_step{}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("nu_1", nu_1);
  optimizer.set_hyper("nu_2", nu_2);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer Larc::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(steppers(detail::decay{decouple_wd}, average_grad{}, larc_step{clip}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("trust_coeff", trust_coeff);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer Lamb::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(
      steppers(detail::decay{decouple_wd}, average_grad{.dampening = true}, average_sqr_grad{}, lamb_step{}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

}  // namespace fastxx
