#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What training asks of an optimizer: the members of Optimizer. Any class that has them trains, OptimWrapper among
/// them; AnyOptimizer holds it.
///
/// Source:  own design; the members are those of fastai 2.7.18 optimizer.py
/// Example: examples/doc/optim_wrapper.cpp
class OptimizerInterface {
 public:
  using Groups = Optimizer::Groups;

  OptimizerInterface() = default;
  OptimizerInterface(OptimizerInterface const&) = delete;
  OptimizerInterface& operator=(OptimizerInterface const&) = delete;
  virtual ~OptimizerInterface() = default;

  virtual void step() = 0;
  virtual void zero_grad() = 0;
  virtual void set_hyper(std::string_view name, std::vector<double> const& values) = 0;
  virtual std::vector<double> hyper(std::string_view name) const = 0;
  virtual std::vector<std::string> hyper_names() const = 0;
  virtual Groups groups() const = 0;
  virtual std::size_t n_groups() const = 0;
  virtual void freeze_to(int n) = 0;
  virtual std::size_t frozen_idx() const = 0;
  virtual void no_weight_decay(std::vector<Tensor> const& parameters) = 0;
  virtual void force_train(std::vector<Tensor> const& parameters) = 0;
  virtual void clear_state() = 0;
  virtual OptimizerState state_dict() const = 0;
  virtual OptimizerState shared_state() const { return state_dict(); }
  virtual void load_state_dict(OptimizerState const& state) = 0;

  void set_hyper(std::string_view name, double value) { set_hyper(name, std::vector<double>{value}); }
  void unfreeze() { freeze_to(0); }
  bool has_hyper(std::string_view name) const;
};

namespace detail {

// Any optimizer's state as an OptimizerState, and back: a foreign one keeps its bytes in `archive`.
template <class State>
OptimizerState to_optimizer_state(State state) {
  if constexpr (std::is_same_v<State, OptimizerState>) {
    return state;
  } else {
    OptimizerState result{.archive = std::move(state.archive)};
    for (auto& hypers : state.hypers) result.groups.push_back({std::move(hypers), {}});
    return result;
  }
}
template <class State>
State from_optimizer_state(OptimizerState const& state) {
  if constexpr (std::is_same_v<State, OptimizerState>) {
    return state;
  } else {
    State result;
    result.archive = state.archive;
    for (auto const& group : state.groups) result.hypers.push_back(group.hypers);
    return result;
  }
}

template <class T>
class OptimizerAdapter final : public OptimizerInterface {
 public:
  explicit OptimizerAdapter(T optimizer) : value(std::move(optimizer)) {}

  void step() override { value.step(); }
  void zero_grad() override { value.zero_grad(); }
  void set_hyper(std::string_view name, std::vector<double> const& values) override { value.set_hyper(name, values); }
  std::vector<double> hyper(std::string_view name) const override { return value.hyper(name); }
  std::vector<std::string> hyper_names() const override { return value.hyper_names(); }
  Groups groups() const override { return value.groups(); }
  std::size_t n_groups() const override { return value.n_groups(); }
  void freeze_to(int n) override { value.freeze_to(n); }
  std::size_t frozen_idx() const override { return value.frozen_idx(); }
  void no_weight_decay(std::vector<Tensor> const& parameters) override { value.no_weight_decay(parameters); }
  void force_train(std::vector<Tensor> const& parameters) override { value.force_train(parameters); }
  void clear_state() override { value.clear_state(); }
  OptimizerState state_dict() const override { return to_optimizer_state(value.state_dict()); }
  OptimizerState shared_state() const override {
    if constexpr (requires { value.shared_state(); })
      return value.shared_state();
    else
      return state_dict();
  }
  void load_state_dict(OptimizerState const& state) override {
    value.load_state_dict(from_optimizer_state<decltype(value.state_dict())>(state));
  }

  T value;
};

}  // namespace detail

/// An optimizer of any class, or none yet: used like a pointer, `learn.opt->set_hyper("lr", .1)`.
///
/// Source:  own design
/// Example: examples/doc/optim_wrapper.cpp
class AnyOptimizer {
 public:
  AnyOptimizer() = default;
  template <class T>
  requires(!std::is_same_v<T, AnyOptimizer>) explicit AnyOptimizer(T optimizer)
      : held_(std::make_unique<detail::OptimizerAdapter<T>>(std::move(optimizer))) {}

  bool has_value() const { return held_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  OptimizerInterface* operator->() const { return held_.get(); }
  OptimizerInterface& operator*() const { return *held_; }
  void reset() { held_.reset(); }

  /// The optimizer itself when it is of this class, else nullptr.
  template <class T>
  T* get_if() const {
    auto* const adapter = dynamic_cast<detail::OptimizerAdapter<T>*>(held_.get());
    return adapter ? &adapter->value : nullptr;
  }

 private:
  std::unique_ptr<OptimizerInterface> held_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/any_optimizer.ipp>
#endif
