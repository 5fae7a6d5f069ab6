#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/of_target.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// A metric that may be told a weight for each item of the validation set, in its order: where in the set a batch is, is
// counted from reset() on.
class WeightedMetric : public MetricOfTarget {
 public:
  explicit WeightedMetric(std::string name) : MetricOfTarget(std::move(name)) {}
  WeightedMetric(std::string name, Tensor const& sample_weight);

  bool weighted() const { return weights_.defined(); }

 protected:
  void begin() { items_ = 0, cut_short_ = false, left_out_.clear(); }
  // Whether the weights are about this batch, not one of training or of get_preds, which may read any items; notes which
  // items the loader has left out so far.
  bool takes(TrainState const& learn);
  // The weights of the next `items` items as doubles, flat, one for each of their `numbers`; undefined without weights.
  Tensor next_weights(std::int64_t items, std::int64_t numbers);
  // Refuses weights of which not all were used, unless the phase was cancelled.
  void require_all_used() const;

 private:
  Tensor of_items(std::int64_t items) const;
  [[noreturn]] [[gnu::cold]] void refuse_size(std::string got) const;

  Tensor weights_ = {};                 // (items,...) double, on the CPU
  std::int64_t items_ = 0;              // so far
  bool cut_short_ = false;              // the phase has batches that have not come yet
  std::vector<std::int64_t> left_out_;  // in their order
};

// The items of a batch: rows of its targets.
std::int64_t items_of(Tensor const& targs);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/metrics/weights.ipp>
#endif
