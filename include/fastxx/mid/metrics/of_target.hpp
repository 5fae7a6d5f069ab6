#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/train/metric_value.hpp>
#include <fastxx/mid/train/ranks.hpp>

#include <cstdint>
#include <string>
#include <utility>

namespace fastxx {
class TrainState;
}

namespace fastxx::detail {

// What every metric of this folder has: the name of its column, and which target of the batch it measures.
class MetricOfTarget {
 public:
  explicit MetricOfTarget(std::string name) : name_(std::move(name)) {}
  std::string const& name() const { return name_; }
  // For on_target(n, metric, name).
  void choose(std::size_t target, std::string name);

 protected:
  Tensor target_of(TrainState const& learn) const;

 private:
  std::string name_;
  std::size_t target_ = 0;
};

// What a metric says of these predictions alone.
template <class Metric>
MetricValue value_of(Metric metric, Tensor const& preds, Tensor const& targs) {
  metric.reset();
  metric.add(preds, targs);
  return metric.value();
}

// One key and one sentence for all that a metric does not take.
[[noreturn, gnu::cold]] void refuse_metric(char const* key, std::string const& name, std::string expected,
                                           std::string got, std::string fix);
// "float (4, 3) and int (4)".
std::string described(Tensor const& preds, Tensor const& targs);

void refuse_nan(std::string const& name, Tensor const& preds);
void require_same_size(std::string const& name, Tensor const& preds, Tensor const& targs);
void require_thresh(std::string const& name, double thresh);

// The largest number that a rank has: each asks whether anybody has more.
std::int64_t largest_of(Ranks const& ranks, std::int64_t mine);

// float in the place of half and bfloat16, which have few functions on the CPU.
Tensor at_least_float(Tensor const& numbers);
// Numbers on the CPU, flat: as doubles, as whole numbers.
Tensor flat_doubles(Tensor const& numbers);
Tensor flat_numbers(Tensor const& numbers);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/metrics/of_target.ipp>
#endif
