#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx::detail {

[[gnu::noinline]] FASTXX_INLINE std::string join(std::initializer_list<TextPiece> pieces) {
  std::string text;
  for (TextPiece const& piece : pieces) {
    if (piece.is_negative) text += '-';
    text.append(piece.is_number ? std::string_view(std::to_string(piece.number)) : piece.words);
  }
  return text;
}

inline std::string escape(char32_t point, bool byte) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::string text = byte || point < 0x80 ? "\\x" : "\\u";
  for (int shift = byte || point < 0x80 ? 4 : 12; shift >= 0; shift -= 4) text += hex[point >> shift & 15];
  return text;
}

// The text without orders; once there are `most` bytes the rest is left out.
inline std::string printable(std::string_view text, std::size_t most) {
  std::string result;
  while (!text.empty() && result.size() < most) {
    std::string_view bytes = text;
    char32_t const point = next_code_point(text);
    bytes.remove_suffix(text.size());
    bool const damaged = point == 0xFFFD && bytes.size() == 1;
    if (damaged || is_order(point))
      result += escape(damaged ? static_cast<unsigned char>(bytes[0]) : point, damaged);
    else
      result += bytes;
  }
  if (!text.empty()) result += "...";
  return result;
}

[[gnu::noinline]] FASTXX_INLINE std::string brief(std::string_view text) { return printable(text, 200); }

[[gnu::noinline]] FASTXX_INLINE std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  for (char& c : text)
    if (c == ',') c = '.';
  return text;
}

[[gnu::noinline]] FASTXX_INLINE std::string first_line(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('\n'), text.size()));
  text = text.substr(0, text.find('\n'));
  return printable(text, std::string::npos);
}

}  // namespace fastxx::detail

namespace fastxx {

[[gnu::noinline]] FASTXX_INLINE ErrorText::ErrorText(std::initializer_list<detail::TextPiece> pieces) noexcept {
  try {
    std::string::operator=(detail::join(pieces));
  } catch (...) {
  }
}

[[gnu::noinline]] FASTXX_INLINE ErrorText& ErrorText::operator=(ErrorText const& other) noexcept {
  set(other);
  return *this;
}

[[gnu::noinline]] FASTXX_INLINE ErrorText& ErrorText::operator=(ErrorText&& other) noexcept {
  std::string::operator=(std::move(other));
  return *this;
}

FASTXX_INLINE void ErrorText::set(std::string_view text) noexcept {
  try {
    assign(text);
  } catch (...) {
    clear();
  }
}

}  // namespace fastxx

namespace fastxx::detail {

[[gnu::noinline]] FASTXX_INLINE std::string error_text(std::string_view key, ErrorParts const& parts) {
  std::string text = "[" + std::string(key) + "] " + parts.call;
  auto add = [&text](std::string_view before, std::string const& part) {
    if (!part.empty()) text.append(before).append(part);
  };
  add(": expected ", parts.expected);
  add(parts.expected.empty() ? ": " : "; got ", parts.got);
  add("; at ", parts.where);
  add("; ", parts.fix);
  return printable(text, std::string::npos);
}

}  // namespace fastxx::detail

namespace fastxx {

[[gnu::noinline]] FASTXX_INLINE error::error(std::string_view key, ErrorParts const& parts)
    : std::runtime_error(detail::error_text(key, parts)), key_(key), parts_(parts) {}

}  // namespace fastxx
