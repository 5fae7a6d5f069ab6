#pragma once

#include <fastxx/low/core/utf8.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace fastxx::detail {

FASTXX_INLINE char32_t next_code_point(std::string_view& text) {
  auto const byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  unsigned const first = byte(0);
  std::size_t const length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  char32_t point = length == 1 ? first : first & (0x7Fu >> length);
  bool good = length > 0 && length <= text.size();
  for (std::size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    point = point << 6 | (byte(i) & 0x3Fu);
  }
  bool const overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (!good || overlong || (point >= 0xD800 && point < 0xE000) || point > 0x10FFFF) {
    text.remove_prefix(1);
    return 0xFFFD;
  }
  text.remove_prefix(length);
  return point;
}

FASTXX_INLINE bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    std::size_t const before = text.size();
    if (next_code_point(text) == 0xFFFD && before - text.size() == 1) return false;  // U+FFFD itself has three bytes
  }
  return true;
}

FASTXX_INLINE bool is_order(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point < 0xA0) || (point >= 0x2028 && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069);
}

FASTXX_INLINE void append_utf8(std::string& text, char32_t point) {
  auto const add = [&](char32_t bits) { text += static_cast<char>(bits); };
  if (point < 0x80) return add(point);
  if (point < 0x800) return add(0xC0 | point >> 6), add(0x80 | (point & 0x3F));
  if (point < 0x10000) return add(0xE0 | point >> 12), add(0x80 | (point >> 6 & 0x3F)), add(0x80 | (point & 0x3F));
  add(0xF0 | point >> 18), add(0x80 | (point >> 12 & 0x3F)), add(0x80 | (point >> 6 & 0x3F)),
      add(0x80 | (point & 0x3F));
}

}  // namespace fastxx::detail
