#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/of_target.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace fastxx {

/// exp of the mean loss, weighted by batch size: `metrics(perplexity)` where the loss is a cross entropy. Column:
/// perplexity.
///
/// Source:  fastai 2.7.18 metrics.py Perplexity (M-28)
/// Example: examples/doc/metrics.cpp
class Perplexity : public AvgLoss {
 public:
  std::string name() const { return "perplexity"; }
  void accumulate(TrainState const& learn) { add(learn.loss_value(), learn.batch_size()); }
  MetricValue value() const;
};
inline constexpr Perplexity perplexity{};

/// BLEU of all sentences of a validation, from the shares of 1 to 4 words in a row that are right. Where a sentence has
/// none right, 1/2 is counted, then 1/4 and so on. Training batches are left out. Not defined where no sentence has four
/// words. Column: corpus_bleu.
///
/// Shapes:  scores (N,L,V), or with V on `axis`, or words (N,L); targets (N,M): words are whole numbers, padding counts
/// Errors:  tensor_error [metric.shape], [metric.dtype], [metric.nan]
/// Source:  fastai 2.7.18 metrics.py CorpusBLEUMetric, smoothing 3 of Chen and Cherry (2014); differs: no vocab_sz, which
///          words are told apart by
/// Example: examples/doc/metrics.cpp
class CorpusBLEUMetric : public detail::MetricOfTarget {
 public:
  explicit CorpusBLEUMetric(std::int64_t axis = -1) : MetricOfTarget("corpus_bleu"), axis_(axis) {}

  void reset() { right_ = {}, all_ = {}, predicted_ = 0, actual_ = 0; }
  void accumulate(TrainState const& learn);
  void add(Tensor const& preds, Tensor const& targs);
  void reduce(Ranks const& ranks);
  MetricValue value() const;
  /// Of these sentences alone.
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const;

 private:
  using Words = std::vector<std::int64_t>;
  void add_sentence(Words const& predicted, Words const& actual);

  std::int64_t axis_;
  std::array<double, 4> right_{}, all_{};
  double predicted_ = 0, actual_ = 0;  // words
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/text.ipp>
#endif
