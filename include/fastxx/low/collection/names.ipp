#pragma once

#include <fastxx/low/collection/names.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace fastxx::detail {

inline bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

inline bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }

inline char to_lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

inline char to_upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::string camel2snake(std::string_view name) {
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    bool const before_word = i + 1 < name.size() && detail::is_lower(name[i + 1]);
    bool const after_word = i > 0 && (detail::is_lower(name[i - 1]) || detail::is_digit(name[i - 1]));
    if (i > 0 && detail::is_upper(name[i]) && (before_word || after_word)) result += '_';
    result += detail::to_lower(name[i]);
  }
  return result;
}

FASTXX_INLINE std::string snake2camel(std::string_view name) {
  std::string result;
  bool start = true;  // of a run of letters
  for (char const c : name) {
    if (c != '_') result += start ? detail::to_upper(c) : detail::to_lower(c);
    start = !detail::is_upper(c) && !detail::is_lower(c);
  }
  return result;
}

}  // namespace fastxx
