#pragma once
// libtorch's switches of autocast, declared here because <ATen/autocast_mode.h> brings all its operators along.

#include <fastxx/low/torch/tensor.hpp>

namespace at::autocast {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
[[gnu::visibility("default")]] bool is_autocast_enabled(at::DeviceType device);
[[gnu::visibility("default")]] void set_autocast_enabled(at::DeviceType device, bool enabled);
[[gnu::visibility("default")]] at::ScalarType get_autocast_dtype(at::DeviceType device);
[[gnu::visibility("default")]] void set_autocast_dtype(at::DeviceType device, at::ScalarType dtype);
#else
[[gnu::visibility("default")]] bool is_enabled();
[[gnu::visibility("default")]] void set_enabled(bool enabled);
[[gnu::visibility("default")]] at::ScalarType get_autocast_gpu_dtype();
[[gnu::visibility("default")]] void set_autocast_gpu_dtype(at::ScalarType dtype);
[[gnu::visibility("default")]] bool is_cpu_enabled();
[[gnu::visibility("default")]] void set_cpu_enabled(bool enabled);
[[gnu::visibility("default")]] at::ScalarType get_autocast_cpu_dtype();
[[gnu::visibility("default")]] void set_autocast_cpu_dtype(at::ScalarType dtype);
/// As later libtorch has them, for the two devices of this one.
inline bool is_autocast_enabled(at::DeviceType device) { return device == at::kCPU ? is_cpu_enabled() : is_enabled(); }
/// See is_autocast_enabled.
inline void set_autocast_enabled(at::DeviceType device, bool enabled) {
  device == at::kCPU ? set_cpu_enabled(enabled) : set_enabled(enabled);
}
/// See is_autocast_enabled.
inline at::ScalarType get_autocast_dtype(at::DeviceType device) {
  return device == at::kCPU ? get_autocast_cpu_dtype() : get_autocast_gpu_dtype();
}
/// See is_autocast_enabled.
inline void set_autocast_dtype(at::DeviceType device, at::ScalarType dtype) {
  device == at::kCPU ? set_autocast_cpu_dtype(dtype) : set_autocast_gpu_dtype(dtype);
}
#endif
[[gnu::visibility("default")]] int increment_nesting();
[[gnu::visibility("default")]] int decrement_nesting();
[[gnu::visibility("default")]] void clear_cache();
}  // namespace at::autocast
