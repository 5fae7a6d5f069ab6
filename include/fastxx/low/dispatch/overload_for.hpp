#pragma once

#include <fastxx/low/core/lineage.hpp>

#include <type_traits>

namespace fastxx {

/// An overload added from outside to the set named `Set`, for a first and a second argument type: specialise it with a
/// constexpr call operator that takes the call's arguments. It counts as registered after the set's own overloads, so
/// at the same signature it wins. The specialisation must be visible before the first call that could choose it (put it
/// beside your type): the compiler looks once for each pair of argument types. Only the two types choose; for several
/// types derive one specialisation from another, or constrain a partial one.
///
/// Errors:  the call operator must take the arguments of the call that chooses it (compile time)
/// Source:  fastcore 1.7.28 dispatch.py, where `@typedispatch` extends a set by its name; differs: the name is a type
/// Example: examples/doc/dispatch_open.cpp
template <class Set, class First, class Second = Any>
struct overload_for;

namespace detail {

template <class T>
concept Defined = requires {
  sizeof(T);
};

// The first argument type counts before the second: see overload_rank. Hierarchies stay far below 1000 levels.
inline constexpr int rank_of_first = 1000;

// A specialisation of overload_for that was found: its signature, and how far above the argument types that is.
template <class Set, class First, class Second, int steps>
struct FoundOverload {
  using type = overload_for<Set, First, Second>;
  using first = First;
  using second = Second;
  static constexpr int rank = steps;
};
// Nobody has specialised overload_for for these types or any above them.
struct NoOverload {
  using type = void;
  using first = void;
  using second = void;
  static constexpr int rank = -1;
};

// One step further away from the argument types.
template <int step>
constexpr NoOverload farther(NoOverload) {
  return {};
}
template <int step, class Set, class First, class Second, int steps>
constexpr FoundOverload<Set, First, Second, steps + step> farther(FoundOverload<Set, First, Second, steps>) {
  return {};
}

// Up the lineage of the second argument, the first one fixed. What is found above a type is shared by all below it.
template <class Set, class First, class Y>
consteval auto nearest_second() {
  if constexpr (Defined<overload_for<Set, First, Y>>)
    return FoundOverload<Set, First, Y, 0>{};
  else if constexpr (std::is_same_v<Y, Any>)
    return NoOverload{};
  else
    return farther<1>(nearest_second<Set, First, parent_or_any_t<Y>>());
}

// Up the lineage of the first argument: all of the second one's is tried before the next step.
template <class Set, class X, class Y>
consteval auto nearest_overload() {
  using Here = decltype(nearest_second<Set, X, Y>());
  if constexpr (!std::is_same_v<Here, NoOverload>)
    return Here{};
  else if constexpr (std::is_same_v<X, Any>)
    return NoOverload{};
  else
    return farther<rank_of_first>(nearest_overload<Set, parent_or_any_t<X>, Y>());
}

// The specialisation nearest to the argument types (X, Y), with `::type`, `::first`, `::second` and `::rank`.
template <class Set, class X, class Y = Any>
using NearestOverload = decltype(nearest_overload<Set, X, Y>());

// That specialisation itself, or void; X and Y are plain types, without const and &.
template <class Set, class X, class Y = Any>
using nearest_overload_t = typename NearestOverload<Set, X, Y>::type;

// Its distance, 1000 for each step of the first argument and 1 for each of the second; -1 when there is none.
template <class Set, class X, class Y = Any>
inline constexpr int nearest_overload_rank_v = NearestOverload<Set, X, Y>::rank;

}  // namespace detail
}  // namespace fastxx
