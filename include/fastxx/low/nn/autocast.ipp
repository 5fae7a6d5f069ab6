#pragma once

#include <fastxx/low/nn/autocast.hpp>
#include <fastxx/low/torch/autocast.hpp>

#include <string>

namespace fastxx::detail {

inline void switch_autocast(at::DeviceType device, bool on, at::ScalarType dtype) {
  at::autocast::set_autocast_enabled(device, on);
  at::autocast::set_autocast_dtype(device, dtype);
}

FASTXX_INLINE void require_autocast(AutocastOptions const& options, char const* call) {
  auto const& [dtype, device] = options;
  if (device != at::kCPU && device != at::kCUDA)
    throw state_error("precision.device", {.call = call,
                                           .expected = "a device that has autocast: CPU or CUDA",
                                           .got = c10::DeviceTypeName(device, /*lower_case=*/true)});
  if (dtype != at::kBFloat16 && dtype != at::kHalf)
    throw state_error(
        "precision.dtype",
        {.call = call, .expected = "at::kBFloat16, or on CUDA at::kHalf", .got = std::string(at::toString(dtype))});
  if (dtype == at::kHalf && device == at::kCPU)
    throw state_error(
        "precision.fp16_cpu",
        {.call = call,
         .expected = "a GPU for float16: on the CPU libtorch's autocast knows bfloat16 alone",
         .got = "the CPU",
         .fix = "use bfloat16, learn.to_bf16(); or let the data loaders go to a GPU, .device = \"cuda\""});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Autocast::Autocast(AutocastOptions const& options) : device_(options.device) {
  detail::require_autocast(options, "Autocast");
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  former_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::increment_nesting();
  detail::switch_autocast(device_, true, options.dtype);
}

FASTXX_INLINE Autocast::~Autocast() {
  at::autocast::decrement_nesting();
  // Inside another one too: weights that were cast here without a gradient must not serve there, where they need one.
  at::autocast::clear_cache();
  detail::switch_autocast(device_, was_enabled_, former_);
}

}  // namespace fastxx
