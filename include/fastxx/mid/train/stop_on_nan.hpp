#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <map>
#include <string>

namespace fastxx {

/// Ends a fit as soon as its numbers are none: says where and why, and leaves the model in its last good state.
///
/// It looks at the weights before the first batch and after the last one of each epoch, and at the loss of each batch, in
/// validation as well. A copy of the model is taken at the start of each epoch; it comes back when weights or running
/// statistics are damaged.
/// Errors:  state_error [train.loss_not_finite] naming epoch, batch and the likely cause; [train.weights_not_finite]
///          naming the first such weight, where there was no loss to see it in or the fit begins with it
/// Source:  fastai 2.7.18 callback/tracker.py TerminateOnNaNCallback; differs: on by default, and nothing is lost
/// Example: examples/doc/learner.cpp
class StopOnNaN {
 public:
  static constexpr int order = CallbackOrder::stop_on_nan;

  void before_fit(TrainState& learn);
  void before_train(TrainState& learn);
  void after_loss(TrainState& learn);
  void after_train(TrainState& learn);
  void after_fit(TrainState& learn);

 private:
  // The name of what has been damaged since the start of the epoch; empty when nothing was.
  std::string damaged(TrainState const& learn) const;
  // Put the model back and say so.
  std::string put_back(TrainState& learn) const;

  std::map<std::string, Tensor> good_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/stop_on_nan.ipp>
#endif
