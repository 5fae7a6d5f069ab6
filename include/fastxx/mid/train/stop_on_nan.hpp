#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <map>
#include <string>

namespace fastxx {

/// Stops training at the first loss that is not a number, says where and why, and leaves the model in its last good
/// state.
///
/// A copy of the model is taken at the start of each epoch; it comes back when weights or running statistics are
/// damaged.
/// Errors:  state_error [train.loss_not_finite] naming epoch, batch and the likely cause
/// Source:  fastai 2.7.18 callback/tracker.py TerminateOnNaNCallback; differs: on by default, and nothing is lost
/// Example: examples/doc/learner.cpp
class StopOnNaN {
 public:
  static constexpr int order = CallbackOrder::stop_on_nan;
  static constexpr bool run_valid = false;

  void before_train(TrainState& learn);

  void after_loss(TrainState& learn);

  void after_fit(TrainState& learn);

 private:
  static bool finite(Tensor const& x) { return !x.is_floating_point() || at::isfinite(x).all().item<bool>(); }
  static bool all_finite(std::map<std::string, Tensor> const& state);

  std::map<std::string, Tensor> good_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/stop_on_nan.ipp>
#endif
