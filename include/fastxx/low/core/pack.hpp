#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

// One of several types or values by its number or by what it is, without recursion over those before it.
namespace fastxx::detail {

// Types as values, for loops at compile time: comparing many types with many by templates would cost the compiler an
// instantiation for each pair.
template <class T>
inline constexpr char type_address = 0;
using TypeId = char const*;
// With -fsanitize=undefined, g++ reckons that two inline variables could share an address, and `==` between them is no
// constant expression; but that one of them is itself always is.
constexpr bool same_type(TypeId a, TypeId b) { return __builtin_constant_p(a == b) && a == b; }

// Each type sits in a base class that knows its number: one base class lookup finds it.
template <std::size_t i, class T>
struct NumberedType {
  using type = T;
};
template <class Indices, class... Ts>
struct NumberedTypes;
template <std::size_t... i, class... Ts>
struct NumberedTypes<std::index_sequence<i...>, Ts...> : NumberedType<i, Ts>... {};
template <std::size_t i, class T>
consteval std::type_identity<T> find_numbered(NumberedType<i, T> const*) {
  return {};
}

// The i-th of some types, in a std::type_identity.
template <std::size_t i, class... Ts>
consteval auto nth_type() {
  return find_numbered<i>(static_cast<NumberedTypes<std::index_sequence_for<Ts...>, Ts...>*>(nullptr));
}

// The same for the arguments of a call.
template <std::size_t i, class T>
struct NumberedArgument {
  T& argument;
};
template <class Indices, class... Ts>
struct NumberedArguments;
template <std::size_t... i, class... Ts>
struct NumberedArguments<std::index_sequence<i...>, Ts...> : NumberedArgument<i, Ts>... {};
template <std::size_t i, class T>
constexpr T& find_argument(NumberedArgument<i, T> const& one) {
  return one.argument;
}

template <std::size_t i, class... Ts>
constexpr auto& nth_argument(Ts&... arguments) {
  return find_argument<i>(NumberedArguments<std::index_sequence_for<Ts...>, Ts...>{{arguments}...});
}

// How many of these hold.
template <bool... Flags>
inline constexpr std::size_t count_of = (0 + ... + static_cast<std::size_t>(Flags));

// Where the first stands that holds; their number when none does.
template <bool... Flags>
consteval std::size_t place_of_first() {
  std::size_t index = 0;
  static_cast<void>(((Flags || (++index, false)) || ...));
  return index;
}

// Where all stand that hold.
template <bool... Flags>
consteval auto places_of() {
  std::array<std::size_t, count_of<Flags...>> places{};
  std::size_t index = 0, next = 0;
  ((Flags ? void(places[next++] = index) : void(), ++index), ...);
  return places;
}

}  // namespace fastxx::detail
