#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>

namespace fastxx {

/// In what Autocast computes, and where.
struct AutocastOptions {
  at::ScalarType dtype = at::kBFloat16;  ///< float16 for CUDA alone
  at::DeviceType device = at::kCPU;      ///< or at::kCUDA
};

/// For as long as it lives, this thread's operators compute in fewer digits what loses little by it (products of matrices,
/// convolutions) and in float32 what needs it, as libtorch's autocast decides; parameters stay as they are. For the way
/// forward alone: it should be gone when backward() is called. One inside another is allowed; each puts back what it
/// found, whatever ends it.
///
/// Errors:  state_error [precision.fp16_cpu]; [precision.dtype] for types other than bfloat16 and float16;
///          [precision.device] for devices other than CPU and CUDA
/// Source:  PyTorch torch.autocast
/// Example: examples/doc/precision.cpp
class Autocast {
 public:
  explicit Autocast(AutocastOptions const& options = {});
  ~Autocast();
  Autocast(Autocast const&) = delete;
  Autocast& operator=(Autocast const&) = delete;

 private:
  at::DeviceType device_;
  bool was_enabled_;
  at::ScalarType former_;
};

namespace detail {
// What Autocast refuses.
void require_autocast(AutocastOptions const& options, char const* call);
}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/nn/autocast.ipp>
#endif
