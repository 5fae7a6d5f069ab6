#pragma once

#include <cmath>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/state.hpp>
#include <map>
#include <string>

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

  void before_train(TrainState& learn) {
    // The copies of the last epoch are written over: memory stays flat.
    auto const state = state_dict(learn.module());
    if (good_.size() != state.size()) good_ = clone_state(state);
    for (auto const& [name, tensor] : state) good_.at(name).copy_(tensor);
  }

  void after_loss(TrainState& learn) {
    if (!learn.has_loss() || std::isfinite(learn.loss_value())) return;
    bool inputs_finite = true;
    for (Tensor const& input : learn.inputs()) inputs_finite = inputs_finite && finite(input);
    std::string kept = "the model is as it was before this batch";
    if (!all_finite(state_dict(learn.module()))) {
      load_state_dict(learn.module(), good_);
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

  void after_fit(TrainState& learn) {
    if (!learn.evaluating) good_.clear();
  }

 private:
  static bool finite(Tensor const& x) { return !x.is_floating_point() || at::isfinite(x).all().item<bool>(); }
  static bool all_finite(std::map<std::string, Tensor> const& state) {
    for (auto const& entry : state)
      if (!finite(entry.second)) return false;
    return true;
  }

  std::map<std::string, Tensor> good_;
};

}  // namespace fastxx
