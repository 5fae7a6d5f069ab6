#pragma once

#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/testing/compare.hpp>

#include <cmath>
#include <cstddef>
#include <sstream>
#include <string>

namespace fastxx::testing::detail {

FASTXX_INLINE std::string tensor_difference(Tensor const& a, Tensor const& b, Tolerance tolerance) {
  using fastxx::detail::shape_text;
  if (!a.defined() || !b.defined()) return a.defined() == b.defined() ? "" : "one of the tensors is undefined";
  if (a.sizes() != b.sizes()) return "shape " + shape_text(a.sizes()) + " instead of " + shape_text(b.sizes());
  if (a.scalar_type() != b.scalar_type())
    return std::string("dtype ") + c10::toString(a.scalar_type()) + " instead of " + c10::toString(b.scalar_type());
  if (a.device() != b.device()) return "device " + a.device().str() + " instead of " + b.device().str();
  bool const numbers = a.is_floating_point() || a.is_complex();
  if (numbers ? a.allclose(b, tolerance.relative, tolerance.absolute, /*equal_nan=*/true) : a.equal(b)) return "";
  std::ostringstream text;
  text << "values differ by up to " << a.to(at::kDouble).sub(b.to(at::kDouble)).abs().max().item<double>();
  return text.str();
}

FASTXX_INLINE std::string number_difference(double a, double b, Tolerance tolerance) {
  bool const near = std::isfinite(a) && std::isfinite(b) &&  // no tolerance reaches infinity
                    std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b);
  bool const close = a == b || (std::isnan(a) && std::isnan(b)) || near;
  std::ostringstream text;
  if (!close) text << a << " instead of " << b;
  return text.str();
}

FASTXX_INLINE std::string at_place(std::string const& what, std::size_t index, std::string const& difference) {
  return difference.empty() ? "" : what + " " + std::to_string(index) + ": " + difference;
}

}  // namespace fastxx::testing::detail
