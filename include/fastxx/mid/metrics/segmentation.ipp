#pragma once

#include <fastxx/mid/metrics/averages.hpp>
#include <fastxx/mid/metrics/segmentation.hpp>

#include <string>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE CountMetric overlap(std::string name, OfOneClass score, bool binary, SegmentationOptions const& options) {
  auto const mean = [score = std::move(score), binary](Counts const& counts) -> MetricValue {
    if (!binary) return averaged(counts, score, Average::macro, 0, {});
    OneClass const one = counts.size > 1 ? counts.each()[1] : OneClass{};
    return one.predicted() + one.misses > 0 ? MetricValue(score(one)) : std::nullopt;
  };
  return CountMetric(std::move(name), mean,
                     {.axis = options.axis, .ignore_index = options.ignore_index, .most_classes = binary ? 2 : 0});
}

inline double dice_of(OneClass const& one) { return share(2 * one.hits, one.predicted() + one.actual()); }

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE CountMetric Dice(SegmentationOptions options) {
  return detail::overlap("dice", detail::dice_of, true, options);
}
FASTXX_INLINE CountMetric JaccardCoeff(SegmentationOptions options) {
  return detail::overlap("jaccard_coeff", detail::jaccard_of, true, options);
}
FASTXX_INLINE CountMetric DiceMulti(SegmentationOptions options) {
  return detail::overlap("dice_multi", detail::dice_of, false, options);
}
FASTXX_INLINE CountMetric JaccardCoeffMulti(SegmentationOptions options) {
  return detail::overlap("jaccard_coeff_multi", detail::jaccard_of, false, options);
}

FASTXX_INLINE CountMetric foreground_acc_t::metric() const {
  auto const share = [background = bkg_idx](Counts const& counts) -> MetricValue {
    double right = 0, all = 0;
    for (std::int64_t actual = 0; actual < counts.size; ++actual)
      for (std::int64_t predicted = 0; actual != background && predicted < counts.size; ++predicted)
        all += counts.at(actual, predicted), right += actual == predicted ? counts.at(actual, predicted) : 0;
    return right / all;
  };
  return CountMetric("foreground_acc", share, {.axis = axis, .ignore_index = ignore_index});
}

}  // namespace fastxx
