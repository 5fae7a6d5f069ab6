#pragma once

#include <fastxx/mid/metrics/text.hpp>
#include <fastxx/mid/train/state.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace fastxx {

FASTXX_INLINE MetricValue Perplexity::value() const {
  auto const mean = AvgLoss::value();
  return mean && std::isfinite(std::exp(*mean)) ? MetricValue(std::exp(*mean)) : std::nullopt;
}

FASTXX_INLINE void CorpusBLEUMetric::accumulate(TrainState const& learn) {
  if (!learn.training) add(learn.pred, target_of(learn));
}

FASTXX_INLINE void CorpusBLEUMetric::add(Tensor const& preds, Tensor const& targs) {
  Tensor words = preds.detach();
  bool const scores = words.is_floating_point();
  bool const fit = words.dim() == (scores ? 3 : 2) && targs.dim() == 2 && axis_ < words.dim() &&
                   axis_ >= -words.dim() && words.size(0) == targs.size(0);
  if (!fit)
    detail::refuse_metric("metric.shape", name(), "scores (N,L,V) or words (N,L), and targets (N,M)",
                          detail::described(preds, targs), "check .axis and the model's output");
  if (targs.is_floating_point())
    detail::refuse_metric("metric.dtype", name(), "targets that are words, whole numbers",
                          detail::described(preds, targs), "put Numericalize{} into the targets' pipeline");
  detail::refuse_nan(name(), words);
  if (scores) words = words.argmax(axis_);
  Tensor const predicted = words.to(at::kCPU, at::kLong).contiguous(),
               actual = targs.to(at::kCPU, at::kLong).contiguous();
  auto const row = [](Tensor const& all, std::int64_t i) {
    auto const* const begin = all.data_ptr<std::int64_t>() + i * all.size(1);
    return Words(begin, begin + all.size(1));
  };
  for (std::int64_t i = 0; i < predicted.size(0); ++i) add_sentence(row(predicted, i), row(actual, i));
}

FASTXX_INLINE void CorpusBLEUMetric::add_sentence(Words const& predicted, Words const& actual) {
  predicted_ += static_cast<double>(predicted.size()), actual_ += static_cast<double>(actual.size());
  double smoothed = 1;
  for (std::size_t n = 1; n <= right_.size(); ++n) {
    std::map<Words, std::int64_t> left;  // how often each n words in a row may still be found
    for (std::size_t i = 0; i + n <= actual.size(); ++i)
      ++left[Words(actual.begin() + static_cast<std::ptrdiff_t>(i),
                   actual.begin() + static_cast<std::ptrdiff_t>(i + n))];
    double right = 0;
    for (std::size_t i = 0; i + n <= predicted.size(); ++i) {
      auto const begin = predicted.begin() + static_cast<std::ptrdiff_t>(i);
      auto const found = left.find(Words(begin, begin + static_cast<std::ptrdiff_t>(n)));
      if (found != left.end() && found->second-- > 0) ++right;
    }
    if (right == 0) right = 1 / (smoothed *= 2);
    right_[n - 1] += right;
    all_[n - 1] += predicted.size() >= n ? static_cast<double>(predicted.size() - n + 1) : 0;
  }
}

FASTXX_INLINE void CorpusBLEUMetric::reduce(Ranks const& ranks) {
  for (std::size_t n = 0; n < right_.size(); ++n) right_[n] = ranks.sum_of(right_[n]), all_[n] = ranks.sum_of(all_[n]);
  predicted_ = ranks.sum_of(predicted_), actual_ = ranks.sum_of(actual_);
}

FASTXX_INLINE MetricValue CorpusBLEUMetric::value() const {
  double product = 1;
  for (std::size_t n = 0; n < right_.size(); ++n) {
    if (all_[n] == 0) return std::nullopt;
    product *= right_[n] / all_[n];
  }
  double const too_short = predicted_ < actual_ ? std::exp(1 - actual_ / predicted_) : 1;
  return too_short * std::pow(product, 1. / static_cast<double>(right_.size()));
}

FASTXX_INLINE MetricValue CorpusBLEUMetric::operator()(Tensor const& preds, Tensor const& targs) const {
  return detail::value_of(*this, preds, targs);
}

}  // namespace fastxx
