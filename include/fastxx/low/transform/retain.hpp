#pragma once

#include <concepts>
#include <cstddef>
#include <fastxx/low/transform/traits.hpp>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {
template <class T>
inline constexpr bool is_exactly_v = false;
template <class T>
inline constexpr bool is_exactly_v<Exactly<T>> = true;
}  // namespace detail

/// Give `result` the type `Old` when its own type is a base of `Old` and `Old` can be made from it: a TensorImage stays
/// one though libtorch returned a plain tensor. Results of other types, and `Exactly`, are left alone.
///
/// Source:  fastcore 1.7.28 dispatch.py retain_type
/// Example: examples/doc/transform.cpp
template <class Old, class New>
constexpr auto retain_type(New&& result) {
  using Result = std::decay_t<New>;
  if constexpr (detail::is_exactly_v<Result>) {
    return std::forward<New>(result).value;
  } else if constexpr (std::is_base_of_v<Result, Old> && !std::is_same_v<Result, Old> &&
                       std::constructible_from<Old, Result>) {
    return Old(std::forward<New>(result));
  } else {
    return Result(std::forward<New>(result));
  }
}

namespace detail {

// The tuple class a mapped tuple comes back as: pairs stay pairs, a class derived from a tuple stays itself when it can
// be made from the new elements.
template <class Old, class... Elements>
constexpr auto retuple(Elements&&... elements) {
  using Plain = std::tuple<std::decay_t<Elements>...>;
  if constexpr (requires { typename Old::first_type; } && sizeof...(Elements) == 2) {
    return std::pair<std::decay_t<Elements>...>(std::forward<Elements>(elements)...);
  } else if constexpr (!std::is_same_v<Old, Plain> && DerivedFromTuple<Old> && std::constructible_from<Old, Plain>) {
    return Old(Plain(std::forward<Elements>(elements)...));
  } else {
    return Plain(std::forward<Elements>(elements)...);
  }
}

template <class T>
using std_tuple_of = decltype(as_std_tuple(std::declval<T const&>()));

template <class Tuple, class Function, std::size_t... I>
constexpr auto map_tuple_at(Tuple&& tuple, Function const& function, std::index_sequence<I...>) {
  return retuple<std::decay_t<Tuple>>(function(std::get<I>(std::forward<Tuple>(tuple)))...);
}

// function(element) for every element of a tuple, in the tuple's own class.
template <class Tuple, class Function>
constexpr auto map_tuple(Tuple&& tuple, Function const& function) {
  constexpr std::size_t size = std::tuple_size_v<std_tuple_of<std::decay_t<Tuple>>>;
  return map_tuple_at(std::forward<Tuple>(tuple), function, std::make_index_sequence<size>{});
}

}  // namespace detail

}  // namespace fastxx
