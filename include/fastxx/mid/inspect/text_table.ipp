#pragma once

#include <fastxx/low/tensor/print.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/inspect/text_table.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fastxx::detail {

// Bytes that begin a character of UTF-8.
inline std::size_t characters_in(std::string const& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// One line, at most `width` characters: what a terminal would obey is a space, what is too long ends in "...".
inline std::string table_cell(std::string text, std::size_t width) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = ' ';
  if (characters_in(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; count < width - 3; ++count) do
      ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80);
  return text.substr(0, end) + "...";
}

FASTXX_INLINE std::string tensor_text(Tensor const& tensor, std::string const& type) {
  if (!tensor.defined()) return "undefined";
  if (tensor.numel() > 8) return type + " " + shape_text(tensor.sizes());
  Tensor const flat = tensor.detach().cpu().reshape({-1});
  std::string text;
  for (std::int64_t i = 0; i < flat.numel(); ++i) text += (i > 0 ? " " : "") + number_text(flat[i]);
  return text;
}

FASTXX_INLINE std::string class_text(std::int64_t number, std::vector<std::string> const& names) {
  bool const known = number >= 0 && number < static_cast<std::int64_t>(names.size());
  return known ? names[static_cast<std::size_t>(number)] : std::to_string(number);
}

FASTXX_INLINE std::string right_aligned(std::vector<std::string> const& cells, std::vector<std::size_t> const& widths,
                                        std::size_t gap) {
  std::string line;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    auto const size = characters_in(cells[c]);
    line += std::string((c > 0 ? gap : 0) + (widths[c] > size ? widths[c] - size : 0), ' ') + cells[c];
  }
  return line + "\n";
}

FASTXX_INLINE std::string fixed_text(double number, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, number);
  return text;
}

FASTXX_INLINE bool is_whole_number(Tensor const& tensor) {
  return tensor.defined() && tensor.numel() == 1 && at::isIntegralType(tensor.scalar_type(), /*includeBool=*/false);
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::string text_table(std::vector<std::string> const& header, std::vector<std::vector<std::string>> rows,
                                     std::size_t max_width) {
  rows.insert(rows.begin(), header);
  std::vector<std::size_t> widths(header.size(), 0);
  for (auto& row : rows)
    for (std::size_t c = 0; c < row.size() && c < widths.size(); ++c) {
      row[c] = detail::table_cell(std::move(row[c]), std::max<std::size_t>(max_width, 4));
      widths[c] = std::max(widths[c], detail::characters_in(row[c]));
    }
  std::string text;
  for (auto const& row : rows) {
    for (std::size_t c = 0; c < row.size() && c < widths.size(); ++c)
      text += row[c] + std::string(widths[c] - detail::characters_in(row[c]) + 2, ' ');
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

}  // namespace fastxx
