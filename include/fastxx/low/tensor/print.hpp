#pragma once

#include <algorithm>
#include <cstdint>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/mixing.hpp>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

namespace fastxx {

namespace detail {

// "0.5", "3", "true": one element as Python writes it, at most four digits behind the point.
inline std::string number_text(Tensor const& scalar) {
  if (scalar.scalar_type() == at::kBool) return scalar.item<bool>() ? "true" : "false";
  if (at::isIntegralType(scalar.scalar_type(), false)) return std::to_string(scalar.item<std::int64_t>());
  std::ostringstream text;
  text << std::setprecision(5);
  if (scalar.is_complex())
    text << scalar.item<c10::complex<double>>();
  else
    text << scalar.item<double>();
  return text.str();
}

// Nested brackets; a long dimension shows three at either end, as PyTorch does above 1000 elements.
inline void print_values(std::ostream& out, Tensor const& values, bool summarise) {
  if (values.dim() == 0) {
    out << number_text(values);
    return;
  }
  std::int64_t const size = values.size(0);
  out << '[';
  for (std::int64_t i = 0; i < size; ++i) {
    if (i > 0) out << ", ";
    if (summarise && i == 3 && size > 6) {
      out << "..., ";
      i = size - 3;
    }
    print_values(out, values.select(0, i), summarise);
  }
  out << ']';
}

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
