#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/metrics/of_target.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void MetricOfTarget::choose(std::size_t target, std::string name) {
  target_ = target;
  if (!name.empty()) name_ = std::move(name);
}

FASTXX_INLINE Tensor MetricOfTarget::target_of(TrainState const& learn) const {
  auto const targets = learn.targets();
  if (targets.size() <= target_)
    throw state_error("metric.targets", {.call = "metric " + name_,
                                         .expected = {"target ", target_, " of the batch as a tensor"},
                                         .got = {targets.size(), " tensors among the targets"},
                                         .fix = "choose with on_target(n, metric)"});
  return targets[target_];
}

FASTXX_INLINE void refuse_metric(char const* key, std::string const& name, std::string expected, std::string got,
                                 std::string fix) {
  throw tensor_error(
      key, {.call = "metric " + name, .expected = std::move(expected), .got = std::move(got), .fix = std::move(fix)});
}

FASTXX_INLINE std::string described(Tensor const& preds, Tensor const& targs) {
  return "predictions " + type_and_shape(preds) + " and targets " + type_and_shape(targs);
}

FASTXX_INLINE void refuse_nan(std::string const& name, Tensor const& preds) {
  // A sum is NaN where a number is, and costs less.
  if (preds.is_floating_point() && std::isnan(preds.sum().item<double>()) && preds.isnan().any().item<bool>())
    refuse_metric("metric.nan", name, "predictions that are numbers", "NaN",
                  "find what made them: the loss of these batches is NaN too, see StopOnNaN");
}

FASTXX_INLINE void require_same_size(std::string const& name, Tensor const& preds, Tensor const& targs) {
  if (preds.numel() != targs.numel())
    refuse_metric("metric.shape", name, "as many predictions as targets", described(preds, targs),
                  "reshape the targets, or change the number of the model's outputs");
}

FASTXX_INLINE void require_thresh(std::string const& name, double thresh) {
  if (!(thresh >= 0 && thresh <= 1))
    refuse_metric("metric.thresh", name, "a thresh from 0 to 1, for probabilities", std::to_string(thresh),
                  "give .thresh = 0.5, or for a threshold of raw scores its sigmoid");
}

FASTXX_INLINE std::int64_t largest_of(Ranks const& ranks, std::int64_t mine) {
  std::int64_t largest = ranks.size > 1 ? 0 : mine;
  while (ranks.size > 1 && ranks.any_of(mine > largest)) ++largest;
  return largest;
}

FASTXX_INLINE Tensor at_least_float(Tensor const& numbers) {
  return numbers.is_floating_point() && numbers.element_size() < 4 ? numbers.to(at::kFloat) : numbers;
}

FASTXX_INLINE Tensor flat_doubles(Tensor const& numbers) {
  return numbers.detach().to(at::kCPU, at::kDouble).contiguous().view(-1);
}

FASTXX_INLINE Tensor flat_numbers(Tensor const& numbers) {
  return numbers.to(at::kCPU, at::kLong).contiguous().view(-1);
}

}  // namespace fastxx::detail
