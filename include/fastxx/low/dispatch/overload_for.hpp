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

// Two types for which a function was found.
template <class First, class Second>
struct FoundAt {
  using first = First;
  using second = Second;
};
// None for two types or any above them.
struct NotFound {
  using first = void;
  using second = void;
};

// Up the lineage of the second argument, the first one fixed. What is found above a type is shared by all below it.
template <class Registry, class First, class Y>
consteval auto nearest_second() {
  if constexpr (Registry::template has<First, Y>())
    return FoundAt<First, Y>{};
  else if constexpr (std::is_same_v<Y, Any>)
    return NotFound{};
  else
    return nearest_second<Registry, First, parent_or_any_t<Y>>();
}

// Up the lineage of the first argument: all of the second one's is tried before the next step.
template <class Registry, class X, class Y>
consteval auto nearest_place() {
  using Here = decltype(nearest_second<Registry, X, Y>());
  if constexpr (!std::is_same_v<Here, NotFound>)
    return Here{};
  else if constexpr (std::is_same_v<X, Any>)
    return NotFound{};
  else
    return nearest_place<Registry, parent_or_any_t<X>, Y>();
}

// The place nearest to the plain types X and Y for which Registry::has<First, Second>().
template <class Registry, class X, class Y>
using NearestPlace = decltype(nearest_place<Registry, X, Y>());

// The specialisations of overload_for that the compiler has seen.
template <class Set>
struct Extensions {
  template <class First, class Second>
  static consteval bool has() {
    return Defined<overload_for<Set, First, Second>>;
  }
};
template <class Set, class X, class Y = Any>
using NearestExtension = NearestPlace<Extensions<Set>, X, Y>;

template <class Set, class Nearest>
struct ExtensionAt {
  using type = overload_for<Set, typename Nearest::first, typename Nearest::second>;
};
template <class Set>
struct ExtensionAt<Set, NotFound> {
  using type = void;
};
// The specialisation nearest to the plain types X and Y, or void.
template <class Set, class X, class Y = Any>
using nearest_extension_t = typename ExtensionAt<Set, NearestExtension<Set, X, Y>>::type;

}  // namespace detail
}  // namespace fastxx
