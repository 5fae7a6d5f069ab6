#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

namespace fastxx {

/// Switches the model between training and evaluation, and counts how far training is.
///
/// Source:  fastai 2.7.18 callback/core.py TrainEvalCallback (TR-60)
struct TrainEvalCallback {
  static constexpr int order = CallbackOrder::train_eval;

  void before_fit(TrainState& learn);
  void before_train(TrainState& learn);
  void after_batch(TrainState& learn);
  void before_validate(TrainState& learn);
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/train_eval.ipp>
#endif
