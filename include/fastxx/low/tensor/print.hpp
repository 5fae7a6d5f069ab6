#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/mixing.hpp>

#include <ostream>
#include <string>

namespace fastxx {

namespace detail {

// "0.5", "3", "true": one element as Python writes it, at most four digits behind the point.
std::string number_text(Tensor const& scalar);

// Nested brackets; a long dimension shows three at either end, as PyTorch does above 1000 elements.
void print_values(std::ostream& out, Tensor const& values, bool summarise);

}  // namespace detail

/// Print as `TensorImage([[0, 0.5], [1, 2]])`; above 1000 elements the ends, and the shape.
///
/// Source:  fastai 2.7.18 torch_core.py TensorBase.__repr__; differs: the shape stands beside shortened values
/// Example: examples/doc/tensor_metadata.cpp
template <SemanticTensor T>
std::ostream& operator<<(std::ostream& out, T const& tensor) {
  out << type_name<T>() << '(';
  if (tensor.defined()) {
    bool const summarise = tensor.numel() > 1000;
    detail::print_values(out, tensor.tensor().detach().cpu(), summarise);
    if (summarise) out << ", shape " << tensor.sizes();
  }
  return out << ')';
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/tensor/print.ipp>
#endif
