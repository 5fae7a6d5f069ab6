#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <string>

namespace fastxx::detail {

// "(64, 1, 28, 28)", for messages.
inline std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (auto size : shape) text += join({text.empty() ? "" : ", ", size});
  return join({"(", text, ")"});
}

}  // namespace fastxx::detail
