#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/nn/autocast.hpp>
#include <fastxx/mid/callbacks/grad_scaler.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <tuple>
#include <type_traits>

namespace fastxx {

/// The two types of fewer digits: bfloat16 has the range of float32 and runs on CPUs too; float16 has more digits, less
/// range, and runs on GPUs alone.
///
/// Source:  fastai 2.7.18 callback/fp16.py AMPMode
enum class AMPMode { fp16, bf16 };

/// Whether a loss is scaled before its gradients are made: `automatic` for float16, whose range needs it.
///
/// Source:  own design
/// Example: examples/doc/precision.cpp
enum class LossScaling { automatic, on, off };

/// Settings of MixedPrecision.
struct MixedPrecisionOptions {
  GradScalerOptions scaler = {};
  LossScaling scale_loss = LossScaling::automatic;
};

namespace detail {

// float32 in the place of bfloat16 and float16; anything else stays.
void restore_digits(Tensor& tensor);

// The same for all that a model gave, as far as its parts can be reached.
template <class Output>
void restore_output(Output& output) {
  if constexpr (std::is_base_of_v<Tensor, Output>) {
    restore_digits(output);
  } else if constexpr (requires { output.prediction; }) {
    restore_output(output.prediction);
  } else if constexpr (requires { std::tuple_size<Output>::value; }) {
    std::apply([](auto&... part) { (restore_output(part), ...); }, output);
  } else if constexpr (requires { output.front(); }) {
    for (auto& part : output) restore_output(part);
  }
}

}  // namespace detail

/// Trains in mixed precision: model and loss of each batch under Autocast, weights, gradients and optimizer in float32.
/// The model's prediction is float32 again before anybody reads it. With float16 the loss is scaled (GradScaler), and a
/// step whose gradients are infinite or no numbers is left out. Validation and get_preds run under Autocast as well;
/// predict() and exported models do not.
///
/// Errors:  state_error [precision.fp16_cpu] for float16 and a model on the CPU, [precision.device]; those of GradScaler
/// Source:  fastai 2.7.18 callback/fp16.py MixedPrecision; differs: after an error, or a cancelled batch, autocast is off
/// Example: examples/doc/precision.cpp
class MixedPrecision {
 public:
  static constexpr int order = CallbackOrder::mixed_precision;

  explicit MixedPrecision(AMPMode mode = AMPMode::fp16, MixedPrecisionOptions const& options = {});

  AMPMode mode() const { return mode_; }
  GradScaler const& scaler() const { return scaler_; }
  /// The steps of this fit that were left out.
  std::int64_t skipped_steps() const { return skipped_steps_; }

  void before_fit(TrainState& learn);
  void before_batch(TrainState& learn);
  void after_pred(auto& learn) {
    detail::restore_output(learn.output);
    detail::restore_digits(learn.pred);
  }
  void before_backward(TrainState& learn) const;
  void before_step(TrainState& learn);
  void after_step(TrainState& learn);

  void serialize(auto& archive) { archive("scaler", scaler_), archive("skipped_steps", skipped_steps_); }

  /// What before_fit refuses, for a model as it is now.
  static void require_device(AMPMode mode, TrainState const& learn);

 private:
  static AutocastOptions autocast_for(AMPMode mode, TrainState const& learn);

  AMPMode mode_;
  MixedPrecisionOptions options_;
  bool scales_;
  GradScaler scaler_;
  std::optional<AutocastOptions> autocast_ = {};
  bool unscaled_ = false;
  std::int64_t skipped_steps_ = 0;
};

template <class Learner>
void to_bf16_of(Learner& learn) {
  MixedPrecision::require_device(AMPMode::bf16, learn);
  learn.template remove_cb<MixedPrecision>();
  learn.add_cb(MixedPrecision(AMPMode::bf16));
}

template <class Learner>
void to_fp16_of(Learner& learn, GradScalerOptions const& options) {
  MixedPrecision::require_device(AMPMode::fp16, learn);
  MixedPrecision precision(AMPMode::fp16, {.scaler = options});
  learn.template remove_cb<MixedPrecision>();
  learn.add_cb(precision);
}

template <class Learner>
void to_fp32_of(Learner& learn) {
  learn.template remove_cb<MixedPrecision>();
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/mixed_precision.ipp>
#endif
