#pragma once

#include <fastxx/low/plot/fonts.hpp>
#include <fastxx/low/plot/program.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::vector<CodePointRange> code_point_ranges(std::string const& list) {
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

FASTXX_INLINE std::vector<CodePointRange> merged(std::vector<CodePointRange> const& sorted) {
  std::vector<CodePointRange> result;
  for (auto const& range : sorted) {
    if (!result.empty() && range.first <= result.back().second + 1)
      result.back().second = std::max(result.back().second, range.second);
    else
      result.push_back(range);
  }
  return result;
}

FASTXX_INLINE bool has_glyph(char32_t point) {
  if (point < 0x180) return true;
  static std::vector<CodePointRange> const ranges =
      merged(code_point_ranges(run_program({"fc-list", "--format", "%{fontformat}|%{charset}\n"}).out));
  auto const after = std::upper_bound(ranges.begin(), ranges.end(), CodePointRange{point, 0x7FFFFFFF});
  return after != ranges.begin() && std::prev(after)->second >= point;
}

}  // namespace fastxx::detail
