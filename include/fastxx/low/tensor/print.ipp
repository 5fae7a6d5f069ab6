#pragma once

#include <fastxx/low/tensor/print.hpp>

#include <cstdint>
#include <iomanip>
#include <ostream>
#include <sstream>
#include <string>

namespace fastxx::detail {

FASTXX_INLINE std::string number_text(Tensor const& scalar) {
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

FASTXX_INLINE void print_values(std::ostream& out, Tensor const& values, bool summarise) {
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

}  // namespace fastxx::detail
