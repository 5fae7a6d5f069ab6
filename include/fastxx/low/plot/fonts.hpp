#pragma once
// Which characters the fonts of this machine can show. gnuplot must never be given another one: it would draw the box
// that stands for it a thousand times too large, over the whole picture.

#include <fastxx/low/plot/program.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

using CodePointRange = std::pair<char32_t, char32_t>;  // first and last

/// The ranges in fontconfig's list, one font a line: 'TrueType|20-7e a0-17f 192'.
inline std::vector<CodePointRange> code_point_ranges(std::string const& list) {
  std::vector<CodePointRange> ranges;
  for (std::size_t begin = 0; begin < list.size();) {
    std::size_t const end = std::min(list.find('\n', begin), list.size());
    std::string const line = list.substr(begin, end - begin);
    begin = end + 1;
    std::size_t const bar = line.find('|');
    if (bar == std::string::npos || line.starts_with("Type 1")) continue;  // Pango does not use these
    char const* next = line.c_str() + bar + 1;
    for (char* after = nullptr;; next = after) {
      auto const first = static_cast<char32_t>(std::strtoul(next, &after, 16));
      if (after == next) break;
      auto const last = *after == '-' ? static_cast<char32_t>(std::strtoul(after + 1, &after, 16)) : first;
      ranges.emplace_back(first, last);
    }
  }
  std::sort(ranges.begin(), ranges.end());
  return ranges;
}

/// Sorted ranges made disjoint, so that a binary search finds a code point.
inline std::vector<CodePointRange> merged(std::vector<CodePointRange> const& sorted) {
  std::vector<CodePointRange> result;
  for (auto const& range : sorted) {
    if (!result.empty() && range.first <= result.back().second + 1)
      result.back().second = std::max(result.back().second, range.second);
    else
      result.push_back(range);
  }
  return result;
}

/// Whether some font has this character. Asks fontconfig's fc-list (10 ms, once) only beyond the Latin alphabets.
inline bool has_glyph(char32_t point) {
  if (point < 0x180) return true;
  static std::vector<CodePointRange> const ranges =
      merged(code_point_ranges(run_program({"fc-list", "--format", "%{fontformat}|%{charset}\n"}).out));
  auto const after = std::upper_bound(ranges.begin(), ranges.end(), CodePointRange{point, 0x7FFFFFFF});
  return after != ranges.begin() && std::prev(after)->second >= point;
}

}  // namespace fastxx::detail
