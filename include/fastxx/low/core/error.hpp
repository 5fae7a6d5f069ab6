#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace fastxx {

/// The five things a reader of an error needs; empty ones are left out of the text.
///
/// Example: examples/doc/errors.cpp
/// Source:  own design
struct ErrorParts {
  std::string call = {};      ///< the function or type that refused, e.g. "DataLoader"
  std::string expected = {};  ///< what it needs
  std::string got = {};       ///< what came instead
  std::string where = {};     ///< file, item, stage, callback or event
  std::string fix = {};       ///< what to do about it, as an order
};

namespace detail {
inline std::string error_text(std::string_view key, ErrorParts const& parts) {
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
}  // namespace detail

/// Everything fastxx throws on purpose: a stable key for programs, one sentence for people.
///
/// The key ("loader.batch_size") does not change between versions; the sentence may.
/// Source:  own design
/// Example: examples/doc/errors.cpp
class error : public std::runtime_error {
 public:
  error(std::string_view key, ErrorParts parts)
      : std::runtime_error(detail::error_text(key, parts)), key_(key), parts_(std::move(parts)) {}

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
