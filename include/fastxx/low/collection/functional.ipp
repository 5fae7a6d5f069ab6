#pragma once

#include <fastxx/low/collection/functional.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::string all_names(std::string_view function, std::vector<std::string> const& arguments) {
  std::string text;
  for (auto const& argument : arguments) {
    if (argument.empty()) return "";
    text += (text.empty() ? "" : ", ") + argument;
  }
  return std::string(function) + "(" + text + ")";
}

}  // namespace fastxx::detail
