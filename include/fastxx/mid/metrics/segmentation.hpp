#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/counts.hpp>

#include <cstdint>
#include <optional>

namespace fastxx {

/// What Dice, DiceMulti, JaccardCoeff and JaccardCoeffMulti are told.
///
/// Source:  fastai 2.7.18 metrics.py Dice; ignore_index is our own
struct SegmentationOptions {
  std::int64_t axis = 1;                          ///< where the scores of a pixel's classes are
  std::optional<std::int64_t> ignore_index = {};  ///< pixels with this target are not counted
};

/// Overlap of a binary segmentation, 2 * intersection / (predicted + actual), over the whole phase; not defined where both
/// are empty. Column: dice.
///
/// Shapes:  scores (N,2,H,W) or classes (N,H,W); targets (N,H,W) or (N,1,H,W) of 0 and 1
/// Errors:  tensor_error as CountMetric's
/// Source:  fastai 2.7.18 metrics.py Dice (M-25)
/// Example: examples/doc/metrics.cpp
CountMetric Dice(SegmentationOptions options = {});
/// Intersection over union of a binary segmentation. Column: jaccard_coeff.
///
/// Source:  fastai 2.7.18 metrics.py JaccardCoeff
CountMetric JaccardCoeff(SegmentationOptions options = {});
/// The mean of Dice over the classes that are among targets or predictions, the background too. Column: dice_multi.
///
/// Shapes:  scores (N,C,H,W) or classes (N,H,W); targets (N,H,W) or (N,1,H,W)
/// Source:  fastai 2.7.18 metrics.py DiceMulti
CountMetric DiceMulti(SegmentationOptions options = {});
/// The mean of intersection over union (mIoU) over the classes that are among targets or predictions. Column:
/// jaccard_coeff_multi.
///
/// Source:  fastai 2.7.18 metrics.py JaccardCoeffMulti
CountMetric JaccardCoeffMulti(SegmentationOptions options = {});

/// The share of right pixels among those whose target is not the background, over the whole phase.
/// `metrics(foreground_acc)`, `foreground_acc(preds, targs)`, `metrics(foreground_acc_t{.bkg_idx = 11})`.
///
/// Shapes:  scores (N,C,H,W) or classes (N,H,W); targets (N,H,W) or (N,1,H,W)
/// Source:  fastai 2.7.18 metrics.py foreground_acc; differs: a pixel counts alike in each batch, where fastai takes the
///          mean of the batches' shares
/// Example: examples/doc/metrics.cpp
struct foreground_acc_t {
  std::int64_t bkg_idx = 0;
  std::int64_t axis = 1;
  std::optional<std::int64_t> ignore_index = {};

  CountMetric metric() const;
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const { return metric()(preds, targs); }
};
inline constexpr foreground_acc_t foreground_acc{};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/segmentation.ipp>
#endif
