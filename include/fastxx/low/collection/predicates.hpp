#pragma once

#include <fastxx/low/collection/repr.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

template <class T>
concept Integer =
    std::integral<T> && !std::is_same_v<T, bool> && !std::is_same_v<T, char> && !std::is_same_v<T, wchar_t> &&
    !std::is_same_v<T, char8_t> && !std::is_same_v<T, char16_t> && !std::is_same_v<T, char32_t>;

// Integers are compared as numbers, whatever their signs.
struct EqualTo {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_equal(a, b);
    else
      return a == b;
  }
};
struct NotEqualTo {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_not_equal(a, b);
    else
      return a != b;
  }
};
struct LessThan {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_less(a, b);
    else
      return a < b;
  }
};
struct LessEqual {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_less_equal(a, b);
    else
      return a <= b;
  }
};
struct GreaterThan {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_greater(a, b);
    else
      return a > b;
  }
};
struct GreaterEqual {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (Integer<A> && Integer<B>)
      return std::cmp_greater_equal(a, b);
    else
      return a >= b;
  }
};

struct Plus {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    return a + b;
  }
};
struct Minus {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    return a - b;
  }
};
struct Times {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    return a * b;
  }
};
struct TrueDivide {  // 7 / 2 is 3.5
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (std::integral<A> && std::integral<B>)
      return static_cast<double>(a) / static_cast<double>(b);
    else
      return a / b;
  }
};

// Integers of which C++ would make a negative one unsigned.
template <class... Ts>
consteval bool loses_sign() {
  if constexpr ((Integer<Ts> && ...))
    return std::is_unsigned_v<std::common_type_t<Ts...>> && (std::is_signed_v<Ts> || ...);
  else
    return false;
}
template <class... Ts>
using common_value_t = std::conditional_t<loses_sign<Ts...>(), std::int64_t, std::common_type_t<Ts...>>;

struct Modulo {  // the result has the sign of the divisor
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    if constexpr (std::integral<A> && std::integral<B>) {
      auto const divisor = static_cast<common_value_t<A, B>>(b);
      auto const rest = static_cast<common_value_t<A, B>>(a) % divisor;
      return rest != 0 && (rest < 0) != (divisor < 0) ? static_cast<decltype(rest + divisor)>(rest + divisor) : rest;
    } else if constexpr (std::is_arithmetic_v<A> && std::is_arithmetic_v<B>) {
      auto const rest = std::fmod(a, b);
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    } else {
      return a % b;
    }
  }
};

template <class T>
concept Handle = std::is_pointer_v<T> || std::is_null_pointer_v<T> || std::is_same_v<T, std::nullopt_t> ||
    is_optional_v<T> || requires(T const& t) {
  t.get();
  t == nullptr;
};

// The same object: what two pointers or tensors share; a value that is none; or one place in memory.
struct SameObject {
  template <class A, class B>
  constexpr bool operator()(A const& a, B const& b) const {
    if constexpr (requires { a.is_same(b); })
      return a.is_same(b);
    else if constexpr (Handle<A> && Handle<B>)
      return a == b;
    else if constexpr (std::is_same_v<A, B>)
      return std::addressof(a) == std::addressof(b);
    else
      return false;
  }
};
struct NotSameObject {
  template <class A, class B>
  constexpr bool operator()(A const& a, B const& b) const {
    return !SameObject{}(a, b);
  }
};

// A number to look for among numbers of another type: `contains` would convert it, 3.7 to 3.
template <class All, class X>
consteval bool other_number() {
  if constexpr (MapLike<All const&>)
    return other_number<std::vector<typename All::key_type>, X>();
  else if constexpr (ListLike<All const&>)
    return std::is_arithmetic_v<X> && std::is_arithmetic_v<std::ranges::range_value_t<All>> &&
           !std::is_same_v<X, std::ranges::range_value_t<All>>;
  else
    return false;
}

struct Contained {  // x in all
  template <class X, class All>
  constexpr bool operator()(X const& x, All const& all) const {
    if constexpr (StringLike<All>)
      return std::string_view(all).find(x) != std::string_view::npos;
    else if constexpr (other_number<All, X>() && MapLike<All const&>)
      return std::ranges::any_of(all, [&](auto const& entry) { return EqualTo{}(entry.first, x); });
    else if constexpr (!other_number<All, X>() && requires { all.contains(x); })
      return all.contains(x);
    else
      return std::ranges::any_of(all, [&](auto const& item) { return EqualTo{}(item, x); });
  }
};

// A two-argument operation whose right argument is already there.
template <class Operation, class Right>
struct Bound {
  Right right;
  template <class Left>
  constexpr auto operator()(Left const& left) const {
    return Operation{}(left, right);
  }
};
template <class Operation, class Right>
struct BoundTo {  // as Bound, to that very object
  Right const* right;
  template <class Left>
  constexpr auto operator()(Left const& left) const {
    return Operation{}(left, *right);
  }
};

template <class Operation>
struct Operator {
  template <class A, class B>
  constexpr auto operator()(A const& a, B const& b) const {
    return Operation{}(a, b);
  }
  template <class Right>
  constexpr auto operator()(Right const& right) const {
    constexpr bool identity = std::is_same_v<Operation, SameObject> || std::is_same_v<Operation, NotSameObject>;
    if constexpr (identity && !Handle<Right> && !requires { right.is_same(right); })
      return BoundTo<Operation, Right>{std::addressof(right)};
    else
      return Bound<Operation, std::decay_t<Right const&>>{right};
  }
};

}  // namespace detail

/// Comparisons and arithmetic as objects: with two arguments the operation itself, `gt(5, 4)`; with one a function that
/// has it as its right argument, so that `filter(gt(4))` keeps what is greater than 4. Integers compare as numbers
/// whatever their signs, `truediv(7, 2)` is 3.5, `mod(-7, 3)` is 2.
///
/// They are objects, not functions, so that argument-dependent lookup never mixes them up with at::lt or at::add; who
/// says `using namespace torch` beside `using namespace fastxx` writes fastxx::lt.
/// Source:  fastcore 1.7.28 basics.py (L-29)
/// Example: examples/doc/list.cpp
inline constexpr detail::Operator<detail::LessThan> lt{};
inline constexpr detail::Operator<detail::GreaterThan> gt{};
inline constexpr detail::Operator<detail::LessEqual> le{};
inline constexpr detail::Operator<detail::GreaterEqual> ge{};
inline constexpr detail::Operator<detail::EqualTo> eq{};
inline constexpr detail::Operator<detail::NotEqualTo> ne{};
inline constexpr detail::Operator<detail::Plus> add{};
inline constexpr detail::Operator<detail::Minus> sub{};
inline constexpr detail::Operator<detail::Times> mul{};
inline constexpr detail::Operator<detail::TrueDivide> truediv{};
inline constexpr detail::Operator<detail::Modulo> mod{};

/// Whether two are one and the same object: equal pointers, tensors that share their implementation, an optional that is
/// none, otherwise one place in memory. `is_(x)` refers to x, which must outlive it.
///
/// Source:  fastcore 1.7.28 basics.py is_ (L-29)
/// Example: examples/doc/list.cpp
inline constexpr detail::Operator<detail::SameObject> is_{};
inline constexpr detail::Operator<detail::NotSameObject> is_not{};

/// Whether a collection holds a value, a map a key, a text a part: `in_(3, list)`, `filter(in_(vocabulary))`.
///
/// Source:  fastcore 1.7.28 basics.py in_ (L-29)
/// Example: examples/doc/list.cpp
inline constexpr detail::Operator<detail::Contained> in_{};

}  // namespace fastxx
