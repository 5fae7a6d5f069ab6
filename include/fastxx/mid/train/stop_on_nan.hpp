#pragma once

#include <cmath>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <map>
#include <string>
#include <tuple>

namespace fastxx {

/// Stops training at the first loss that is not a number, says where and why, and leaves the model in its last good
/// state.
///
/// A copy of the model is taken at the start of each epoch; it comes back when weights or running statistics are
/// damaged.
/// Errors:  state_error [train.loss_not_finite] naming epoch, batch and the likely cause
/// Source:  fastai 2.7.18 callback/tracker.py TerminateOnNaNCallback; differs: on by default, and nothing is lost
/// Example: examples/doc/learner.cpp
class StopOnNaN {
 public:
  static constexpr int order = 40;
  static constexpr bool run_valid = false;

  template <class Learner>
  void before_train(Learner& learn) {
    // The copies of the last epoch are written over: memory stays flat.
    auto const state = state_dict(*learn.model);
    if (good_.size() != state.size()) good_ = clone_state(state);
    for (auto const& [name, tensor] : state) good_.at(name).copy_(tensor);
  }

  template <class Learner>
  void after_loss(Learner& learn) {
    if (!learn.has_loss() || std::isfinite(learn.loss_value())) return;
    bool const inputs_finite = std::apply([](auto const&... x) { return (finite(x) && ...); }, learn.xb);
    std::string kept = "the model is as it was before this batch";
    if (!all_finite(state_dict(*learn.model))) {
      load_state_dict(*learn.model, good_);
      learn.opt->clear_state();
      kept = "the model is as it was at the start of this epoch";
    }
    learn.opt->zero_grad();
    throw state_error(
        "train.loss_not_finite",
        {.call = "Learner::fit",
         .expected = "a finite loss",
         .got = std::to_string(learn.loss_value()) + (inputs_finite ? "" : " from inputs that hold NaN or infinity"),
         .where = "epoch " + std::to_string(learn.epoch) + ", batch " + std::to_string(learn.iter) + " of " +
                  std::to_string(learn.n_iter),
         .fix = (inputs_finite ? "lower the learning rate or look at the loss function; "
                               : "look at the data and the transforms of this batch; ") +
                kept});
  }

  template <class Learner>
  void after_fit(Learner&) {
    good_.clear();
  }

 private:
  template <class X>
  static bool finite(X const& x) {
    if constexpr (std::is_base_of_v<Tensor, X>)
      return !x.is_floating_point() || at::isfinite(static_cast<Tensor const&>(x)).all().template item<bool>();
    else
      return true;
  }
  static bool all_finite(std::map<std::string, Tensor> const& state) {
    for (auto const& entry : state)
      if (!finite(entry.second)) return false;
    return true;
  }

  std::map<std::string, Tensor> good_;
};

}  // namespace fastxx
