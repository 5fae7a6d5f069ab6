#pragma once

#include <fastxx/low/tensor/operators.hpp>

namespace fastxx::detail {

FASTXX_INLINE Tensor number_for(Tensor const& other, at::Scalar const& number) {
  bool const widens = number.isFloatingPoint() && at::isIntegralType(other.scalar_type(), true);
  auto const options = other.options();
  return other.new_full({}, number, widens ? options.dtype(at::get_default_dtype()) : options);
}

}  // namespace fastxx::detail
