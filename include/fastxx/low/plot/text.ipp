#pragma once

#include <fastxx/low/core/utf8.hpp>
#include <fastxx/low/plot/fonts.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

// Marks that are not drawn themselves: joiners, direction marks, variation selectors.
inline bool is_invisible(char32_t point) {
  return (point >= 0x200B && point <= 0x200F) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2060 && point <= 0x206F) || (point >= 0xFE00 && point <= 0xFE0F) || point == 0xFEFF ||
         (point >= 0xE0000 && point <= 0xE0FFF);
}

// One line of text that the fonts can show: control characters and line ends become spaces.
inline std::u32string printable(std::string_view text) {
  std::u32string line;
  while (!text.empty()) {
    char32_t const point = next_code_point(text);
    bool const control = point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
    if (control) line += U' ';
    if (control || is_invisible(point)) continue;
    line += has_glyph(point) ? point : has_glyph(0xFFFD) ? U'\uFFFD' : U'?';
  }
  return line;
}

// Advance widths of plot_font from ' ' to '~' in hundredths of its size, as its 'hmtx' table has them.
inline constexpr std::array<unsigned char, 95> ascii_widths{
    32, 41, 46, 84, 64, 96, 78, 28, 40,  40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64,
    64, 64, 34, 34, 84, 84, 84, 54, 100, 69, 69, 70, 77, 64, 58, 78, 76, 30, 30, 66, 56, 87, 75, 79,
    61, 79, 70, 64, 62, 74, 69, 99, 69,  62, 69, 40, 34, 40, 84, 50, 50, 62, 64, 55, 64, 62, 36, 64,
    64, 28, 28, 58, 28, 98, 64, 62, 64,  64, 42, 53, 40, 64, 60, 82, 60, 60, 53, 64, 34, 64, 84};

FASTXX_INLINE double width_px(char32_t point, double size_px) {
  if (point >= 0x20 && point < 0x7F) return std::round(ascii_widths[point - 0x20] * size_px / 100 + 0.2);
  if (point >= 0x300 && point < 0x370) return 0;   // combining accents
  if (point < 0x1100) return 0.8 * size_px;        // alphabets; on the safe side, for nothing may be cut
  return (point < 0x1F000 ? 1.0 : 1.4) * size_px;  // ideographs, signs; pictographs
}

FASTXX_INLINE double width_px(std::u32string const& line, double size_px) {
  double sum = 0;
  for (char32_t const point : line) sum += width_px(point, size_px);
  return sum;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE double text_width_px(std::string_view text, double size_px) {
  return detail::width_px(detail::printable(text), size_px);
}

FASTXX_INLINE std::string shortened_text(std::string_view text, double width_px, double size_px) {
  std::u32string line = detail::printable(text);
  if (detail::width_px(line, size_px) > width_px) {
    double const room = width_px - detail::width_px(U'\u2026', size_px);
    while (!line.empty() && detail::width_px(line, size_px) > room) line.pop_back();
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

namespace fastxx::detail {

FASTXX_INLINE std::string gnuplot_string(std::string_view text) {
  std::string quoted = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ';
    if (plain) {
      quoted += c;
    } else {
      quoted += '\\';
      for (int shift = 6; shift >= 0; shift -= 3) quoted += static_cast<char>('0' + (byte >> shift & 7));
    }
  }
  return quoted + '"';
}

}  // namespace fastxx::detail
