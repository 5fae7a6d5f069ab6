#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/basic_ops.hpp>
#include <fastxx/mid/data/skipped.hpp>
#include <fastxx/mid/metrics/weights.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

[[noreturn, gnu::cold]] FASTXX_INLINE void refuse_weights(std::string const& name, std::string got) {
  throw state_error("metric.weights",
                    {.call = "metric " + name,
                     .expected = "a .sample_weight of finite numbers from 0 on, one for each item",
                     .got = std::move(got),
                     .fix = "give a tensor (items), or (items,...) where items have several targets"});
}

FASTXX_INLINE WeightedMetric::WeightedMetric(std::string name, Tensor const& sample_weight)
    : MetricOfTarget(std::move(name)) {
  if (!sample_weight.defined()) return;
  bool const numbers = !sample_weight.is_complex() && !sample_weight.is_quantized();
  if (!numbers || sample_weight.dim() == 0) refuse_weights(this->name(), type_and_shape(sample_weight));
  Tensor const flat = flat_doubles(sample_weight);
  auto const* const weight = flat.data_ptr<double>();
  for (std::int64_t i = 0; i < flat.numel(); ++i)
    if (!(weight[i] >= 0) || std::isinf(weight[i]))
      refuse_weights(this->name(), std::to_string(weight[i]) + " at place " + std::to_string(i));
  weights_ = flat.clone().view(sample_weight.sizes());  // the caller's may change
}

FASTXX_INLINE bool WeightedMetric::takes(TrainState const& learn) {
  if (!weighted()) return true;
  if (learn.training || learn.gathering) return false;
  cut_short_ = learn.iter + 1 < learn.n_iter;
  auto const* const reader = learn.reader(false);
  if (reader && reader->shuffled())
    throw state_error("metric.weights", {.call = "metric " + name(),
                                         .expected = "a validation loader that gives its items in their order, as the "
                                                     "weights are",
                                         .got = "a shuffled one",
                                         .fix = "make the loader with .shuffle = false, or leave out .sample_weight"});
  auto const* const skipped = reader ? reader->skipped() : nullptr;
  if (skipped && skipped->count() != left_out_.size()) left_out_ = skipped->indices;
  return true;
}

FASTXX_INLINE Tensor WeightedMetric::of_items(std::int64_t items) const {
  Tensor const places = empty_cpu({items}, at::kLong);
  std::int64_t end = 0;
  for (std::int64_t i = 0; i < items; ++i) {
    std::int64_t place = items_ + i;
    for (auto const left_out : left_out_) place += left_out <= place;  // as Predictions::item_of
    places.data_ptr<std::int64_t>()[i] = place, end = place + 1;
  }
  if (end > weights_.size(0)) refuse_size("at least " + std::to_string(end));
  return weights_.index_select(0, places);
}

FASTXX_INLINE Tensor WeightedMetric::next_weights(std::int64_t items, std::int64_t numbers) {
  if (!weighted()) return {};
  Tensor const own = of_items(items);
  items_ += items;
  if (own.numel() == numbers) return own.view(-1);
  if (own.numel() != items || items == 0)
    refuse_weights(name(), shape_text(weights_.sizes()) + ", where a batch has " + std::to_string(numbers) +
                               " targets of " + std::to_string(items) + " items");
  return own.view({items, 1}).expand({items, numbers / items}).reshape(-1);
}

FASTXX_INLINE void WeightedMetric::require_all_used() const {
  if (!weighted() || items_ == 0 || cut_short_) return;
  auto const all = items_ + static_cast<std::int64_t>(left_out_.size());
  if (all != weights_.size(0)) refuse_size(std::to_string(all));
}

FASTXX_INLINE void WeightedMetric::refuse_size(std::string got) const {
  throw state_error("metric.weights",
                    {.call = "metric " + name(),
                     .expected = {"as many items as there are in .sample_weight, ", weights_.size(0)},
                     .got = std::move(got),
                     .fix = "give one weight for each item of the set that is validated, in its order"});
}

FASTXX_INLINE std::int64_t items_of(Tensor const& targs) { return targs.dim() == 0 ? 1 : targs.size(0); }

}  // namespace fastxx::detail
