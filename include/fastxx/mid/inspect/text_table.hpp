#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

namespace fastxx {

namespace detail {

// Up to eight numbers, or the shape of more.
std::string tensor_text(Tensor const& tensor, std::string const& type);

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

// The class of this number, as far as its name is known; of other numbers the number.
std::string class_text(std::int64_t number, std::vector<std::string> const& names);
// Whether a tensor is one whole number.
bool is_whole_number(Tensor const& tensor);

// As item_text; what is a class by its number is called by its name.
template <class X>
std::string named_text(X const& x, std::vector<std::string> const& names) {
  if constexpr (std::is_integral_v<X> && !std::is_same_v<X, bool>) {
    return class_text(static_cast<std::int64_t>(x), names);
  } else if constexpr (std::is_base_of_v<Tensor, X> && !requires { x.show(TitleText{}); }) {
    if (is_whole_number(x)) return class_text(x.template item<std::int64_t>(), names);
  }
  return item_text(x);
}

// One line of columns of these widths, with `gap` spaces between them, each cell at the right end of its column.
std::string right_aligned(std::vector<std::string> const& cells, std::vector<std::size_t> const& widths,
                          std::size_t gap = 2);
// With this many digits behind the point.
std::string fixed_text(double number, int digits);

}  // namespace detail

/// Rows under a header, in columns as wide as their widest cell, at most `max_width` characters each.
///
/// Source:  own design, in place of fastai's pandas tables
std::string text_table(std::vector<std::string> const& header, std::vector<std::vector<std::string>> rows,
                       std::size_t max_width = 60);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/text_table.ipp>
#endif
