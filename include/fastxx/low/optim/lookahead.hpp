#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>
#include <fastxx/low/optim/recipes.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// The slow weights, and when they move.
class SlowWeights {
 public:
  SlowWeights(std::int64_t k, double alpha);

  // Before the first step the slow weights are the weights.
  void before_step(Optimizer::Groups const& groups);
  // After every k-th step they move towards the weights, which begin there again.
  void after_step(Optimizer::Groups const& groups);
  void clear() { slow_.clear(), count_ = 0; }

  void add_to(OptimizerState& state) const;
  // Take them out of the state; nothing has changed when they do not fit.
  void take_from(OptimizerState& state, Optimizer::Groups const& groups);

 private:
  std::int64_t k_;
  double alpha_;
  std::int64_t count_ = 0;
  Optimizer::Groups slow_;
};

}  // namespace detail

/// An optimizer whose weights go ahead: every k steps slow weights move the share alpha of the way, and the others begin
/// again from there. Made by the recipe Lookahead.
///
/// clear_state() forgets the slow weights. Weights that are loaded into the model later are not theirs: load them first,
/// or call clear_state().
/// Errors:  those of the optimizer inside; state_error [lookahead.options], [lookahead.state]
/// Source:  fastai 2.7.18 optimizer.py Lookahead; Zhang et al. 2019
/// Example: examples/doc/optimizer.cpp
template <class Inner>
class LookaheadOptimizer {
 public:
  using Groups = Optimizer::Groups;

  LookaheadOptimizer(Inner inner, std::int64_t k, double alpha) : inner_(std::move(inner)), slow_(k, alpha) {}

  Inner& inner() { return inner_; }

  void step() {
    slow_.before_step(inner_.groups());
    inner_.step();
    slow_.after_step(inner_.groups());
  }
  void zero_grad() { inner_.zero_grad(); }

  void set_hyper(std::string_view name, double value) { inner_.set_hyper(name, value); }
  void set_hyper(std::string_view name, std::vector<double> const& values) { inner_.set_hyper(name, values); }
  std::vector<double> hyper(std::string_view name) const { return inner_.hyper(name); }
  std::vector<std::string> hyper_names() const { return inner_.hyper_names(); }

  std::size_t n_groups() const { return inner_.n_groups(); }
  Groups groups() const { return inner_.groups(); }
  void freeze_to(int n) { inner_.freeze_to(n); }
  void freeze() { inner_.freeze(); }
  void unfreeze() { inner_.unfreeze(); }
  std::size_t frozen_idx() const { return inner_.frozen_idx(); }
  void no_weight_decay(std::vector<Tensor> const& parameters) { inner_.no_weight_decay(parameters); }
  void force_train(std::vector<Tensor> const& parameters) { inner_.force_train(parameters); }

  void clear_state() {
    inner_.clear_state();
    slow_.clear();
  }
  OptimizerState state_dict() const {
    OptimizerState state = inner_.state_dict();
    slow_.add_to(state);
    return state;
  }
  OptimizerState shared_state() const requires requires(Inner const& inner) { inner.shared_state(); }
  {
    OptimizerState state = inner_.shared_state();
    slow_.add_to(state);
    return state;
  }
  void load_state_dict(OptimizerState state) {
    auto slow = slow_;
    slow.take_from(state, inner_.groups());
    inner_.load_state_dict(state);
    slow_ = std::move(slow);
  }

 private:
  Inner inner_;
  detail::SlowWeights slow_;
};

/// The recipe of a LookaheadOptimizer around another recipe: `opt_func(Lookahead{Adam{}, .k = 6, .alpha = .5})`.
///
/// Source:  fastai 2.7.18 optimizer.py Lookahead
/// Example: examples/doc/optimizer.cpp
template <class Recipe>
struct Lookahead {
  Recipe of = {};
  std::int64_t k = 6;
  double alpha = .5;

  auto make(Optimizer::Groups const& groups) const { return LookaheadOptimizer(of.make(groups), k, alpha); }
};
template <class Recipe, class... Rest>
Lookahead(Recipe, Rest...) -> Lookahead<Recipe>;

/// RAdam behind Lookahead, with fastai's defaults: `opt_func(ranger())`.
///
/// Source:  fastai 2.7.18 optimizer.py ranger
/// Example: examples/doc/optimizer.cpp
inline Lookahead<RAdam> ranger(RAdam const& of = {.mom = .95, .eps = 1e-6, .wd = .01}, std::int64_t k = 6,
                               double alpha = .5) {
  return {of, k, alpha};
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/lookahead.ipp>
#endif
