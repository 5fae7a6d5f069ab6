#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstdint>

namespace fastxx {

/// The share of items whose class is among the k largest scores: `metrics(top_k_accuracy)`, `metrics(top_k_accuracy_t{.k
/// = 3})`.
///
/// Shapes:  preds (N,...,C), or with C on `axis`; targs (N,...) -> ()
/// Errors:  tensor_error [metric.shape], [metric.k] when there are fewer than k classes
/// Source:  fastai 2.7.18 metrics.py top_k_accuracy
/// Example: examples/doc/metrics.cpp
struct top_k_accuracy_t {
  std::int64_t k = 5;
  std::int64_t axis = -1;

  Tensor operator()(Tensor const& preds, Tensor const& targs) const;
};
inline constexpr top_k_accuracy_t top_k_accuracy{};

/// The share of labels that are right, where an item has several: predicted are those whose probability is above thresh.
///
/// Shapes:  preds and targs with equal numbers of elements -> ()
/// Dtypes:  floating preds, raw scores unless sigmoid is false; targs of 0 and 1 of any type
/// Errors:  tensor_error [metric.shape], [metric.nan], [metric.thresh]
/// Source:  fastai 2.7.18 metrics.py accuracy_multi
/// Example: examples/doc/metrics.cpp
struct accuracy_multi_t {
  static constexpr bool flattens = true;
  double thresh = 0.5;
  bool sigmoid = true;

  Tensor operator()(Tensor const& preds, Tensor const& targs) const;
};
inline constexpr accuracy_multi_t accuracy_multi{};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/accuracy.ipp>
#endif
