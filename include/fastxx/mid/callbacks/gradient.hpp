#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>

namespace fastxx {

/// Gives all gradients together a length of at most `max_norm` before each step: `callbacks(GradientClip(0.5))`.
///
/// Runs:    one read of the gradients, and one write where they are too long; without waiting for a GPU
/// Errors:  state_error [gradient_clip.options] for a max_norm that is not above 0, or a norm_type below 1
/// Source:  fastai 2.7.18 callback/training.py GradientClip; PyTorch clip_grad_norm_
/// Example: examples/doc/callback.cpp
class GradientClip {
 public:
  static constexpr int order = CallbackOrder::gradient_clip;

  explicit GradientClip(double max_norm = 1, double norm_type = 2);

  void before_step(TrainState& learn);

 private:
  double max_norm_, norm_type_;
};

/// Adds up the gradients of several batches and steps when `n_acc` items have been seen: large batches where memory is
/// small. The loss of a batch counts by its number of items. What is left at the end of an epoch goes into the next one.
///
/// Errors:  state_error [gradient_accumulation.n_acc] for a number below 1
/// Source:  fastai 2.7.18 callback/training.py GradientAccumulation (TR-52)
/// Example: examples/doc/callback.cpp
class GradientAccumulation {
 public:
  static constexpr int order = CallbackOrder::gradient_accumulation;
  static constexpr bool run_valid = false;

  explicit GradientAccumulation(std::int64_t n_acc = 32);

  void before_fit(TrainState& learn);
  void after_loss(TrainState& learn);
  void before_step(TrainState& learn);

  void serialize(auto& archive) { archive("count", count_); }

 private:
  std::int64_t n_acc_, count_ = 0;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/gradient.ipp>
#endif
