#pragma once

#include <fastxx/low/core/pack.hpp>

#include <cstddef>
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

// The name of a part; what is no part has none, so that one sentence can say so and no second error follows.
struct NoName {};
template <class T>
struct part_name {
  using type = NoName;
};
template <class Name, class Value>
struct part_name<Part<Name, Value>> {
  using type = Name;
};
template <class T>
using part_name_t = typename part_name<T>::type;

template <class Name, class... Parts>
consteval std::size_t count_parts() {
  return count_of<std::is_same_v<Name, part_name_t<Parts>>...>;
}

// Where the part called Name stands first; the number of parts when none is called so.
template <class Name, class... Parts>
consteval std::size_t find_part() {
  return place_of_first<std::is_same_v<Name, part_name_t<Parts>>...>();
}

// The value of the part called Name, or the fallback when no part has that name. A part that is given as a temporary
// gives its value away; the others are left alone, so that all may be given again for the next name.
template <class Name, class Default, class... Parts>
constexpr auto pick_part(Default fallback, Parts&&... parts) {
  constexpr std::size_t index = find_part<Name, std::remove_cvref_t<Parts>...>();
  if constexpr (index == sizeof...(Parts)) {
    return fallback;
  } else {
    using Given = typename decltype(nth_type<index, Parts&&...>())::type;
    return static_cast<Given>(nth_argument<index>(parts...)).value;
  }
}

}  // namespace detail
}  // namespace fastxx
