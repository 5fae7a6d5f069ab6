#pragma once

#include <fastxx/low/optim/recipes.hpp>

#include <fastxx/low/optim/stages.hpp>

namespace fastxx::detail {

/// The choice every recipe has: shrink the weights themselves, or add them to the gradient; then the stages `rest`.
template <class... Rest>
StepPlan with_weight_decay(bool decoupled, Rest... rest) {
  return decoupled ? stages(weight_decay{}, rest...) : stages(l2_reg{}, rest...);
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Optimizer SGD::make(Optimizer::Groups const& groups) const {
  auto plan = mom == 0. ? detail::with_weight_decay(decouple_wd, sgd_step{})
                        : detail::with_weight_decay(decouple_wd, average_grad{}, momentum_step{});
  if (mom == 0.) plan.hypers.push_back({"mom", 0.});
  Optimizer optimizer(std::move(plan), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

FASTXX_INLINE Optimizer Adam::make(Optimizer::Groups const& groups) const {
  Optimizer optimizer(
      detail::with_weight_decay(decouple_wd, average_grad{.dampening = true}, average_sqr_grad{}, adam_step{}), groups);
  optimizer.set_hyper("mom", mom);
  optimizer.set_hyper("sqr_mom", sqr_mom);
  optimizer.set_hyper("eps", eps);
  optimizer.set_hyper("wd", wd);
  return optimizer;
}

}  // namespace fastxx
