#pragma once

#include <fastxx/low/core/error.hpp>

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
  return text;
}

}  // namespace fastxx::detail

namespace fastxx {

[[gnu::noinline]] FASTXX_INLINE error::error(std::string_view key, ErrorParts const& parts)
    : std::runtime_error(detail::error_text(key, parts)), key_(key), parts_(parts) {}

}  // namespace fastxx
