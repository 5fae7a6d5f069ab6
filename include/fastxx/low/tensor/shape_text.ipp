#pragma once

#include <fastxx/low/tensor/shape_text.hpp>

#include <string>

namespace fastxx::detail {

FASTXX_INLINE std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (auto size : shape) text += join({text.empty() ? "" : ", ", size});
  return join({"(", text, ")"});
}

FASTXX_INLINE std::string type_and_shape(Tensor const& x) {
  if (!x.defined()) return "no tensor";
  return join({at::toString(x.scalar_type()), " ", shape_text(x.sizes())});
}

}  // namespace fastxx::detail
