#pragma once

#include <fastxx/low/core/pack.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>
#include <variant>

namespace fastxx::detail {

// In the place of a result type: no result, the call ends by an exception.
struct NoResult {};

template <std::size_t n>
struct Places {
  std::array<std::size_t, n> places = {};
  std::size_t count = 0;
};

// The places of the first of each kind of result; flat, since a table of calls has many results of few types.
template <class... Results>
consteval auto distinct_places() {
  constexpr std::size_t n = sizeof...(Results);
  std::array<TypeId, n> const addresses{&type_address<Results>...};
  Places<n> found;
  for (std::size_t i = 0; i < n; ++i) {
    bool is_new = !same_type(addresses[i], &type_address<NoResult>);
    for (std::size_t k = 0; is_new && k < found.count; ++k)
      is_new = !same_type(addresses[found.places[k]], addresses[i]);
    if (is_new) found.places[found.count++] = i;
  }
  return found;
}

template <class T>
using variant_member_t = std::conditional_t<std::is_void_v<T>, std::monostate,
                                            std::conditional_t<std::is_same_v<T, NoResult>, T, std::decay_t<T>>>;

template <class... Results, std::size_t... k>
consteval auto variant_of(std::index_sequence<k...>) {
  constexpr auto found = distinct_places<Results...>();
  return std::type_identity<std::variant<typename decltype(nth_type<found.places[k], Results...>())::type...>>{};
}

// In a std::type_identity: the result type when all are the same, a std::variant of the distinct ones (by value, void
// as std::monostate) when they differ, NoResult when there is none.
template <class... Results>
consteval auto common_result() {
  constexpr auto exact = distinct_places<Results...>();
  constexpr auto values = distinct_places<variant_member_t<Results>...>();
  if constexpr (exact.count == 0)
    return std::type_identity<NoResult>{};
  else if constexpr (exact.count == 1)
    return nth_type<exact.places[0], Results...>();
  else if constexpr (values.count == 1)
    return nth_type<values.places[0], variant_member_t<Results>...>();
  else
    return variant_of<variant_member_t<Results>...>(std::make_index_sequence<values.count>{});
}

}  // namespace fastxx::detail
