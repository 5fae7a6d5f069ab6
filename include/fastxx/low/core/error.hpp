#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx {

namespace detail {

template <class T>
concept WholeNumber = std::integral<T> && sizeof(T) > 1;  // neither characters nor bool

// Words or a whole number: a piece of a text that join() makes. Not inlined, since texts have many pieces.
struct TextPiece {
  [[gnu::noinline, gnu::cold]] TextPiece(char const* text) : words(text) {}
  [[gnu::noinline, gnu::cold]] TextPiece(std::string const& text) : words(text) {}
  [[gnu::noinline, gnu::cold]] TextPiece(std::string_view text) : words(text) {}
  template <WholeNumber Number>
  [[gnu::noinline, gnu::cold]] TextPiece(Number value)
      : number(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)),
        is_number(true),
        is_negative(value < 0) {}

  std::string_view words = {};
  std::uint64_t number = 0;
  bool is_number = false, is_negative = false;
};

// join({"group ", 3}) is "group 3". One call, where a sum of strings is the inlined code of as many strings.
[[gnu::cold]] std::string join(std::initializer_list<TextPiece> pieces);

// What a message quotes out of a file: one line of at most 200 bytes, however long the text, whose control characters and
// bytes that are no UTF-8 are written as escapes.
[[gnu::cold]] std::string brief(std::string_view text);

// A number as sentences have it: four digits, a point for every locale.
[[gnu::cold]] std::string short_number(double value);

// The first line that says something, of whatever was thrown: libtorch's own errors go on with a stack of addresses.
[[gnu::cold]] std::string first_line(std::string_view text);

}  // namespace detail

/// A std::string whose construction and destruction are calls: written at every place that throws, std::string's own
/// inlined ones were a large part of what a program cost to compile. When memory ends, the text is lost, not the error.
///
/// Source:  own design
struct ErrorText : std::string {
  ErrorText() = default;
  [[gnu::noinline, gnu::cold]] ErrorText(char const* text) noexcept { set(text); }
  [[gnu::noinline, gnu::cold]] ErrorText(std::string const& text) noexcept { set(text); }
  /// {"expected ", 3, " names"}: the pieces one after the other.
  [[gnu::cold]] ErrorText(std::initializer_list<detail::TextPiece> pieces) noexcept;
  [[gnu::noinline, gnu::cold]] ErrorText(std::string&& text) noexcept : std::string(std::move(text)) {}
  [[gnu::noinline, gnu::cold]] ErrorText(ErrorText const& other) noexcept : std::string() { set(other); }
  [[gnu::noinline, gnu::cold]] ErrorText(ErrorText&& other) noexcept : std::string(std::move(other)) {}
  [[gnu::cold]] ErrorText& operator=(ErrorText const& other) noexcept;
  [[gnu::cold]] ErrorText& operator=(ErrorText&& other) noexcept;
  [[gnu::noinline, gnu::cold]] ~ErrorText() {}

 private:
  void set(std::string_view text) noexcept;
};

/// The five things a reader of an error needs; empty ones are left out of the text.
///
/// Example: examples/doc/errors.cpp
/// Source:  own design
struct ErrorParts {
  ErrorText call = {};      ///< the function or type that refused, e.g. "DataLoader"
  ErrorText expected = {};  ///< what it needs
  ErrorText got = {};       ///< what came instead
  ErrorText where = {};     ///< file, item, stage, callback or event
  ErrorText fix = {};       ///< what to do about it, as an order
};

namespace detail {
[[gnu::cold]] std::string error_text(std::string_view key, ErrorParts const& parts);
}  // namespace detail

/// Everything fastxx throws on purpose: a stable key for programs, one sentence for people.
///
/// The key ("loader.batch_size") does not change between versions; the sentence may. It is one line: control characters,
/// ends of lines and bytes that are no UTF-8 are written as escapes (\x1b), whoever said them: what a file holds cannot
/// give orders to a terminal. The parts are as they came.
/// Source:  own design
/// Example: examples/doc/errors.cpp
class error : public std::runtime_error {
 public:
  [[gnu::cold]] error(std::string_view key, ErrorParts const& parts);

  std::string const& key() const { return key_; }
  ErrorParts const& parts() const { return parts_; }

 private:
  std::string key_;
  ErrorParts parts_;
};

/// A tensor has the wrong shape, dtype, device or values.
struct tensor_error : error {
  using error::error;
};

/// An item, label, vocabulary or data set is not usable.
struct data_error : error {
  using error::error;
};

/// A file or folder is missing, unreadable, truncated, hostile or cannot be written.
struct io_error : error {
  using error::error;
};

/// A call came at the wrong moment, or an object is not in the state it needs.
struct state_error : error {
  using error::error;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/core/error.ipp>
#endif
