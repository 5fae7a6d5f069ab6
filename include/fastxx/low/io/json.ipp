#pragma once

#include <fastxx/low/core/utf8.hpp>
#include <fastxx/low/io/json.hpp>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE void JsonWriter::text(std::string_view value) {
  constexpr std::string_view hex = "0123456789abcdef";
  valid = valid && is_utf8(value);
  json += '"';
  for (char const c : value) {
    if (c == '"' || c == '\\') json += '\\';
    if (static_cast<unsigned char>(c) >= 0x20)
      json += c;
    else
      json.append("\\u00").append(1, hex[static_cast<std::size_t>(c) >> 4]).append(1, hex[c & 15]);
  }
  json += '"';
}

FASTXX_INLINE void JsonWriter::floating(double value) {
  char buffer[32];
  std::string_view const digits(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  json += digits;
  if (digits.find_first_of(".e") == digits.npos) json += ".0";
}

FASTXX_INLINE void JsonWriter::close(char bracket) {
  if (json.back() == ',') json.pop_back();
  json += bracket;
}

FASTXX_INLINE char JsonReader::peek() {
  while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos) ++at_;
  return at_ < text_.size() ? text_[at_] : '\0';
}

FASTXX_INLINE void JsonReader::end() {
  if (peek() != '\0' || at_ < text_.size()) fail("nothing more");
}

FASTXX_INLINE void JsonReader::open(char bracket) {
  expect(bracket, bracket == '[' ? "a list" : "an object");
  first_ = true;
}

FASTXX_INLINE bool JsonReader::more(char closing) {
  bool const first = std::exchange(first_, false);
  if (peek() == closing) return ++at_, false;
  if (!first) expect(',', "a comma or the closing bracket");
  return true;
}

FASTXX_INLINE void JsonReader::next_element() {
  if (!more(']')) fail("one more element");
}

FASTXX_INLINE void JsonReader::close(char bracket) {
  if (more(bracket)) fail("the closing bracket");
}

FASTXX_INLINE std::string JsonReader::key() {
  std::string name = text();
  expect(':', "a colon");
  return name;
}

FASTXX_INLINE std::string JsonReader::text() {
  expect('"', "a text");
  std::string value;
  for (char c = next(); c != '"'; c = next()) {
    if (static_cast<unsigned char>(c) < 0x20) fail("a text without control characters");
    if (c == '\\')
      append_escaped(value);
    else
      value += c;
  }
  if (!is_utf8(value)) fail("a text in UTF-8");
  return value;
}

FASTXX_INLINE bool JsonReader::word(std::string_view wanted) {
  if (peek(); text_.substr(at_, wanted.size()) != wanted) return false;
  at_ += wanted.size();
  return true;
}

FASTXX_INLINE bool JsonReader::boolean() {
  if (word("true")) return true;
  if (!word("false")) fail("true or false");
  return false;
}

FASTXX_INLINE std::string_view JsonReader::number() {
  peek();
  std::size_t const begin = at_;
  step('-');
  if (!step('0')) digits();
  if (step('.')) digits();
  if (step('e') || step('E')) {
    if (!step('+')) step('-');
    digits();
  }
  return text_.substr(begin, at_ - begin);
}

FASTXX_INLINE double JsonReader::floating() {
  std::string_view const written = number();
  double value = 0;
  if (std::from_chars(written.begin(), written.end(), value).ec != std::errc() || std::isinf(value))
    fail("a number that a double can hold");
  return value;
}

FASTXX_INLINE std::int64_t JsonReader::integer() {
  std::string_view const written = number();
  bool const negative = written.front() == '-';
  std::uint64_t const most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t const value = magnitude(written.substr(negative), most + negative);
  return static_cast<std::int64_t>(negative ? 0 - value : value);
}

FASTXX_INLINE std::string_view JsonReader::skip() {
  peek();
  std::size_t const begin = at_;
  std::string closing;  // the brackets that are still to come, so that no text makes this function call itself
  do {
    char const first = peek();
    if (first == '{' || first == '[')
      open(first), closing += first == '{' ? '}' : ']';
    else if (first == '"')
      text();
    else if (first == '-' || (first >= '0' && first <= '9'))
      number();
    else if (!word("true") && !word("false") && !word("null"))
      fail("a value");
    while (!closing.empty() && !more(closing.back())) closing.pop_back();
    if (closing.ends_with('}')) key();
  } while (!closing.empty());
  return text_.substr(begin, at_ - begin);
}

FASTXX_INLINE char JsonReader::next() {
  if (at_ == text_.size()) fail("more of the text");
  return text_[at_++];
}

FASTXX_INLINE bool JsonReader::step(char wanted) {
  bool const found = at_ < text_.size() && text_[at_] == wanted;
  at_ += found;
  return found;
}

FASTXX_INLINE void JsonReader::expect(char wanted, char const* what) {
  if (peek() != wanted) fail(what);
  ++at_;
}

FASTXX_INLINE void JsonReader::digits() {
  std::size_t const begin = at_;
  while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
  if (at_ == begin) fail("a number");
}

FASTXX_INLINE std::uint64_t JsonReader::magnitude(std::string_view written, std::uint64_t most) const {
  std::uint64_t value = 0;
  for (char const c : written) {
    auto const digit = static_cast<std::uint64_t>(c - '0');  // above 9 for a sign, a point and an exponent
    if (digit > 9) fail("a whole number");
    if (value > (most - digit) / 10) fail("a smaller number");
    value = value * 10 + digit;
  }
  return value;
}

FASTXX_INLINE char32_t JsonReader::four_hex_digits() {
  char32_t value = 0;
  for (int i = 0; i < 4; ++i) {
    std::size_t const digit = std::string_view("0123456789abcdefABCDEF").find(next());
    if (digit == std::string_view::npos) fail("four hexadecimal digits");
    value = value * 16 + static_cast<char32_t>(digit < 16 ? digit : digit - 6);
  }
  return value;
}

FASTXX_INLINE void JsonReader::append_escaped(std::string& value) {
  constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
  char const letter = next();
  if (letter != 'u') {
    std::size_t const which = letters.find(letter);
    if (which == std::string_view::npos) fail("an escape that JSON has");
    value += meant[which];
    return;
  }
  char32_t point = four_hex_digits();
  if (point >= 0xD800 && point < 0xDC00 && next() == '\\' && next() == 'u') {  // the first half of a pair
    char32_t const second = four_hex_digits();
    if (second < 0xDC00 || second >= 0xE000) fail("the second half of a surrogate pair");
    point = 0x10000 + ((point - 0xD800) << 10) + (second - 0xDC00);
  }
  append_utf8(value, point);  // half of a pair is not UTF-8, which text() sees
}

}  // namespace fastxx::detail
