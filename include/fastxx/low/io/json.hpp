#pragma once
// JSON as RFC 8259 has it, and nothing else: what safetensors headers and state files are written in.

#include <fastxx/low/core/bodies.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>

namespace fastxx::detail {

// Appends JSON values to a text.
struct JsonWriter {
  std::string json = {};
  bool valid = true;  ///< false once a text was not UTF-8

  void text(std::string_view value);
  // The shortest number that reads back as the same one, which must be finite; always with a point or an exponent.
  void floating(double value);
  void natural(std::uint64_t value) { json += std::to_string(value); }
  void integer(std::int64_t value) { json += std::to_string(value); }

  // After a comma: the bracket takes its place.
  void close(char bracket);
};

// What the text should have had at that byte.
struct JsonError : std::runtime_error {
  JsonError(char const* expected, std::size_t at) : std::runtime_error(expected), byte(at) {}
  std::size_t byte;
};

// Reads JSON piece by piece. The caller asks for what must come next, so no text can make it go deeper than the caller
// does; whatever else comes is a JsonError.
//
//     reader.open('[');
//     while (reader.more(']')) numbers.push_back(reader.number());
//     reader.end();
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  // The first character of what comes next; '\0' at the end.
  char peek();
  void end();
  // How many bytes have been read.
  std::size_t at() const { return at_; }

  void open(char bracket);
  // Whether one more element, or key, follows before the closing bracket.
  bool more(char closing);
  void next_element();
  void close(char bracket);
  std::string key();

  std::string text();

  // Take this word (true, false, null) if it comes next.
  bool word(std::string_view wanted);
  bool boolean();

  // A number as it is written.
  std::string_view number();
  double floating();
  // A whole number from 0 to 2^64-1.
  std::uint64_t natural() { return magnitude(number(), std::numeric_limits<std::uint64_t>::max()); }
  // A whole number from -2^63 to 2^63-1.
  std::int64_t integer();

  // Any value, as it is written.
  std::string_view skip();

  [[noreturn, gnu::cold, gnu::noinline]] void fail(char const* expected) const { throw JsonError(expected, at_); }

 private:
  char next();
  bool step(char wanted);
  void expect(char wanted, char const* what);
  void digits();

  std::uint64_t magnitude(std::string_view written, std::uint64_t most) const;

  char32_t four_hex_digits();
  void append_escaped(std::string& value);

  std::string_view text_;
  std::size_t at_ = 0;
  bool first_ = false;
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/io/json.ipp>
#endif
