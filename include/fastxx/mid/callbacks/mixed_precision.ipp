#pragma once

#include <fastxx/mid/callbacks/mixed_precision.hpp>
#include <fastxx/mid/train/events.hpp>

#include <set>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void restore_digits(Tensor& tensor) {
  if (!tensor.defined()) return;
  if (tensor.scalar_type() == at::kBFloat16 || tensor.scalar_type() == at::kHalf) tensor = tensor.to(at::kFloat);
}

// Those of the model, and those that only the optimizer knows; a parameter that is in both, or twice, once.
inline std::vector<Tensor> gradients_of(TrainState const& learn) {
  std::vector<Tensor> gradients;
  std::set<void const*> known;
  auto const add = [&](Tensor const& parameter) {
    if (parameter.grad().defined() && known.insert(parameter.unsafeGetTensorImpl()).second)
      gradients.push_back(parameter.grad());
  };
  for (auto const& parameter : learn.module().parameters()) add(parameter);
  for (auto const& group : learn.opt->groups())
    for (auto const& parameter : group) add(parameter);
  return gradients;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE MixedPrecision::MixedPrecision(AMPMode mode, MixedPrecisionOptions const& options)
    : mode_(mode),
      options_(options),
      scales_(options.scale_loss == LossScaling::on ||
              (options.scale_loss == LossScaling::automatic && mode == AMPMode::fp16)),
      scaler_(options.scaler) {}

FASTXX_INLINE AutocastOptions MixedPrecision::autocast_for(AMPMode mode, TrainState const& learn) {
  return {.dtype = mode == AMPMode::fp16 ? at::kHalf : at::kBFloat16, .device = learn.device().type()};
}

FASTXX_INLINE void MixedPrecision::require_device(AMPMode mode, TrainState const& learn) {
  detail::require_autocast(autocast_for(mode, learn), "MixedPrecision");
}

FASTXX_INLINE void MixedPrecision::before_fit(TrainState& learn) {
  require_device(mode_, learn);
  autocast_ = autocast_for(mode_, learn);
  if (learn.evaluating) return;
  scaler_ = GradScaler(options_.scaler);
  unscaled_ = false;
  skipped_steps_ = 0;
}

FASTXX_INLINE void MixedPrecision::before_batch(TrainState& learn) {
  if (!autocast_) autocast_ = autocast_for(mode_, learn);  // added while a fit runs
  learn.autocast = autocast_;
}

FASTXX_INLINE void MixedPrecision::before_backward(TrainState& learn) const {
  if (scales_) learn.loss_grad = scaler_.scale(learn.loss_grad);
}

FASTXX_INLINE void MixedPrecision::before_step(TrainState& learn) {
  if (!scales_) return;
  bool const finite = scaler_.unscale(detail::gradients_of(learn));
  unscaled_ = true;
  if (finite) return;
  ++skipped_steps_;
  throw CancelStepException();
}

FASTXX_INLINE void MixedPrecision::after_step(TrainState&) {
  if (!unscaled_) return;  // somebody has cancelled the step before
  unscaled_ = false;
  scaler_.update();
}

}  // namespace fastxx
