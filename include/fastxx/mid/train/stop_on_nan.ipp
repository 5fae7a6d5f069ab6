#pragma once

#include <fastxx/low/nn/state.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>

#include <cmath>
#include <map>
#include <string>

namespace fastxx {

FASTXX_INLINE void StopOnNaN::before_train(TrainState& learn) {
  // The copies of the last epoch are written over: memory stays flat.
  auto const state = state_dict(learn.module());
  if (good_.size() != state.size()) good_ = clone_state(state);
  for (auto const& [name, tensor] : state) good_.at(name).copy_(tensor);
}

FASTXX_INLINE void StopOnNaN::after_loss(TrainState& learn) {
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

FASTXX_INLINE void StopOnNaN::after_fit(TrainState& learn) {
  if (!learn.evaluating) good_.clear();
}

FASTXX_INLINE bool StopOnNaN::all_finite(std::map<std::string, Tensor> const& state) {
  for (auto const& entry : state)
    if (!finite(entry.second)) return false;
  return true;
}

}  // namespace fastxx
