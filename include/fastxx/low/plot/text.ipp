#pragma once

#include <fastxx/low/core/utf8.hpp>
#include <fastxx/low/plot/program.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::vector<bool> code_points_of(std::string const& list) {
  std::vector<bool> known(0x110000);
  for (std::size_t begin = 0; begin < list.size();) {
    std::size_t const end = std::min(list.find('\n', begin), list.size());
    std::string const line = list.substr(begin, end - begin);
    begin = end + 1;
    std::size_t const bar = line.find('|');
    if (bar == std::string::npos || line.starts_with("Type 1")) continue;  // Pango does not use these
    char const* next = line.c_str() + bar + 1;
    for (char* after = nullptr;; next = after) {
      std::size_t const first = std::strtoul(next, &after, 16);
      if (after == next) break;
      std::size_t const last = *after == '-' ? std::strtoul(after + 1, &after, 16) : first;
      for (std::size_t point = first; point <= last && point < known.size(); ++point) known[point] = true;
    }
  }
  return known;
}

// gnuplot must never be given a character that no font has: the box that stands for it comes out a hundred times too
// large, over the whole picture. Asks fontconfig (10 ms, once) only beyond the Latin alphabets.
inline bool has_glyph(char32_t point) {
  if (point < 0x180) return true;
  static std::vector<bool> const known =
      code_points_of(run_external({"fc-list", "--format", "%{fontformat}|%{charset}\n"}).out);
  return known[point];
}

// One line of text that the fonts can show, with spaces in the place of orders.
inline std::u32string shown_line(std::string_view text) {
  std::u32string line;
  while (!text.empty()) {
    char32_t const point = next_code_point(text);
    line += is_order(point) ? U' ' : has_glyph(point) ? point : U'?';
  }
  return line;
}

// Advance widths of plot_font from ' ' to '~' in hundredths of its size, as its 'hmtx' table has them.
inline constexpr std::array<unsigned char, 95> ascii_widths{
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84};

inline double advance_px(char32_t point, double size_px) {
  if (point >= 0x20 && point < 0x7F) return std::round(ascii_widths[point - 0x20] * size_px / 100 + 0.2);
  // Alphabets; ideographs, signs; pictographs: on the safe side, for nothing may be cut.
  return size_px * (point < 0x1100 ? 0.8 : point < 0x1F000 ? 1.0 : 1.4);
}

// How many characters of a line fit.
inline std::size_t fitting_characters(std::u32string const& line, double width_px, double size_px) {
  std::size_t count = 0;
  for (double sum = 0; count < line.size() && (sum += advance_px(line[count], size_px)) <= width_px;) ++count;
  return count;
}

FASTXX_INLINE std::string gnuplot_string(std::string_view text) {
  std::string quoted = "\"";
  for (char const c : text) {
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    if (!plain) quoted += '\\';
    for (int shift = 6; !plain && shift >= 0; shift -= 3)
      quoted += static_cast<char>('0' + (static_cast<unsigned char>(c) >> shift & 7));
    if (plain) quoted += c;
  }
  return quoted + '"';
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE double text_width_px(std::string_view text, double size_px) {
  double sum = 0;
  for (char32_t const point : detail::shown_line(text)) sum += detail::advance_px(point, size_px);
  return sum;
}

FASTXX_INLINE std::string shortened_text(std::string_view text, double width_px, double size_px) {
  std::u32string line = detail::shown_line(text);
  if (detail::fitting_characters(line, width_px, size_px) < line.size()) {
    line.resize(detail::fitting_characters(line, width_px - size_px, size_px));
    while (!line.empty() && line.back() == U' ') line.pop_back();
    line += U'\u2026';
  }
  std::string bytes;
  for (char32_t const point : line) detail::append_utf8(bytes, point);
  return bytes;
}

FASTXX_INLINE double fitting_size_px(std::vector<std::string> const& lines, double width_px, double largest_px,
                                     double smallest_px) {
  double size = largest_px;
  for (std::string const& line : lines)
    while (size > smallest_px && text_width_px(line, size) > width_px) size = std::max(size - 0.5, smallest_px);
  return size;
}

}  // namespace fastxx
