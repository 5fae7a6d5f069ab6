#pragma once

#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/optim/stages.hpp>

namespace fastxx {

namespace detail {

/// The choice every recipe has: shrink the weights themselves, or add them to the gradient; then the stages `rest`.
template <class... Rest>
StepPlan with_weight_decay(bool decoupled, Rest... rest) {
  return decoupled ? stages(weight_decay{}, rest...) : stages(l2_reg{}, rest...);
}

}  // namespace detail

/// Stochastic gradient descent, with (undampened) momentum when `mom` is not 0.
///
/// With mom = 0 no average is kept, and setting the hyper-parameter "mom" later (fit_one_cycle does) has no effect.
/// Source:  fastai 2.7.18 optimizer.py SGD
/// Example: tests/low/optim/recipes.cpp
struct SGD {
  double mom = 0.;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const {
    auto plan = mom == 0. ? detail::with_weight_decay(decouple_wd, sgd_step{})
                          : detail::with_weight_decay(decouple_wd, average_grad{}, momentum_step{});
    if (mom == 0.) plan.hypers.push_back({"mom", 0.});
    Optimizer optimizer(std::move(plan), groups);
    optimizer.set_hyper("mom", mom);
    optimizer.set_hyper("wd", wd);
    return optimizer;
  }
};

/// Adam with fastai's defaults; decoupled weight decay (as in AdamW) unless decouple_wd is false.
///
/// Source:  fastai 2.7.18 optimizer.py Adam
/// Example: tests/low/optim/recipes.cpp
struct Adam {
  double mom = .9;
  double sqr_mom = .99;
  double eps = 1e-5;
  double wd = .01;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const {
    Optimizer optimizer(
        detail::with_weight_decay(decouple_wd, average_grad{.dampening = true}, average_sqr_grad{}, adam_step{}),
        groups);
    optimizer.set_hyper("mom", mom);
    optimizer.set_hyper("sqr_mom", sqr_mom);
    optimizer.set_hyper("eps", eps);
    optimizer.set_hyper("wd", wd);
    return optimizer;
  }
};

}  // namespace fastxx
