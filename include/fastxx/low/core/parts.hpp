#pragma once

#include <cstddef>
#include <fastxx/low/core/hana.hpp>
#include <type_traits>
#include <utility>

namespace fastxx {

/// An argument that carries its name in its type, so that it may stand anywhere in a call: `metrics(accuracy)`.
///
/// Source:  own design (features H-01: argument order irrelevant, an unknown keyword is an error)
/// Example: examples/doc/learner.cpp
template <class Name, class Value>
struct Part {
  using name = Name;
  using value_type = Value;
  Value value;
};

namespace detail {

template <class T>
inline constexpr bool is_part_v = false;
template <class Name, class Value>
inline constexpr bool is_part_v<Part<Name, Value>> = true;

template <class Name, class... Parts>
consteval std::size_t count_parts() {
  return (0 + ... + static_cast<std::size_t>(std::is_same_v<Name, typename Parts::name>));
}

template <class Name, class Default>
constexpr Default pick_part(Default fallback) {
  return fallback;
}
// The value of the part called Name, or the fallback when no part has that name.
template <class Name, class Default, class First, class... Rest>
constexpr auto pick_part(Default fallback, First first, Rest... rest) {
  if constexpr (std::is_same_v<Name, typename First::name>)
    return std::move(first.value);
  else
    return pick_part<Name>(std::move(fallback), std::move(rest)...);
}

}  // namespace detail
}  // namespace fastxx
