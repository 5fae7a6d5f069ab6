#pragma once
// libtorch's switches of autocast, declared here because <ATen/autocast_mode.h> brings all its operators along.

#include <fastxx/low/torch/tensor.hpp>

namespace at::autocast {
[[gnu::visibility("default")]] bool is_enabled();
[[gnu::visibility("default")]] void set_enabled(bool enabled);
[[gnu::visibility("default")]] at::ScalarType get_autocast_gpu_dtype();
[[gnu::visibility("default")]] void set_autocast_gpu_dtype(at::ScalarType dtype);
[[gnu::visibility("default")]] bool is_cpu_enabled();
[[gnu::visibility("default")]] void set_cpu_enabled(bool enabled);
[[gnu::visibility("default")]] at::ScalarType get_autocast_cpu_dtype();
[[gnu::visibility("default")]] void set_autocast_cpu_dtype(at::ScalarType dtype);
[[gnu::visibility("default")]] int increment_nesting();
[[gnu::visibility("default")]] int decrement_nesting();
[[gnu::visibility("default")]] void clear_cache();
}  // namespace at::autocast
