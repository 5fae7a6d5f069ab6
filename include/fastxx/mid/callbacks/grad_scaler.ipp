#pragma once

#include <fastxx/mid/callbacks/grad_scaler.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE GradScaler::GradScaler(GradScalerOptions const& options) : options_(options), scale_(options.scale) {
  bool const scale = options.scale > 0 && options.scale <= double{std::numeric_limits<float>::max()};
  bool const factors = options.growth_factor > 1 && options.growth_factor < std::numeric_limits<double>::infinity() &&
                       options.backoff_factor > 0 && options.backoff_factor < 1;
  if (!scale || !factors || options.growth_interval < 1)
    throw state_error(
        "grad_scaler.options",
        {.call = "GradScaler",
         .expected = "a finite scale above 0, a growth_factor above 1, a backoff_factor between 0 and 1, a "
                     "growth_interval of 1 step or more",
         .got = std::to_string(options.scale) + ", " + std::to_string(options.growth_factor) + ", " +
                std::to_string(options.backoff_factor) + " and " + std::to_string(options.growth_interval)});
  keep_in_bounds();
}

FASTXX_INLINE bool GradScaler::unscale(std::vector<Tensor> gradients) {
  std::vector<Tensor> numbers;
  for (auto const& gradient : gradients) {
    if (!gradient.defined() || gradient.numel() == 0) continue;
    if (gradient.scalar_type() == at::kHalf)
      throw tensor_error("grad_scaler.fp16_gradient",
                         {.call = "GradScaler::unscale",
                          .expected = "gradients of float32",
                          .got = "one of float16, which has no room for what is divided",
                          .fix = "keep the parameters in float32: autocast makes float16 of them where it pays"});
    numbers.push_back(gradient.layout() == at::kSparse ? gradient._values() : gradient);
  }
  checked_ = true;
  if (numbers.empty()) return finite_;
  at::NoGradGuard const no_grad;
  at::_foreach_mul_(numbers, 1 / scale_);
  // The largest number of each says it: infinity and NaN come through.
  auto const largest = at::_foreach_norm(numbers, std::numeric_limits<double>::infinity());
  std::vector<Tensor> sizes;
  for (auto const& one : largest) sizes.push_back(one.to(at::kDouble));
  finite_ = finite_ && at::isfinite(at::stack(sizes)).all().item<bool>();
  return finite_;
}

FASTXX_INLINE void GradScaler::update() {
  if (!checked_)
    throw state_error("grad_scaler.update", {.call = "GradScaler::update",
                                             .expected = "unscale(gradients) before",
                                             .got = "no gradients since the last update",
                                             .fix = "call unscale, step and update in this order"});
  if (!finite_) {
    scale_ *= options_.backoff_factor;
    good_steps_ = 0;
  } else if (++good_steps_ == options_.growth_interval) {
    double const larger = scale_ * options_.growth_factor;
    if (larger <= double{std::numeric_limits<float>::max()}) scale_ = larger;
    good_steps_ = 0;
  }
  checked_ = false, finite_ = true;
  keep_in_bounds();
}

FASTXX_INLINE void GradScaler::keep_in_bounds() {
  using Float = std::numeric_limits<float>;
  if (!(scale_ > 0)) scale_ = options_.scale;  // a file may say any number
  scale_ = std::clamp(scale_, double{Float::min()}, double{Float::max()});
  good_steps_ = std::clamp<std::int64_t>(good_steps_, 0, options_.growth_interval - 1);
}

}  // namespace fastxx
