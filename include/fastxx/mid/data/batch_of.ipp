#pragma once

#include <fastxx/mid/data/batch_of.hpp>

namespace fastxx::detail {

FASTXX_INLINE Tensor tensor_on(Tensor const& tensor, at::Device device) {
  if (!tensor.defined()) return tensor;
  auto const now = tensor.device();
  if (now.type() == device.type() && (!device.has_index() || now.index() == device.index())) return tensor;
  bool const asynchronous = device.is_cuda() && now.is_cpu() && tensor.is_pinned();
  return tensor.to(device, asynchronous);
}

FASTXX_INLINE Tensor pinned_tensor(Tensor const& tensor) { return tensor.defined() ? tensor.pin_memory() : tensor; }

}  // namespace fastxx::detail
