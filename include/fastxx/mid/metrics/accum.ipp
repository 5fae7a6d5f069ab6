#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/metrics/accum.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE AccumMetric::AccumMetric(Function function, AccumOptions options, std::string name, bool weighs)
    : WeightedMetric(std::move(name), options.sample_weight),
      function_(std::move(function)),
      options_(std::move(options)) {
  if (options_.thresh && options_.activation != ActivationType::no)
    detail::require_thresh(this->name(), *options_.thresh);
  if (weighted() && !weighs)
    throw state_error("metric.weights", {.call = "metric " + this->name(),
                                         .expected = "a function of predictions, targets and weights",
                                         .got = "a .sample_weight and a function that takes none",
                                         .fix = "let it take a third tensor, or leave .sample_weight out"});
}

FASTXX_INLINE void AccumMetric::reset() {
  preds_.clear(), targs_.clear(), weights_.clear();
  begin();
}

FASTXX_INLINE Tensor AccumMetric::last_of_two(Tensor const& preds) const {
  if (preds.dim() == 1 || (preds.dim() == 2 && preds.size(1) == 1)) return preds.reshape(-1);
  if (preds.dim() != 2 || preds.size(1) != 2)
    detail::refuse_metric("metric.shape", name(), "scores of two classes (N,2), or of one (N)",
                          detail::shape_text(preds.sizes()),
                          "for more classes take RocAuc, for several labels the "
                          "metric named ...Multi");
  return preds.select(1, 1).contiguous();
}

FASTXX_INLINE Tensor AccumMetric::activated(Tensor const& preds) const {
  auto const how = options_.activation;
  Tensor const scores = detail::at_least_float(preds);
  bool const one_output = scores.dim() < 2 || scores.size(-1) == 1;
  if (how == ActivationType::sigmoid || (how == ActivationType::binary_softmax && one_output)) return scores.sigmoid();
  if (how == ActivationType::no) return options_.dim_argmax ? scores.argmax(*options_.dim_argmax) : scores;
  return scores.softmax(options_.dim_argmax.value_or(-1));
}

FASTXX_INLINE void AccumMetric::accumulate(TrainState const& learn) {
  if (!takes(learn)) return;
  Tensor preds = activated(learn.pred.detach());
  detail::refuse_nan(name(), learn.pred);  // argmax and thresh hide it
  add(options_.thresh ? preds.ge(*options_.thresh) : preds, target_of(learn));
}

FASTXX_INLINE void AccumMetric::add(Tensor const& preds, Tensor const& targs) {
  Tensor kept = detail::at_least_float(preds.detach());
  if (options_.activation == ActivationType::binary_softmax) kept = last_of_two(kept);
  detail::refuse_nan(name(), kept);
  if (options_.flatten) {
    detail::require_same_size(name(), kept, targs);
    kept = kept.reshape(-1);
  } else if (kept.dim() == 0 || targs.dim() == 0 || kept.size(0) != targs.size(0)) {
    detail::refuse_metric("metric.shape", name(), "as many rows of predictions as of targets",
                          detail::described(preds, targs), "reshape the targets");
  }
  auto const items = detail::items_of(targs);
  Tensor const weights = next_weights(items, options_.flatten ? targs.numel() : items);
  if (weights.defined()) weights_.push_back(weights);
  preds_.push_back(kept.to(at::kCPU));
  targs_.push_back((options_.flatten ? targs.reshape(-1) : targs).detach().to(at::kCPU));
}

FASTXX_INLINE MetricValue AccumMetric::value() const {
  require_all_used();
  if (preds_.empty()) return std::nullopt;
  Tensor const preds = detail::cat(preds_, 0), targs = detail::cat(targs_, 0);
  if (preds.numel() == 0) return std::nullopt;
  Tensor const weights = weights_.empty() ? Tensor() : detail::cat(weights_, 0);
  auto const value = options_.invert_arg ? function_(targs, preds, weights) : function_(preds, targs, weights);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

FASTXX_INLINE MetricValue AccumMetric::operator()(Tensor const& preds, Tensor const& targs) const {
  return detail::value_of(*this, preds, targs);
}

}  // namespace fastxx

namespace fastxx::detail {

// The rows of all ranks, one rank after the other. Every rank talks as often as every other: for each rank it is told
// type, shape and numbers; a rank without rows says that it has no shape.
FASTXX_INLINE std::vector<Tensor> of_all_ranks(std::vector<Tensor> const& mine, Ranks const& ranks) {
  Tensor const own = mine.empty() ? Tensor() : detail::cat(mine, 0).contiguous();
  Tensor const numbers = own.defined() ? flat_doubles(own) : Tensor();
  std::vector<Tensor> all;
  for (int rank = 0; rank < ranks.size; ++rank) {
    bool const speaks = rank == ranks.rank && own.defined();
    auto const tell = [&](double value) { return ranks.sum_of(speaks ? value : 0); };
    auto const dims = static_cast<std::size_t>(tell(speaks ? static_cast<double>(own.dim()) : 0));
    auto const type = static_cast<at::ScalarType>(tell(speaks ? static_cast<double>(own.scalar_type()) : 0));
    std::vector<std::int64_t> shape(dims);
    for (std::size_t d = 0; d < dims; ++d)
      shape[d] = static_cast<std::int64_t>(tell(speaks ? static_cast<double>(own.sizes()[d]) : 0));
    if (dims == 0) continue;
    Tensor const part = empty_cpu(shape, at::kDouble);
    for (std::int64_t i = 0; i < part.numel(); ++i)
      part.data_ptr<double>()[i] = tell(speaks ? numbers.data_ptr<double>()[i] : 0);
    all.push_back(part.to(type));
  }
  return all;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void AccumMetric::reduce(Ranks const& ranks) {
  if (ranks.size == 1) return;
  preds_ = detail::of_all_ranks(preds_, ranks);
  targs_ = detail::of_all_ranks(targs_, ranks);
  if (weighted()) weights_ = detail::of_all_ranks(weights_, ranks);
}

}  // namespace fastxx
