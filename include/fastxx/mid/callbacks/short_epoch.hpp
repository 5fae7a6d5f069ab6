#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

namespace fastxx {

/// Ends each phase after a share of its batches, to see quickly whether everything runs through.
///
/// Errors:  state_error [short_epoch.pct] for a share outside 0 to 1
/// Source:  fastai 2.7.18 callback/training.py ShortEpochCallback; differs: the batch that ends the phase is recorded
/// Example: examples/doc/callback.cpp
class ShortEpoch {
 public:
  static constexpr int order = CallbackOrder::short_epoch;

  explicit ShortEpoch(double pct = 0.01, bool short_valid = true);

  void after_batch(TrainState& learn);

 private:
  double pct_;
  bool short_valid_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/short_epoch.ipp>
#endif
