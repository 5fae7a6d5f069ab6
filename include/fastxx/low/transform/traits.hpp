#pragma once

#include <fastxx/low/core/callable.hpp>
#include <fastxx/low/core/lineage.hpp>

#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Base of transforms that want the whole tuple instead of its elements one by one.
///
/// Source:  fastcore 1.7.28 transform.py ItemTransform
/// Example: examples/doc/transform.cpp
struct ItemTransform {};

/// Base of transforms that change their argument in place; what `encodes` returns is ignored.
struct InplaceTransform {};

/// A result that keeps exactly its own type: without it a result whose type is a base of the input's type is cast back
/// to it.
///
/// Source:  fastcore's annotation `-> None` (features L-10)
/// Example: examples/doc/transform.cpp
template <class T>
struct Exactly {
  T value;
};
template <class T>
Exactly(T) -> Exactly<T>;

/// Whether transforms map over the elements of `T`: plain tuples and pairs, and classes derived from one of them.
/// Specialise it as false for a type of yours that is one item. A derived class comes back as itself while the types of
/// its elements stay; when they change, a class template over its elements (`template <class... Ts> struct Siamese :
/// std::tuple<Ts...>`) follows them, and of any other class the plain tuple comes back.
///
/// Source:  fastcore 1.7.28 transform.py, where the result keeps the tuple's class (features L-08, TR-03)
/// Example: examples/doc/transform.cpp
template <class T>
inline constexpr bool is_tuple_v = false;
template <class... Ts>
inline constexpr bool is_tuple_v<std::tuple<Ts...>> = true;
template <class A, class B>
inline constexpr bool is_tuple_v<std::pair<A, B>> = true;

namespace detail {

template <class... Ts>
std::tuple<Ts...> as_std_tuple(std::tuple<Ts...> const&);
template <class A, class B>
std::tuple<A, B> as_std_tuple(std::pair<A, B> const&);

template <class T>
concept DerivedFromTuple = std::is_class_v<T> && requires(T const& t) {
  as_std_tuple(t);
};

// A class has a member called `encodes`, whatever its signature (overloaded or a template), exactly when adding another
// one by inheritance makes the name ambiguous.
struct HasEncodes {
  int encodes;
};
struct HasDecodes {
  int decodes;
};
struct HasSetups {
  int setups;
};
struct HasShow {
  int show;
};
struct HasEncode {
  int encode;
};
struct HasDecode {
  int decode;
};
struct HasSetup {
  int setup;
};
struct HasDraw {
  int draw;
};
struct HasCall {
  void operator()();
};
template <class T, class Name>
struct Ambiguous : T, Name {};

template <class T>
concept NamesEncodes = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasEncodes>::encodes;
};
template <class T>
concept NamesDecodes = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasDecodes>::decodes;
};
template <class T>
concept NamesSetups = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasSetups>::setups;
};
template <class T>
concept NamesShow = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasShow>::show;
};

// The misspelt names, and the callables.
template <class T>
concept NamesEncode = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasEncode>::encode;
};
template <class T>
concept NamesDecode = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasDecode>::decode;
};
template <class T>
concept NamesSetup = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasSetup>::setup;
};
template <class T>
concept Misspelt = (NamesEncode<T> && !NamesEncodes<T>) || (NamesDecode<T> && !NamesDecodes<T>) ||
                   (NamesSetup<T> && !NamesSetups<T>);
template <class T>
concept NamesCall = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasCall>::operator();
};

template <class T>
concept NamesDraw = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &Ambiguous<T, HasDraw>::draw;
};

// Whether a lone `encodes` (or `decodes`) can be called on a const object with the item as its only argument. Overloads
// and templates have no type to try it with and get the benefit of the doubt; with a draw() there are two arguments.
template <class T>
consteval bool encodes_one_item() {
  if constexpr (!NamesDraw<T> && requires { &T::encodes; }) {
    using Item = first_parameter_t<decltype(&T::encodes)>;
    if constexpr (std::is_void_v<Item>) return !requires(T & t) {
        t.encodes();
      };
    else
      return requires(T const& t, Item& x) { t.encodes(x); };
  }
  return true;
}
template <class T>
consteval bool decodes_one_item() {
  if constexpr (requires { &T::decodes; }) {
    using Item = first_parameter_t<decltype(&T::decodes)>;
    if constexpr (std::is_void_v<Item>) return !requires(T & t) {
        t.decodes();
      };
    else
      return requires(T const& t, Item& x) { t.decodes(x); };
  }
  return true;
}

// An argument that becomes an X or one of its bases, and nothing else; and one that is converted as an X is.
template <class X>
struct ExactArgument {
  template <class U>
  requires std::is_same_v<std::remove_cv_t<U>, X>
  operator U&() const;
};
// To a base C++ goes without a conversion function, so that the nearest base wins as it does for an X itself.
template <class X>
requires std::is_class_v<X>
struct ExactArgument<X> {
  operator X&() const;
};
template <class X>
struct LooseArgument {
  operator X() const;
};

// One overload, or a template that is deduced from it, takes an X as it is: the braces below would name no type to deduce
// from, and `std::tuple<Tensor, Rest...>` would count as a conversion of std::tuple<Tensor>.
template <class T, class X, class Parameter>
concept EncodesAs = requires(T const& t, X& x) {
  static_cast<decltype(t.encodes(x)) (T::*)(Parameter) const>(&T::encodes);
};
template <class T, class X, class Parameter>
concept DecodesAs = requires(T const& t, X& x) {
  static_cast<decltype(t.decodes(x)) (T::*)(Parameter) const>(&T::decodes);
};

// Overloads have no one parameter type to compare with X. That C++ would convert X to call one of them shows in this: a
// template has not been chosen, an argument that can only be an X is refused, one that may be converted is not.
template <class T, class X, class... Drawn>
concept EncodesByConversion = !requires(T const& t, X& x, Drawn const&... drawn) {
  t.template encodes<X>(x, drawn...);
}
&&!requires(T const& t, ExactArgument<X> const& x, Drawn const&... drawn) { t.encodes(x, drawn...); }
&&(
    requires(T const& t, LooseArgument<X> const& x, Drawn const&... drawn) { t.encodes(x, drawn...); } ||
    requires(T const& t, X& x, Drawn const&... drawn) { t.encodes({x}, drawn...); }) &&
    !EncodesAs<T, X, X> && !EncodesAs<T, X, X const&>;
template <class T, class X>
concept DecodesByConversion = !requires(T const& t, X& x) {
  t.template decodes<X>(x);
}
&&!requires(T const& t, ExactArgument<X> const& x) { t.decodes(x); }
&&(
    requires(T const& t, LooseArgument<X> const& x) { t.decodes(x); } ||
    requires(T const& t, X& x) { t.decodes({x}); }) &&
    !DecodesAs<T, X, X> && !DecodesAs<T, X, X const&>;

// The transform's functions, and one that takes what they refuse: a call that finds none even so found several of the
// transform's that are equally near. The compiler refuses the `using` when two bases have functions of that name and the
// transform does not join them: `using A::encodes; using B::encodes;`.
template <class T>
struct EncodesOfOneClass : T {
  using T::encodes;
  void encodes(...) const;
};
template <class T>
struct DecodesOfOneClass : T {
  using T::decodes;
  void decodes(...) const;
};
template <class T>
concept EncodesOverloaded = NamesEncodes<T> && !requires {
  &T::encodes;
}
&&sizeof(EncodesOfOneClass<T>) > 0;
template <class T>
concept DecodesOverloaded = NamesDecodes<T> && !requires {
  &T::decodes;
}
&&sizeof(DecodesOfOneClass<T>) > 0;
template <class T, class X, class Drawn>
concept EncodesAmbiguously = EncodesOverloaded<T> && std::is_class_v<X> &&
    !requires(EncodesOfOneClass<T> const& t, ExactArgument<X> const& x, Drawn const& drawn) {
  t.encodes(x);
  t.encodes(x, drawn);
};
template <class T, class X>
concept DecodesAmbiguously =
    DecodesOverloaded<T> && std::is_class_v<X> && !requires(DecodesOfOneClass<T> const& t, ExactArgument<X> const& x) {
  t.decodes(x);
};

// C++ would convert an int to a float, a string to a path; a transform takes only its own type or one derived from it.
template <class Parameter, class X>
concept AcceptsType = std::is_void_v<Parameter> || std::is_same_v<Parameter, X> || std::is_base_of_v<Parameter, X>;

}  // namespace detail

template <detail::DerivedFromTuple T>
inline constexpr bool is_tuple_v<T> = true;

namespace detail {
template <class X>
consteval bool has_show() {
  if constexpr (requires { &X::show; })
    return std::is_member_function_pointer_v<decltype(&X::show)>;  // a data member of that name does not count
  else
    return NamesShow<X>;  // overloads and templates
}
}  // namespace detail

/// Types that can show themselves on a context: `x.show(ctx)` returns the context.
template <class X>
concept Showable = std::is_class_v<X> && detail::has_show<X>();

}  // namespace fastxx
