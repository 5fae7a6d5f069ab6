#pragma once

#include <fastxx/low/collection/predicates.hpp>
#include <fastxx/low/collection/repr.hpp>
#include <fastxx/low/transform/retain.hpp>

#include <algorithm>
#include <cmath>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <ostream>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// A tuple that calculates, defined below.
template <class... Ts>
struct fastuple;

namespace detail {

template <class... Ts>
fastuple<Ts...> as_fastuple(fastuple<Ts...> const&);
// fastuple itself and what derives from it.
template <class T>
concept FastupleLike = requires(T const& t) {
  as_fastuple(t);
};

// What stands at a place of an argument that is shorter: a tuple starts anew, one value serves all places.
template <std::size_t Index, class X>
constexpr auto const& cycled(X const& x) {
  if constexpr (is_tuple_v<X>)
    return std::get<Index % std::tuple_size_v<std_tuple_of<X>>>(x);
  else
    return x;
}

template <class Operation, class Tuple, class... Args, std::size_t... I>
constexpr auto elementwise_at(Operation const& operation, Tuple const& tuple, std::index_sequence<I...>,
                              Args const&... args) {
  auto at = [&]<std::size_t Index>(std::integral_constant<std::size_t, Index>) {
    return operation(std::get<Index>(tuple), cycled<Index>(args)...);
  };
  using Results = std::tuple<std::decay_t<decltype(at(std::integral_constant<std::size_t, I>{}))>...>;
  if constexpr (std::is_same_v<Results, std_tuple_of<Tuple>> && std::is_copy_assignable_v<Results>) {
    Tuple result = tuple;  // the element types stay, and with them the class and its other members
    ((std::get<I>(result) = at(std::integral_constant<std::size_t, I>{})), ...);
    return result;
  } else {
    return retuple<Tuple>(at(std::integral_constant<std::size_t, I>{})...);
  }
}

struct Largest {
  template <class First, class... Rest>
  constexpr auto operator()(First const& first, Rest const&... rest) const {
    common_value_t<First, Rest...> result = static_cast<common_value_t<First, Rest...>>(first);
    ((result = GreaterThan{}(rest, result) ? static_cast<decltype(result)>(rest) : result), ...);
    return result;
  }
};
struct Smallest {
  template <class First, class... Rest>
  constexpr auto operator()(First const& first, Rest const&... rest) const {
    common_value_t<First, Rest...> result = static_cast<common_value_t<First, Rest...>>(first);
    ((result = LessThan{}(rest, result) ? static_cast<decltype(result)>(rest) : result), ...);
    return result;
  }
};
struct FloorDivide {  // towards minus infinity; C++'s own / is truediv of numbers that are no integers
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (std::integral<A> && std::integral<B>) {
      auto const x = static_cast<common_value_t<A, B>>(a), y = static_cast<common_value_t<A, B>>(b);
      return x / y - static_cast<decltype(x / y)>(x % y != 0 && (x % y < 0) != (y < 0));
    } else {
      return std::floor(a / b);
    }
  }
};

}  // namespace detail

/// operation(element, argument's element...) for each element of a fastuple, in the tuple's own class as far as it can
/// hold the results. An argument that is a shorter tuple starts anew at its end; one that is no tuple serves all.
///
/// Source:  fastcore 1.7.28 basics.py fastuple
/// Example: examples/doc/fastuple.cpp
template <class Operation, detail::FastupleLike Tuple, class... Args>
constexpr auto elementwise(Operation const& operation, Tuple const& tuple, Args const&... args) {
  constexpr std::size_t size = std::tuple_size_v<detail::std_tuple_of<Tuple>>;
  return detail::elementwise_at(operation, tuple, std::make_index_sequence<size>{}, args...);
}

/// A tuple that calculates element by element: `t.mul(2)`, `t.add(other)`, `t.max(0)`, `t.lt(3)`, `t - other`, `-t`. It
/// is a tuple to transforms, to dispatch and to std::get; derive from it for an item of your own with its own show().
/// The members named here give a fastuple; operators and `elementwise(mul, t, 2)` keep a derived class, too, as long as
/// the types of its elements stay.
///
/// Shapes:  what is shorter than the tuple starts anew at its end
/// Source:  fastcore 1.7.28 basics.py fastuple (L-41); differs: / of integers is 3.5 for 7 and 2 as in Python, `+` and
///          `*` are refused (compile time): there they mean concatenation (use std::tuple_cat) and repetition
/// Example: examples/doc/fastuple.cpp
template <class... Ts>
struct fastuple : std::tuple<Ts...> {
  using std::tuple<Ts...>::tuple;
  constexpr explicit fastuple(std::tuple<Ts...> elements) : std::tuple<Ts...>(std::move(elements)) {}
  constexpr fastuple() = default;

  template <class X>
  constexpr auto mul(X const& x) const {
    return elementwise(fastxx::mul, *this, x);
  }
  template <class X>
  constexpr auto add(X const& x) const {
    return elementwise(fastxx::add, *this, x);
  }
  /// The largest (smallest) of each element and the arguments' elements.
  template <class... Xs>
  constexpr auto max(Xs const&... xs) const {
    return elementwise(detail::Largest{}, *this, xs...);
  }
  template <class... Xs>
  constexpr auto min(Xs const&... xs) const {
    return elementwise(detail::Smallest{}, *this, xs...);
  }
  /// Towards minus infinity.
  template <class X>
  constexpr auto floordiv(X const& x) const {
    return elementwise(detail::FloorDivide{}, *this, x);
  }

  /// Tuples of bools; the operators == and < compare the tuples as wholes.
  template <class X>
  constexpr auto eq(X const& x) const {
    return elementwise(fastxx::eq, *this, x);
  }
  template <class X>
  constexpr auto ne(X const& x) const {
    return elementwise(fastxx::ne, *this, x);
  }
  template <class X>
  constexpr auto lt(X const& x) const {
    return elementwise(fastxx::lt, *this, x);
  }
  template <class X>
  constexpr auto le(X const& x) const {
    return elementwise(fastxx::le, *this, x);
  }
  template <class X>
  constexpr auto gt(X const& x) const {
    return elementwise(fastxx::gt, *this, x);
  }
  template <class X>
  constexpr auto ge(X const& x) const {
    return elementwise(fastxx::ge, *this, x);
  }

  friend std::ostream& operator<<(std::ostream& out, fastuple const& tuple) {
    return out << repr(static_cast<std::tuple<Ts...> const&>(tuple));
  }
};

template <class... Ts>
fastuple(Ts...) -> fastuple<Ts...>;
template <class... Ts>
fastuple(std::tuple<Ts...>) -> fastuple<Ts...>;

namespace detail {
// A number or a tuple, the operands for which the operators below are refused. All others are left to their own types.
template <class X>
concept PlainOperand = std::is_arithmetic_v<X> || is_tuple_v<X>;

template <class X>
consteval bool refuse_concatenation() {
  static_assert(sizeof(X) == 0,
                "fastxx::fastuple: + and * mean concatenation and repetition of tuples; write t.add(x) or t.mul(x) for "
                "each element, std::tuple_cat(t, x) to concatenate");
  return false;
}
template <class X>
consteval bool refuse_left_operand() {
  static_assert(
      sizeof(X) == 0,
      "fastxx::fastuple: the tuple stands on the left of -, / and %; write elementwise(f, t, x) with a function "
      "f(element, x) of yours");
  return false;
}
template <class X>
consteval bool refuse_comparison() {
  static_assert(sizeof(X) == 0,
                "fastxx::fastuple: ==, <, ... compare whole tuples; write t.eq(x), t.lt(x), ... for each element");
  return false;
}
}  // namespace detail

/// Refused by a sentence of the compiler.
template <detail::FastupleLike Tuple, detail::PlainOperand X>
constexpr Tuple operator+(Tuple const& tuple, X const&) {
  (void)detail::refuse_concatenation<X>();
  return tuple;
}
template <detail::FastupleLike Tuple, detail::PlainOperand X>
constexpr Tuple operator*(Tuple const& tuple, X const&) {
  (void)detail::refuse_concatenation<X>();
  return tuple;
}
template <detail::PlainOperand X, detail::FastupleLike Tuple>
requires(!detail::FastupleLike<X>) constexpr Tuple operator+(X const&, Tuple const& tuple) {
  (void)detail::refuse_concatenation<X>();
  return tuple;
}
template <detail::PlainOperand X, detail::FastupleLike Tuple>
requires(!detail::FastupleLike<X>) constexpr Tuple operator*(X const&, Tuple const& tuple) {
  (void)detail::refuse_concatenation<X>();
  return tuple;
}
template <detail::PlainOperand X, detail::FastupleLike Tuple>
requires(!detail::FastupleLike<X>) constexpr Tuple operator-(X const&, Tuple const& tuple) {
  (void)detail::refuse_left_operand<X>();
  return tuple;
}
template <detail::PlainOperand X, detail::FastupleLike Tuple>
requires(!detail::FastupleLike<X>) constexpr Tuple operator/(X const&, Tuple const& tuple) {
  (void)detail::refuse_left_operand<X>();
  return tuple;
}
template <detail::PlainOperand X, detail::FastupleLike Tuple>
requires(!detail::FastupleLike<X>) constexpr Tuple operator%(X const&, Tuple const& tuple) {
  (void)detail::refuse_left_operand<X>();
  return tuple;
}

template <detail::FastupleLike Tuple, class X>
requires std::is_arithmetic_v<X>
constexpr bool operator==(Tuple const&, X const&) { return detail::refuse_comparison<X>(); }
template <detail::FastupleLike Tuple, class X>
requires std::is_arithmetic_v<X>
constexpr std::strong_ordering operator<=>(Tuple const&, X const&) {
  (void)detail::refuse_comparison<X>();
  return std::strong_ordering::equal;
}

/// Element by element, in the tuple's own class; on the right a tuple or one value for all.
template <detail::FastupleLike Tuple, class X>
constexpr auto operator-(Tuple const& tuple, X const& x) {
  return elementwise(sub, tuple, x);
}
template <detail::FastupleLike Tuple, class X>
constexpr auto operator/(Tuple const& tuple, X const& x) {
  return elementwise(truediv, tuple, x);
}
template <detail::FastupleLike Tuple, class X>
constexpr auto operator%(Tuple const& tuple, X const& x) {
  return elementwise(mod, tuple, x);
}
template <detail::FastupleLike Tuple, class X>
constexpr auto operator&(Tuple const& tuple, X const& x) {
  return elementwise([](auto const& a, auto const& b) { return a & b; }, tuple, x);
}
template <detail::FastupleLike Tuple, class X>
constexpr auto operator|(Tuple const& tuple, X const& x) {
  return elementwise([](auto const& a, auto const& b) { return a | b; }, tuple, x);
}
template <detail::FastupleLike Tuple>
constexpr auto operator-(Tuple const& tuple) {
  return elementwise([](auto const& a) { return -a; }, tuple);
}
/// Not each element.
template <detail::FastupleLike Tuple>
constexpr auto operator~(Tuple const& tuple) {
  return elementwise([](auto const& a) { return !a; }, tuple);
}

}  // namespace fastxx

template <class... Ts>
struct std::tuple_size<fastxx::fastuple<Ts...>> : std::tuple_size<std::tuple<Ts...>> {};
template <std::size_t Index, class... Ts>
struct std::tuple_element<Index, fastxx::fastuple<Ts...>> : std::tuple_element<Index, std::tuple<Ts...>> {};
