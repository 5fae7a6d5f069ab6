#pragma once

#include <fastxx/low/tensor/shape_text.hpp>

#include <string>

namespace fastxx::detail {

FASTXX_INLINE std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (auto size : shape) text += join({text.empty() ? "" : ", ", size});
  return join({"(", text, ")"});
}

}  // namespace fastxx::detail
