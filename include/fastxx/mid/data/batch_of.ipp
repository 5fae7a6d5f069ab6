#pragma once

#include <fastxx/mid/data/batch_of.hpp>

namespace fastxx::detail {

FASTXX_INLINE bool lies_on(Tensor const& tensor, at::Device device) {
  auto const here = tensor.device();
  return here.type() == device.type() && (!device.has_index() || here.index() == device.index());
}

}  // namespace fastxx::detail
