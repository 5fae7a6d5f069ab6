#pragma once

#include <cstddef>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/lineage.hpp>
#include <limits>
#include <type_traits>
#include <utility>

namespace fastxx {

/// One overload of a dispatch set: a function and the two types it is registered for.
template <class First, class Second, class Function>
struct Overload {
  using first = First;
  using second = Second;
  [[no_unique_address]] Function function;
};

/// Register `function` for a first and a second argument type; a type left out stands for any.
///
/// Example: examples/doc/dispatch.cpp
/// Source:  fastcore 1.7.28 dispatch.py typedispatch
template <class First = Any, class Second = Any, class Function>
constexpr Overload<First, Second, Function> overload(Function function) {
  return {std::move(function)};
}

namespace detail {

inline constexpr int no_match = std::numeric_limits<int>::max();

// Lexicographic rank: the first argument counts before the second (depth of a hierarchy stays far below 1000).
template <class Entry, class X, class Y>
consteval int overload_rank() {
  constexpr int first = distance_to_ancestor<X, typename Entry::first>();
  constexpr int second = distance_to_ancestor<Y, typename Entry::second>();
  return first < 0 || second < 0 ? no_match : first * 1000 + second;
}

template <class X, class Y, class... Entries>
consteval std::size_t best_overload() {
  int best = no_match;
  std::size_t index = sizeof...(Entries), i = 0;
  [[maybe_unused]] auto look = [&](int rank) {
    if (rank != no_match && rank <= best) best = rank, index = i;  // <=: a later registration of a signature wins
    ++i;
  };
  (look(overload_rank<Entries, X, Y>()), ...);
  return index;
}

}  // namespace detail

/// A function whose overload is chosen by the types of its first two arguments, most derived first, the first argument
/// before the second; without a match the first argument comes back. The choice is made by the compiler: the call costs
/// what a direct call of the chosen function costs.
///
/// Source:  fastcore 1.7.28 dispatch.py TypeDispatch; differs: static types, and registration by value (extend())
/// Example: examples/doc/dispatch.cpp
template <class... Overloads>
class TypeDispatch {
 public:
  constexpr explicit TypeDispatch(Overloads... overloads) : overloads_(std::move(overloads)...) {}

  template <class X>
  constexpr decltype(auto) operator()(X&& x) const {
    return call<std::decay_t<X>, Any>(std::forward<X>(x));
  }
  template <class X, class Y, class... Rest>
  constexpr decltype(auto) operator()(X&& x, Y&& y, Rest&&... rest) const {
    return call<std::decay_t<X>, std::decay_t<Y>>(std::forward<X>(x), std::forward<Y>(y), std::forward<Rest>(rest)...);
  }

  /// A set with more overloads; one with the same signature as an earlier one replaces it.
  template <class... More>
  constexpr auto extend(More... more) const {
    return hana::unpack(overloads_, [&](Overloads const&... own) {
      return TypeDispatch<Overloads..., More...>(own..., std::move(more)...);
    });
  }

  /// Whether some overload takes these two types.
  template <class X, class Y = Any>
  static consteval bool matches() {
    return detail::best_overload<X, Y, Overloads...>() < sizeof...(Overloads);
  }

 private:
  template <class X, class Y, class First, class... Rest>
  constexpr decltype(auto) call(First&& first, Rest&&... rest) const {
    constexpr std::size_t index = detail::best_overload<X, Y, Overloads...>();
    if constexpr (index == sizeof...(Overloads)) {
      return std::decay_t<First>(std::forward<First>(first));
    } else {
      return hana::at_c<index>(overloads_).function(std::forward<First>(first), std::forward<Rest>(rest)...);
    }
  }

  hana::tuple<Overloads...> overloads_;
};

/// Make a dispatch set from overloads.
template <class... Overloads>
constexpr TypeDispatch<Overloads...> typedispatch(Overloads... overloads) {
  return TypeDispatch<Overloads...>(std::move(overloads)...);
}

}  // namespace fastxx
