#pragma once

#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/train/events.hpp>

#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE GradientClip::GradientClip(double max_norm, double norm_type)
    : max_norm_(max_norm), norm_type_(norm_type) {
  if (!(max_norm > 0) || !(norm_type >= 1))
    throw state_error("gradient_clip.options",
                      {.call = "GradientClip",
                       .expected = "a max_norm above 0 and a norm_type of 1 or more (2: the length)",
                       .got = std::to_string(max_norm) + " and " + std::to_string(norm_type)});
}

FASTXX_INLINE void GradientClip::before_step(TrainState& learn) {
  std::vector<Tensor> gradients;
  for (auto const& parameter : learn.module().parameters())
    if (auto const& gradient = parameter.grad(); gradient.defined()) {
      if (gradient.layout() != at::kStrided)
        throw tensor_error("gradient_clip.sparse", {.call = "GradientClip",
                                                    .expected = "dense gradients",
                                                    .got = "a sparse one",
                                                    .fix = "make the embedding with sparse(false)"});
      gradients.push_back(gradient);
    }
  if (gradients.empty()) return;
  at::NoGradGuard const no_grad;
  Tensor const norm = at::stack(at::_foreach_norm(gradients, norm_type_)).norm(norm_type_);
  if (norm.is_cpu()) {
    // Nothing is written where nothing is too long. A norm that is no number is left for StopOnNaN.
    double const length = norm.item<double>();
    if (length > max_norm_) at::_foreach_mul_(gradients, max_norm_ / (length + 1e-6));
  } else {
    Tensor const factor = (max_norm_ / (norm + 1e-6)).clamp_max(1);
    for (auto& gradient : gradients) gradient.mul_(factor);
  }
}

FASTXX_INLINE GradientAccumulation::GradientAccumulation(std::int64_t n_acc) : n_acc_(n_acc) {
  if (n_acc < 1)
    throw state_error("gradient_accumulation.n_acc",
                      {.call = "GradientAccumulation", .expected = "1 item or more in a step", .got = {n_acc}});
}

FASTXX_INLINE void GradientAccumulation::before_fit(TrainState& learn) {
  if (!learn.evaluating) count_ = 0;
}

FASTXX_INLINE void GradientAccumulation::after_loss(TrainState& learn) {
  if (learn.has_loss())
    learn.loss_grad = learn.loss_grad * (static_cast<double>(learn.batch_size()) / static_cast<double>(n_acc_));
}

FASTXX_INLINE void GradientAccumulation::before_step(TrainState& learn) {
  count_ += learn.batch_size();
  if (count_ < n_acc_) throw CancelBatchException();  // keeps the gradients
  count_ = 0;
}

}  // namespace fastxx
