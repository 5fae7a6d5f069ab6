#pragma once

#include <fastxx/low/nn/module.hpp>

#include <string>

namespace fastxx::detail {

FASTXX_INLINE void ParameterKind::own(torch::nn::Module& owner, std::string const& name, Tensor const& tensor,
                                      bool requires_grad) {
  owner.register_parameter(name, tensor, requires_grad);
}

FASTXX_INLINE void BufferKind::own(torch::nn::Module& owner, std::string const& name, Tensor const& tensor, bool) {
  owner.register_buffer(name, tensor);
}

}  // namespace fastxx::detail
