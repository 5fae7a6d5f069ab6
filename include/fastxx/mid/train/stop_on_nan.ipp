#pragma once

#include <fastxx/low/nn/state.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace fastxx::detail {

inline bool finite(Tensor const& x) { return !x.is_floating_point() || at::isfinite(x).all().item<bool>(); }

inline bool finite(std::vector<Tensor> const& tensors) {
  return std::all_of(tensors.begin(), tensors.end(), [](Tensor const& x) { return finite(x); });
}

inline std::string batch_place(TrainState const& learn) {
  return std::string(learn.training ? "" : "validation of ") + "epoch " + std::to_string(learn.epoch) + ", batch " +
         std::to_string(learn.iter) + " of " + std::to_string(learn.n_iter);
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void StopOnNaN::before_fit(TrainState& learn) {
  if (learn.evaluating) return;
  for (auto const& item : learn.module().named_parameters())
    if (!detail::finite(item.value()))
      throw state_error("train.weights_not_finite",
                        {.call = "Learner::fit",
                         .expected = "finite weights to begin with",
                         .got = "NaN or infinity in '" + item.key() + "'",
                         .fix = "load the weights once more, or see what made them; training cannot mend them"});
}

FASTXX_INLINE void StopOnNaN::before_train(TrainState& learn) {
  // The copies of the last epoch are written over: memory stays flat.
  auto const state = state_dict(learn.module());
  if (good_.size() != state.size()) good_ = clone_state(state);
  for (auto const& [name, tensor] : state) good_.at(name).copy_(tensor);
}

FASTXX_INLINE void StopOnNaN::after_loss(TrainState& learn) {
  if (learn.evaluating || !learn.has_loss() || std::isfinite(learn.loss_value())) return;
  std::string const batch = learn.training ? "before this batch" : "after the training of this epoch";
  std::string const kept = damaged(learn).empty() ? "the model is as it was " + batch : put_back(learn);
  learn.opt->zero_grad();
  char const* const cause = !detail::finite(learn.inputs())    ? "inputs"
                            : !detail::finite(learn.targets()) ? "targets"
                                                               : nullptr;
  throw state_error("train.loss_not_finite", {.call = "Learner::fit",
                                              .expected = "a finite loss",
                                              .got = {std::to_string(learn.loss_value()), cause ? " from " : "",
                                                      cause ? cause : "", cause ? " that hold NaN or infinity" : ""},
                                              .where = detail::batch_place(learn),
                                              .fix = {cause ? "look at the data and the transforms of this batch; "
                                                            : "lower the learning rate or look at the loss function; ",
                                                      kept}});
}

FASTXX_INLINE void StopOnNaN::after_train(TrainState& learn) {
  std::string const name = damaged(learn);
  if (name.empty()) return;
  std::string const kept = put_back(learn);
  throw state_error("train.weights_not_finite",
                    {.call = "Learner::fit",
                     .expected = "finite weights",
                     .got = "NaN or infinity in '" + name + "' though the losses were finite",
                     .where = "epoch " + std::to_string(learn.epoch) + ", after its last batch",
                     .fix = "lower the learning rate or look at the gradient of the loss; " + kept});
}

FASTXX_INLINE void StopOnNaN::after_fit(TrainState& learn) {
  if (!learn.evaluating) good_.clear();
}

FASTXX_INLINE std::string StopOnNaN::damaged(TrainState const& learn) const {
  for (auto const& [name, tensor] : state_dict(learn.module())) {
    auto const good = good_.find(name);
    // A mask may hold infinity for good.
    if (!detail::finite(tensor) && good != good_.end() && detail::finite(good->second)) return name;
  }
  return "";
}

FASTXX_INLINE std::string StopOnNaN::put_back(TrainState& learn) const {
  load_state_dict(learn.module(), good_);
  learn.opt->clear_state();
  return "the model is as it was at the start of this epoch";
}

}  // namespace fastxx
