#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/dispatch/common_result.hpp>
#include <fastxx/low/dispatch/dispatch.hpp>

#include <any>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <cxxabi.h>
#include <string>
#include <type_traits>
#include <typeindex>
#include <unordered_map>
#include <utility>
#include <variant>

namespace fastxx {

/// What a run-time call does when no overload takes the types that have arrived: the first argument comes back, as from
/// the set itself, or a data_error names the types.
///
/// Source:  own design
/// Example: examples/doc/runtime_dispatch.cpp
enum class NoMatch { returns_first, throws };

namespace detail {

// How an argument says at run time what it holds: `count` possible types, `index(x)` the one that is there, `get<i>(x)`
// the value as that type, `type<i>`. A plain value has one. `Candidates` are what a std::any may hold.
template <class T, class Candidates>
struct Alternatives {
  static constexpr std::size_t count = 1;
  static constexpr bool has_value(std::size_t) { return true; }
  template <std::size_t>
  using type = T;
  static constexpr std::size_t index(T const&) { return 0; }
  template <std::size_t, class Argument>
  static constexpr Argument&& get(Argument&& x) {
    return std::forward<Argument>(x);
  }
  template <std::size_t>
  static std::string name(T const&) {
    return type_name<T>();
  }
};

// A variant that has lost its value has index npos: plus one that is 0, so the table's first row is for it, and no call
// has to ask.
template <class... Ts, class Candidates>
struct Alternatives<std::variant<Ts...>, Candidates> {
  using Variant = std::variant<Ts...>;
  static constexpr std::size_t count = sizeof...(Ts) + 1;
  static constexpr bool has_value(std::size_t i) { return i != 0; }
  template <std::size_t i>
  using type = std::variant_alternative_t<i == 0 ? 0 : i - 1, Variant>;
  static constexpr std::size_t index(Variant const& x) { return x.index() + 1; }
  template <std::size_t i, class Argument>
  static constexpr decltype(auto) get(Argument&& x) {
    if (x.index() != i - 1) __builtin_unreachable();  // the table has looked: std::get need not look again
    return std::get<i - 1>(std::forward<Argument>(x));
  }
  template <std::size_t i>
  static std::string name(Variant const&) {
    return i == 0 ? "a variant without a value" : type_name<type<i>>();
  }
};

// A std::any: index 0 when it holds none of the candidates, then it stays a std::any for the set.
template <class... Ts>
struct Alternatives<std::any, type_list<Ts...>> {
  static constexpr std::size_t count = sizeof...(Ts) + 1;
  static constexpr bool has_value(std::size_t) { return true; }
  template <std::size_t i>
  using type = typename decltype(nth_type<i, std::any, Ts...>())::type;
  static std::size_t index(std::any const& x) {
    static std::unordered_map<std::type_index, std::size_t> const places = [] {
      std::unordered_map<std::type_index, std::size_t> made;
      std::size_t i = 0;
      (made.emplace(typeid(Ts), ++i), ...);
      return made;
    }();
    auto const place = places.find(x.type());
    return place == places.end() ? 0 : place->second;
  }
  template <std::size_t i, class Argument>
  static decltype(auto) get(Argument&& x) {
    if constexpr (i == 0)
      return std::forward<Argument>(x);
    else if constexpr (std::is_lvalue_reference_v<Argument>)
      return *std::any_cast<type<i>>(&x);
    else
      return std::move(*std::any_cast<type<i>>(&x));
  }
  template <std::size_t i>
  static std::string name(std::any const& x) {
    if (!x.has_value()) return "an empty std::any";
    char* const plain = abi::__cxa_demangle(x.type().name(), nullptr, nullptr, nullptr);
    std::string const text = plain != nullptr ? plain : x.type().name();
    std::free(plain);
    return text;
  }
};

// The second argument of a call that has only one.
struct Absent {};
template <class Candidates>
struct Alternatives<Absent, Candidates> {
  static constexpr std::size_t count = 1;
  static constexpr bool has_value(std::size_t) { return true; }
  template <std::size_t>
  using type = Any;
};

// The calls of a set for every combination of what its first two arguments may hold, and their common result.
template <class Set, NoMatch no_match, class Candidates, class X, class... Rest>
struct RuntimeTable {
  using Xs = Alternatives<std::decay_t<X>, Candidates>;
  using Ys = Alternatives<typename SecondType<Rest..., Absent>::type, Candidates>;
  static constexpr std::size_t columns = Ys::count;
  static constexpr std::size_t size = Xs::count * columns;

  template <std::size_t i, std::size_t j>
  static constexpr decltype(auto) call(Set const& set, X&& x) {
    return set(Xs::template get<i>(std::forward<X>(x)));
  }
  template <std::size_t i, std::size_t j, class Y, class... More>
  static constexpr decltype(auto) call(Set const& set, X&& x, Y&& y, More&&... more) {
    return set(Xs::template get<i>(std::forward<X>(x)), Ys::template get<j>(std::forward<Y>(y)),
               std::forward<More>(more)...);
  }

  template <std::size_t i, std::size_t j>
  static consteval bool answers() {
    if constexpr (!Xs::has_value(i) || !Ys::has_value(j))
      return false;
    else
      return no_match == NoMatch::returns_first ||
             Set::template matches<typename Xs::template type<i>, typename Ys::template type<j>>();
  }
  template <std::size_t n>
  static consteval auto result_of() {
    constexpr std::size_t i = n / columns, j = n % columns;
    if constexpr (answers<i, j>())
      return std::type_identity<decltype(call<i, j>(std::declval<Set const&>(), std::declval<X>(),
                                                    std::declval<Rest>()...))>{};
    else
      return std::type_identity<NoResult>{};
  }
  template <std::size_t... n>
  static consteval auto result_of_all(std::index_sequence<n...>) {
    return common_result<typename decltype(result_of<n>())::type...>();
  }
  using result = typename decltype(result_of_all(std::make_index_sequence<size>{}))::type;

  template <std::size_t n>
  static constexpr result cell(Set const& set, X&& x, Rest&&... rest) {
    constexpr std::size_t i = n / columns, j = n % columns;
    using Own = typename decltype(result_of<n>())::type;
    if constexpr (std::is_same_v<Own, NoResult>) {
      refuse<i, j>(x, rest...);
    } else if constexpr (std::is_same_v<result, Own> || std::is_same_v<result, std::decay_t<Own>>) {
      return call<i, j>(set, std::forward<X>(x), std::forward<Rest>(rest)...);
    } else if constexpr (std::is_void_v<Own>) {
      call<i, j>(set, std::forward<X>(x), std::forward<Rest>(rest)...);
      return result(std::in_place_type<std::monostate>);
    } else {
      return result(std::in_place_type<std::decay_t<Own>>,
                    call<i, j>(set, std::forward<X>(x), std::forward<Rest>(rest)...));
    }
  }

  static constexpr std::size_t place(std::remove_reference_t<X> const& x) { return Xs::index(x); }
  static constexpr std::size_t place(std::remove_reference_t<X> const& x, auto const& y, auto const&...) {
    return Xs::index(x) * columns + Ys::index(y);
  }

  template <std::size_t i, std::size_t j>
  [[noreturn]] static void refuse(std::remove_reference_t<X> const& x, auto const&... rest) {
    bool constexpr empty = !Xs::has_value(i) || !Ys::has_value(j);
    throw data_error(empty ? "dispatch.valueless" : "dispatch.no_match",
                     {.call = "runtime_dispatch",
                      .expected = empty ? "arguments with a value" : "an overload for the types that arrived",
                      .got = "(" + Xs::template name<i>(x) + second_name<j>(rest...) + ")",
                      .fix = empty ? "give the variant a value again after the exception that took it"
                                   : "register an overload for them, or ask for NoMatch::returns_first"});
  }
  template <std::size_t>
  static std::string second_name() {
    return "";
  }
  template <std::size_t j>
  static std::string second_name(auto const& y, auto const&...) {
    return ", " + Ys::template name<j>(y);
  }
};

template <class Table, class Indices>
struct RuntimeCells;
template <class Table, std::size_t... n>
struct RuntimeCells<Table, std::index_sequence<n...>> {
  static constexpr std::array calls{&Table::template cell<n>...};
};

template <class Candidates, class... Args>
concept UnlistedAny = std::is_void_v<Candidates> &&(std::is_same_v<std::any, std::decay_t<Args>> || ...);

}  // namespace detail

/// The run-time twin of a dispatch set: its first two arguments may be a std::variant (or a std::any, whose possible
/// types any_holds() lists), the types that are in them at that moment choose. The result has one type: that of all
/// overloads when they agree, else a std::variant of the different ones. Make one with runtime_dispatch().
///
/// Runs:    one indexed indirect call through a table of all combinations; a std::any costs one look-up in a hash table
///          of its candidates before
/// Errors:  data_error "dispatch.no_match" (with NoMatch::throws) and "dispatch.valueless" (always) name both types
/// Source:  own design (fastcore's dispatch is always at run time)
/// Example: examples/doc/runtime_dispatch.cpp
template <class Set, NoMatch no_match = NoMatch::returns_first, class Candidates = void>
class RuntimeDispatch {
 public:
  constexpr explicit RuntimeDispatch(Set set) : set_(std::move(set)) {}

  template <class X, class... Rest>
  constexpr decltype(auto) operator()(X&& x, Rest&&... rest) const {
    constexpr bool unlisted = detail::UnlistedAny<Candidates, X, typename detail::SecondType<Rest...>::type>;
    static_assert(!unlisted, "fastxx: say what a std::any may hold: runtime_dispatch(set).any_holds<A, B>()");
    if constexpr (!unlisted) {
      using Table = detail::RuntimeTable<Set, no_match, Candidates, X, Rest...>;
      constexpr bool any_match = !std::is_same_v<typename Table::result, detail::NoResult>;
      static_assert(any_match, "fastxx: no overload of the set takes any combination of the types in these arguments");
      using Cells = detail::RuntimeCells<Table, std::make_index_sequence<any_match ? Table::size : 0>>;
      if constexpr (any_match)
        return Cells::calls[Table::place(x, rest...)](set_, std::forward<X>(x), std::forward<Rest>(rest)...);
    }
  }

  /// The same for std::any arguments that hold one of these types. One that holds another type reaches the set as a
  /// std::any: an overload for Any takes it, else it is no match.
  template <class... Ts>
  constexpr RuntimeDispatch<Set, no_match, type_list<Ts...>> any_holds() const {
    return RuntimeDispatch<Set, no_match, type_list<Ts...>>(set_);
  }

 private:
  [[no_unique_address]] Set set_;
};

/// Make the run-time twin of a dispatch set: `runtime_dispatch<NoMatch::throws>(set)(variant, other)`.
///
/// Source:  own design
/// Example: examples/doc/runtime_dispatch.cpp
template <NoMatch no_match = NoMatch::returns_first, class Set>
constexpr auto runtime_dispatch(Set set) {
  static_assert(detail::is_dispatch_v<Set>, "fastxx: runtime_dispatch() takes a dispatch set: typedispatch(...)");
  if constexpr (detail::is_dispatch_v<Set>) return RuntimeDispatch<Set, no_match>(std::move(set));
}

}  // namespace fastxx
