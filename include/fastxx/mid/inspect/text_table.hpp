#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/tensor/print.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace fastxx {

namespace detail {

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

// Up to eight numbers, or the shape of more.
inline std::string tensor_text(Tensor const& tensor, std::string const& type) {
  if (!tensor.defined()) return "undefined";
  if (tensor.numel() > 8) return type + " " + shape_text(tensor.sizes());
  Tensor const flat = tensor.detach().cpu().reshape({-1});
  std::string text;
  for (std::int64_t i = 0; i < flat.numel(); ++i) text += (i > 0 ? " " : "") + number_text(flat[i]);
  return text;
}

// A context that takes titles and nothing else.
struct TitleText {
  std::string text = {};
  void title(std::string const& line) { text += (text.empty() ? "" : " ") + line; }
};

template <class X>
std::string item_text(X const& x) {
  if constexpr (std::is_convertible_v<X const&, std::string>)
    return std::string(x);
  else if constexpr (std::is_same_v<X, bool>)
    return x ? "true" : "false";
  else if constexpr (std::is_integral_v<X>)
    return std::to_string(x);
  else if constexpr (std::is_arithmetic_v<X>)
    return tensor_text(at::scalar_tensor(static_cast<double>(x), at::kDouble), "");
  else if constexpr (requires { x.show(TitleText{}); })
    return x.show(TitleText{}).text;
  else if constexpr (std::is_base_of_v<Tensor, X>)
    return tensor_text(x, type_name<X>());
  else if constexpr (requires { std::string(x.to_string()); })
    return x.to_string();
  else
    return type_name<X>();
}

}  // namespace detail

/// Rows under a header, in columns as wide as their widest cell, at most `max_width` characters each.
///
/// Source:  own design, in place of fastai's pandas tables
inline std::string text_table(std::vector<std::string> const& header, std::vector<std::vector<std::string>> rows,
                              std::size_t max_width = 60) {
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
