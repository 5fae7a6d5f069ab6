#pragma once

#include <fastxx/mid/callbacks/collect.hpp>

#include <utility>
#include <vector>

namespace fastxx::detail {

// The loader or a later layer may write into the batch's own memory.
inline Tensor cpu_copy(Tensor const& x) {
  if (!x.defined()) return x;
  return x.is_cpu() ? x.detach().clone() : x.detach().cpu();
}

inline std::vector<Tensor> cpu_copies(std::vector<Tensor> tensors) {
  for (auto& x : tensors) x = cpu_copy(x);
  return tensors;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void CollectData::before_fit(TrainState& learn) {
  if (!detail::leaves_no_trace(learn)) *collected_ = {};
}

FASTXX_INLINE void CollectData::after_batch(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  collected_->complete = collected_->batches.size() < options_.max_batches;
  if (!collected_->complete) return;
  collected_->batches.push_back({learn.training, detail::cpu_copies(learn.inputs()),
                                 learn.has_targets() ? detail::cpu_copies(learn.targets()) : std::vector<Tensor>(),
                                 detail::cpu_copy(learn.pred), detail::cpu_copy(learn.loss)});
}

}  // namespace fastxx
