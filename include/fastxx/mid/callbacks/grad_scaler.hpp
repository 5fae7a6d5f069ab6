#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/options.hpp>

#include <cstdint>
#include <vector>

namespace fastxx {

/// Keeps small gradients from becoming nothing in float16: the loss is multiplied by a large number before the backward
/// pass, the gradients are divided by it afterwards. Where one of them is infinite or no number, the step should be left
/// out, and the number is made smaller; after many good steps it is made larger. MixedPrecision uses it; by hand:
/// `scaler.scale(loss).backward(); if (scaler.unscale(gradients)) optimizer.step(); scaler.update();`
///
/// Dtypes:  gradients of float32, float64 or bfloat16
/// Runs:    unscale reads and writes the gradients, and waits for a GPU once
/// Errors:  state_error [grad_scaler.options]; [grad_scaler.update] for an update() without unscale(); tensor_error
///          [grad_scaler.fp16_gradient]
/// Source:  PyTorch torch.cuda.amp.GradScaler; differs: the scale stays between the smallest and the largest float
/// Example: examples/doc/precision.cpp
class GradScaler {
 public:
  explicit GradScaler(GradScalerOptions const& options = {});

  Tensor scale(Tensor const& loss) const { return loss * scale_; }
  /// Give gradients their own size again; whether all of them are finite. Each gradient once.
  bool unscale(std::vector<Tensor> gradients);
  /// After each step, and after each that was left out.
  void update();

  double scale() const { return scale_; }
  /// The good steps since the scale last changed.
  std::int64_t good_steps() const { return good_steps_; }

  void serialize(auto& archive) {
    archive("scale", scale_), archive("good_steps", good_steps_);
    keep_in_bounds();
  }

 private:
  void keep_in_bounds();

  GradScalerOptions options_;
  double scale_;
  std::int64_t good_steps_ = 0;
  bool checked_ = false, finite_ = true;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/grad_scaler.ipp>
#endif
