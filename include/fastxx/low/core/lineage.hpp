#pragma once

#include <cstddef>
#include <type_traits>

namespace fastxx {

/// Stands for "any type" in a dispatch signature; every lineage ends with it.
struct Any {};

/// Python's abstract number classes, as parents of C++'s arithmetic types: bool and integers are Integral, all are
/// Number.
struct Number {};
struct Integral {};

/// A flat list of types.
template <class... Ts>
struct type_list {
  static constexpr std::size_t size = sizeof...(Ts);
};

/// The parent of a type for dispatch, or void when it has none. Specialise it for your own types, or give them a member
/// `base_type`; C++ cannot list the bases of a class by itself.
///
/// Example: examples/doc/dispatch.cpp
/// Source:  own design; the order Integral below Number is Python's numbers module
template <class T>
struct parent_of {
  using type = void;
};
template <class T>
requires requires { typename T::base_type; }
struct parent_of<T> {
  using type = typename T::base_type;
};
template <class T>
requires std::is_integral_v<T>
struct parent_of<T> {
  using type = Integral;
};
template <class T>
requires std::is_floating_point_v<T>
struct parent_of<T> {
  using type = Number;
};
template <>
struct parent_of<Integral> {
  using type = Number;
};

namespace detail {

template <class T>
struct ParentOrAny {
  using parent = typename parent_of<T>::type;
  static_assert(!std::is_same_v<parent, T>,
                "fastxx: this type is its own parent; `base_type` (or `parent_of`) names the type above it");
  using type = std::conditional_t<std::is_void_v<parent> || std::is_same_v<parent, T>, Any, parent>;
};

// One step up a lineage: the parent, or Any for a type that has none.
template <class T>
using parent_or_any_t = typename ParentOrAny<T>::type;

}  // namespace detail

/// How many steps up its lineage `T` is from `Ancestor`: 0 for the type itself, the largest for Any, -1 for strangers.
template <class T, class Ancestor>
consteval int distance_to_ancestor() {
  if constexpr (std::is_same_v<T, Ancestor>) {
    return 0;
  } else if constexpr (std::is_void_v<T> || std::is_same_v<T, Any>) {
    return -1;
  } else {
    constexpr int above = distance_to_ancestor<detail::parent_or_any_t<T>, Ancestor>();
    return above < 0 ? -1 : above + 1;
  }
}

}  // namespace fastxx
