#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace fastxx {

/// A text that can be a template argument: `option<"lr">(1e-3)`.
///
/// Source:  own design
/// Example: examples/doc/options.cpp
template <std::size_t Size>
struct fixed_string {
  char text[Size]{};

  consteval fixed_string(char const (&literal)[Size]) { std::copy_n(literal, Size, text); }
  constexpr std::string_view view() const { return {text, Size - 1}; }
};

}  // namespace fastxx
