#pragma once

#include <fastxx/low/core/callable.hpp>
#include <fastxx/low/core/lineage.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace fastxx {

/// In a dispatch signature: any of these types, and what is derived from them.
///
/// Source:  fastcore 1.7.28 dispatch.py, a Union annotation registers each of its types
/// Example: examples/doc/dispatch.cpp
template <class... Ts>
struct one_of {};

/// One overload of a dispatch set: a function and the two types it is registered for.
///
/// Source:  own design
/// Example: examples/doc/dispatch.cpp
template <class First, class Second, class Function>
struct Overload {
  using first = First;
  using second = Second;
  using function_type = Function;
  /// `signature::known`, `::result` and `::parameters` (a type_list); unknown for generic functions.
  using signature = detail::signature_of<Function>;
  [[no_unique_address]] Function function;
};

namespace detail {

template <class T>
inline constexpr bool is_overload_v = false;
template <class First, class Second, class Function>
inline constexpr bool is_overload_v<Overload<First, Second, Function>> = true;

// Whether a type is one that a signature names, or derives from it.
template <class X, class Registered>
struct Reaches : std::bool_constant<distance_to_ancestor<X, Registered>() >= 0> {};
template <class X, class... Registered>
struct Reaches<X, one_of<Registered...>> : std::bool_constant<(Reaches<X, Registered>::value || ...)> {};

// The argument's class derives from the registered one, but has no `base_type` of its own, or just inherits the one of
// that base: dispatch would silently pass the overload by.
template <class X, class Registered>
concept ForgetsBase = std::is_same_v < typename parent_of<X>::type,
typename parent_of<Registered>::type > &&!std::is_same_v<X, Registered> && std::is_base_of_v<Registered, X> &&
    std::is_convertible_v<X const*, Registered const*>;

// The same where no overload was found at all: then whatever the lineage says, a base that it does not name was meant.
template <class X, class Registered>
consteval bool hides_base(std::type_identity<Registered>) {
  if constexpr (__is_base_of(Registered, X) && !__is_same(Registered, X))
    return std::is_convertible_v<X const*, Registered const*> && !Reaches<X, Registered>::value;
  else
    return false;
}
template <class X, class... Registered>
consteval bool hides_base(std::type_identity<one_of<Registered...>>) {
  return (hides_base<X>(std::type_identity<Registered>{}) || ...);
}
// Whether an overload would take these two types, did dispatch see all their bases.
template <class X, class Y, class Overload>
consteval bool passes_by() {
  using First = typename Overload::first;
  using Second = typename Overload::second;
  constexpr bool first = hides_base<X>(std::type_identity<First>{});
  constexpr bool second = hides_base<Y>(std::type_identity<Second>{});
  if constexpr (first || second)
    return (first || Reaches<X, First>::value) && (second || Reaches<Y, Second>::value);
  else
    return false;
}

// Whether a function's parameter can take an argument of the type it is registered for. Empty types are names for
// groups of types (Integral, Any, a tag of yours); only a call shows what arrives for them.
template <class Registered, class Parameter>
consteval bool parameter_takes() {
  if constexpr (std::is_same_v<Registered, std::remove_cvref_t<Parameter>> || !requires { sizeof(Registered); })
    return true;
  else if constexpr (std::is_empty_v<Registered> || std::is_abstract_v<Registered>)
    return true;
  else
    return std::is_convertible_v<Registered&, Parameter> || std::is_convertible_v<Registered const&, Parameter> ||
           std::is_convertible_v<Registered&&, Parameter>;
}
template <class First, class Second>
consteval bool parameters_take(type_list<>) {
  return false;
}
template <class First, class Second, class P>
consteval bool parameters_take(type_list<P>) {
  return parameter_takes<First, P>() && std::is_same_v<Second, Any>;
}
template <class First, class Second, class P, class Q, class... Rest>
consteval bool parameters_take(type_list<P, Q, Rest...>) {
  return parameter_takes<First, P>() && parameter_takes<Second, Q>();
}
// With a class by reference in front, the two types may stand behind it: a method for bind().
template <class First, class Second, class R, class Object, class... P>
consteval bool method_takes(Signature<R, Object&, P...>) {
  return std::is_class_v<Object> && parameters_take<First, Second>(type_list<P...>{});
}
template <class First, class Second>
consteval bool method_takes(...) {
  return false;
}
template <class First, class Second, class S>
consteval bool signature_takes() {
  return !S::known || parameters_take<First, Second>(typename S::parameters{}) || method_takes<First, Second>(S{});
}

// Stands in for what was refused, so that the refusal is the only error.
struct RefusedOverload {
  constexpr int operator()(auto&&...) const { return 0; }
};

}  // namespace detail

/// Register `function` for a first and a second argument type; a type left out stands for any, and `one_of<A, B>` for
/// each of several. The function is anything callable, also a pointer to a member function: its object is then the
/// first argument.
///
/// Errors:  a function that is none, or whose parameters cannot take the two types (compile time)
/// Source:  fastcore 1.7.28 dispatch.py typedispatch; differs: the types stand in front of the function
/// Example: examples/doc/dispatch.cpp
template <class First = Any, class Second = Any, class... More, class Function>
constexpr auto overload(Function function) {
  constexpr bool callable = detail::Callable<Function>;
  constexpr bool plain = std::is_same_v<First, std::decay_t<First>> && std::is_same_v<Second, std::decay_t<Second>>;
  constexpr bool takes = detail::signature_takes<First, Second, detail::signature_of<Function>>();
  static_assert(callable,
                "fastxx: overload<A, B>(function) needs a function, a lambda, a class with a call operator or "
                "a pointer to a member function");
  static_assert(plain, "fastxx: overload<A, B> takes plain types: without const, & and [], which do not choose");
  static_assert(sizeof...(More) == 0, "fastxx: overload<A, B>: only the first two arguments choose");
  static_assert(takes || !callable || !plain,
                "fastxx: overload<A, B>(function): the function's parameters cannot take an A and a B");
  if constexpr (!callable || !plain || !takes || sizeof...(More) != 0)
    return Overload<First, Second, detail::RefusedOverload>{};
  else if constexpr (std::is_member_function_pointer_v<Function>)
    return Overload<First, Second, detail::Method<Function>>{{function}};
  else
    return Overload<First, Second, Function>{std::move(function)};
}

}  // namespace fastxx
