#pragma once

#include <fastxx/low/torch/tensor.hpp>
#include <string>

namespace fastxx::detail {

// "(64, 1, 28, 28)", for messages.
inline std::string shape_text(at::IntArrayRef shape) {
  std::string text;
  for (auto size : shape) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "(" + text + ")";
}

}  // namespace fastxx::detail
