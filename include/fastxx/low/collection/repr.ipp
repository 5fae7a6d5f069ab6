#pragma once

#include <fastxx/low/collection/repr.hpp>

#include <string>
#include <string_view>

namespace fastxx::detail {

FASTXX_INLINE std::string quoted(std::string_view text) {
  char const mark = text.find('\'') != text.npos && text.find('"') == text.npos ? '"' : '\'';
  std::string result(1, mark);
  for (char const c : text) {
    if (c == '\n') {
      result += "\\n";
      continue;
    }
    if (c == mark || c == '\\') result += '\\';
    result += c;
  }
  return result + mark;
}

}  // namespace fastxx::detail
