#pragma once

#include <fastxx/low/transform/traits.hpp>

#include <concepts>
#include <cstddef>
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
  } else if constexpr (std::is_base_of_v<Result, Old> && !std::is_same_v<Result, Old> && !std::is_aggregate_v<Old> &&
                       std::constructible_from<Old, Result>) {
    return Old(std::forward<New>(result));
  } else {
    return Result(std::forward<New>(result));
  }
}

/// As retain_type, from the old value: metadata it carries (`img_size`, `codes`) follow to a result that gets its type
/// back, unless the result brings its own.
///
/// Source:  fastcore 1.7.28 dispatch.py retain_type, retain_meta
/// Example: examples/doc/transform.cpp
template <class Old, class New>
constexpr auto retain(Old const& old, New&& result) {
  using Result = std::decay_t<New>;
  using Retained = decltype(retain_type<Old>(std::forward<New>(result)));
  if constexpr (!std::is_same_v<Result, Retained> && !detail::is_exactly_v<Result> &&
                requires(Retained & retained) { retained.set_meta(old); }) {
    Retained retained(result);
    retained.set_meta(old);
    retained.set_meta(result);
    return retained;
  } else if constexpr (std::is_aggregate_v<Old> && std::is_base_of_v<Result, Old> && !std::is_same_v<Result, Old> &&
                       std::copy_constructible<Old> && std::assignable_from<Result&, Result>) {
    Old retained = old;  // an aggregate keeps its own members, the result becomes its base part
    static_cast<Result&>(retained) = std::forward<New>(result);
    return retained;
  } else {
    return retain_type<Old>(std::forward<New>(result));
  }
}

namespace detail {

template <class T>
inline constexpr bool is_std_tuple_v = false;
template <class... Ts>
inline constexpr bool is_std_tuple_v<std::tuple<Ts...>> = true;
template <class T>
inline constexpr bool is_std_pair_v = false;
template <class A, class B>
inline constexpr bool is_std_pair_v<std::pair<A, B>> = true;

template <class T>
using std_tuple_of = decltype(as_std_tuple(std::declval<T const&>()));

// A tuple class with other elements: a class template over exactly its elements (std::tuple, std::pair, your own)
// follows them; any other class is bound to its element types, so a plain tuple takes its place.
template <class Old, class... New>
struct with_elements {
  using type = std::tuple<New...>;
};
template <template <class...> class Class, class... Old, class... New>
requires(std::is_same_v<std_tuple_of<Class<Old...>>, std::tuple<Old...>> &&
         sizeof...(Old) == sizeof...(New)) struct with_elements<Class<Old...>, New...> {
  using type = Class<New...>;
};

// A tuple of these elements, in the class of `Old` as far as it can hold them.
template <class Old, class... Elements>
constexpr auto retuple(Elements&&... elements) {
  using Plain = std::tuple<std::decay_t<Elements>...>;
  using Rebuilt = typename with_elements<Old, std::decay_t<Elements>...>::type;
  if constexpr (std::is_constructible_v<Rebuilt, Elements...>)
    return Rebuilt(std::forward<Elements>(elements)...);
  else if constexpr (requires(Plain plain) { Rebuilt{std::move(plain)}; })  // an aggregate over a tuple
    return Rebuilt{Plain(std::forward<Elements>(elements)...)};
  else
    return Plain(std::forward<Elements>(elements)...);
}

// Whether a plain tuple takes the place of `Old`'s elements; a plain pair does for what is derived from it.
template <class Old, class Result>
consteval bool replaces_elements() {
  if constexpr (!is_tuple_v<Old> || std::is_same_v<Old, Result>)
    return false;
  else if constexpr (is_std_tuple_v<Result>)
    return std::tuple_size_v<Result> == std::tuple_size_v<std_tuple_of<Old>>;
  else
    return is_std_pair_v<Result> && std::is_base_of_v<Result, Old>;
}

template <class Old, class Result, std::size_t... I>
constexpr auto replace_elements([[maybe_unused]] Old const& old, [[maybe_unused]] Result result,
                                std::index_sequence<I...>) {
  using Elements = std_tuple_of<Old>;
  if constexpr (std::is_same_v<std_tuple_of<Result>, Elements> && std::is_move_assignable_v<Elements> &&
                std::is_copy_constructible_v<Old>) {
    Old retained = old;  // the element types fit, so the item keeps its class and its other members
    ((std::get<I>(retained) = std::get<I>(std::move(result))), ...);
    return retained;
  } else {
    return retuple<Old>(std::get<I>(std::move(result))...);
  }
}

// As retain; of an ItemTransform's plain tuple also the class `Old` over the new elements.
template <class Old, class New>
constexpr auto retain_tuple(Old const& old, New&& result) {
  using Result = std::decay_t<New>;
  if constexpr (replaces_elements<Old, Result>())
    return replace_elements<Old, Result>(old, std::forward<New>(result),
                                         std::make_index_sequence<std::tuple_size_v<std_tuple_of<Old>>>{});
  else
    return retain(old, std::forward<New>(result));
}

template <class Tuple, class Function, std::size_t... I>
constexpr auto map_tuple_at(Tuple tuple, Function const& function, std::index_sequence<I...>) {
  using Mapped = std::tuple<std::decay_t<decltype(function(std::get<I>(std::move(tuple))))>...>;
  if constexpr (std::is_same_v<Mapped, std_tuple_of<Tuple>> && std::is_move_assignable_v<Mapped>) {
    // The element types fit, so the object itself is filled anew and keeps its class and its other members.
    ((std::get<I>(tuple) = function(std::get<I>(std::move(tuple)))), ...);
    return tuple;
  } else {
    Mapped mapped{function(std::get<I>(std::move(tuple)))...};  // braces: first to last with every compiler
    return retuple<Tuple>(std::get<I>(std::move(mapped))...);
  }
}

// function(element) for every element of a tuple, in the tuple's own class as far as it can hold the results.
template <class Tuple, class Function>
constexpr auto map_tuple(Tuple tuple, Function const& function) {
  constexpr std::size_t size = std::tuple_size_v<std_tuple_of<Tuple>>;
  return map_tuple_at(std::move(tuple), function, std::make_index_sequence<size>{});
}

}  // namespace detail

}  // namespace fastxx
