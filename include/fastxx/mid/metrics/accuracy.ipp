#pragma once

#include <fastxx/mid/metrics/accuracy.hpp>
#include <fastxx/mid/metrics/of_target.hpp>

#include <string>

namespace fastxx {

FASTXX_INLINE Tensor top_k_accuracy_t::operator()(Tensor const& preds, Tensor const& targs) const {
  bool const axis_there = preds.dim() > 1 && axis < preds.dim() && axis >= -preds.dim();
  if (!axis_there || preds.numel() != targs.numel() * preds.size(axis))
    detail::refuse_metric("metric.shape", "top_k_accuracy",
                          "scores of several classes on axis " + std::to_string(axis) + " and one target for each item",
                          detail::described(preds, targs), "check .axis, and reshape the targets");
  if (k < 1 || k > preds.size(axis))
    detail::refuse_metric("metric.k", "top_k_accuracy",
                          "k from 1 to the " + std::to_string(preds.size(axis)) + " classes", std::to_string(k),
                          "say top_k_accuracy_t{.k = 2}");
  detail::refuse_nan("top_k_accuracy", preds);
  Tensor const best = std::get<1>(detail::at_least_float(preds).topk(k, axis));
  Tensor const truth = targs.reshape(best.select(axis, 0).sizes()).unsqueeze(axis);
  return best.eq(truth).any(axis).to(at::kFloat).mean();
}

FASTXX_INLINE Tensor accuracy_multi_t::operator()(Tensor const& preds, Tensor const& targs) const {
  if (sigmoid) detail::require_thresh("accuracy_multi", thresh);
  detail::require_same_size("accuracy_multi", preds, targs);
  detail::refuse_nan("accuracy_multi", preds);
  Tensor const flat = detail::at_least_float(preds).reshape(-1);
  return (sigmoid ? flat.sigmoid() : flat).gt(thresh).eq(targs.reshape(-1).ne(0)).to(at::kFloat).mean();
}

}  // namespace fastxx
