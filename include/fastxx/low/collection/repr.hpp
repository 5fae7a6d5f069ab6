#pragma once

#include <fastxx/low/collection/detail/list_like.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <algorithm>  // the concepts of ranges, without the views of <ranges>
#include <charconv>
#include <cmath>
#include <concepts>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

template <class T>
concept MapLike = ListLike<T> && requires {
  typename std::remove_cvref_t<T>::key_type;
  typename std::remove_cvref_t<T>::mapped_type;
};

template <class T>
inline constexpr bool is_optional_v = false;
template <class T>
inline constexpr bool is_optional_v<std::optional<T>> = true;

std::string quoted(std::string_view text);

template <std::floating_point T>
std::string number_text(T value) {
  char buffer[64];
  std::string text(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
  if (std::isfinite(value) && text.find_first_of(".e") == text.npos) text += ".0";
  return text;
}

template <class... Ts>
constexpr std::tuple<Ts const&...> tie_elements(std::tuple<Ts...> const& tuple) {
  return std::apply([](auto const&... element) { return std::tuple<Ts const&...>(element...); }, tuple);
}
template <class A, class B>
constexpr std::tuple<A const&, B const&> tie_elements(std::pair<A, B> const& pair) {
  return {pair.first, pair.second};
}

struct Joined {  // texts with something between them
  std::string text = {};
  void add(std::string const& more) { text += (text.empty() ? "" : ", ") + more; }
};

}  // namespace detail

/// How a value is written in code, on one line: `'cat'`, `1.0`, `[1, 2]`, `(1, 'a')`, `{'a': 1}`, `none`; its stream
/// output or the name of its type for anything else.
///
/// Source:  Python's repr; differs: true, false and none instead of True, False and None
/// Example: examples/doc/list.cpp
template <class T>
std::string repr(T const& value) {
  detail::Joined all;
  if constexpr (std::is_same_v<T, std::nullopt_t>) {
    return "none";
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::vector<bool>::reference>) {
    return value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, char>) {
    return detail::quoted({&value, 1});
  } else if constexpr (std::integral<T>) {
    return std::to_string(value);
  } else if constexpr (std::floating_point<T>) {
    return detail::number_text(value);
  } else if constexpr (detail::StringLike<T>) {
    return detail::quoted(value);
  } else if constexpr (detail::is_optional_v<T>) {
    return value ? repr(*value) : "none";
  } else if constexpr (is_tuple_v<T>) {
    std::apply([&](auto const&... element) { (all.add(repr(element)), ...); }, detail::tie_elements(value));
    return "(" + all.text + (std::tuple_size_v<decltype(detail::tie_elements(value))> == 1 ? ",)" : ")");
  } else if constexpr (detail::MapLike<T>) {
    for (auto const& [key, mapped] : value) all.add(repr(key) + ": " + repr(mapped));
    return "{" + all.text + "}";
  } else if constexpr (detail::ListLike<T>) {
    for (auto const& item : value) all.add(repr(item));
    return "[" + all.text + "]";
  } else if constexpr (requires(std::ostream & out) { out << value; }) {
    std::ostringstream out;
    out << value;
    return out.str();
  } else {
    return type_name<T>();
  }
}

/// As repr, but a text stays as it is, without quotes.
///
/// Source:  Python's str
/// Example: examples/doc/list.cpp
template <class T>
std::string text_of(T const& value) {
  if constexpr (detail::StringLike<T>)
    return std::string(std::string_view(value));
  else
    return repr(value);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/collection/repr.ipp>
#endif
