#pragma once

#include <fastxx/low/collection/detail/split.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

inline bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

// The words between runs of white space; after `maxsplit` cuts the rest, with its space, is one word.
inline std::vector<std::string> split_words(std::string_view text, std::int64_t maxsplit) {
  std::vector<std::string> words;
  auto skip_space = [&] {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  };
  for (skip_space(); !text.empty(); skip_space()) {
    std::size_t length = 0;
    while (length < text.size() && !is_space(text[length])) ++length;
    if (maxsplit >= 0 && static_cast<std::int64_t>(words.size()) == maxsplit) {
      words.emplace_back(text);
      break;
    }
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return words;
}

FASTXX_INLINE std::vector<std::string> split_text(std::string_view text, std::optional<std::string_view> separator,
                                                  std::int64_t maxsplit) {
  if (!separator) return split_words(text, maxsplit);
  if (separator->empty())
    throw data_error("list.separator", {.call = "L::split", .expected = "a separator", .got = "an empty text"});
  std::vector<std::string> parts;
  while (maxsplit < 0 || static_cast<std::int64_t>(parts.size()) < maxsplit) {
    auto const at = text.find(*separator);
    if (at == text.npos) break;
    parts.emplace_back(text.substr(0, at));
    text.remove_prefix(at + separator->size());
  }
  parts.emplace_back(text);
  return parts;
}

FASTXX_INLINE std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    auto const end = std::min(text.find_first_of("\r\n"), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + (text.substr(end).starts_with("\r\n") ? 2 : 1)));
  }
  return lines;
}

}  // namespace fastxx::detail
