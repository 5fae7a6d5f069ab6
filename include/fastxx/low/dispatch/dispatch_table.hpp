#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/lineage.hpp>
#include <fastxx/low/core/pack.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/dispatch/dispatch.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace fastxx {

namespace detail {

struct DispatchRow {
  TypeId first, second;
  int depth_of_first, depth_of_second;  // how far below Any
  std::string text;
};

// The types of a signature one by one: the members of one_of are rows of their own.
template <class T>
struct Members {
  using type = type_list<T>;
};
template <class... Ts>
struct Members<one_of<Ts...>> {
  using type = type_list<Ts...>;
};

template <class Overload, class First, class Second>
void add_row(std::vector<DispatchRow>& rows) {
  DispatchRow row{&type_address<First>, &type_address<Second>, distance_to_ancestor<First, Any>(),
                  distance_to_ancestor<Second, Any>(), "(" + type_name<First>() + ", " + type_name<Second>() + ") -> "};
  if constexpr (Overload::signature::known)
    row.text += type_name<typename Overload::signature::result>();
  else
    row.text += "auto";
  std::erase_if(rows, [&](DispatchRow const& earlier) {
    return earlier.first == row.first && earlier.second == row.second;  // replaced
  });
  rows.push_back(std::move(row));
}
template <class Overload, class First, class... Seconds>
void add_rows_of(std::vector<DispatchRow>& rows, type_list<Seconds...>) {
  (add_row<Overload, First, Seconds>(rows), ...);
}
template <class Overload, class... Firsts>
void add_rows(std::vector<DispatchRow>& rows, type_list<Firsts...>) {
  (add_rows_of<Overload, Firsts>(rows, typename Members<typename Overload::second>::type{}), ...);
}

// Most derived first: a type stands deeper below Any than all above it. Rows with one first type stay together.
void sort_rows(std::vector<DispatchRow>& rows);

template <class... As, class... Bs>
consteval type_list<As..., Bs...> operator+(type_list<As...>, type_list<Bs...>) {
  return {};
}

// A row for the overload_for that is nearest to these two types, if there is one; it replaces the set's own.
template <class Set, class First, class Second>
void add_extension(std::vector<DispatchRow>& rows) {
  using Found = NearestExtension<Set, First, Second>;
  if constexpr (!std::is_same_v<Found, NotFound>) {
    using Extension = Overload<typename Found::first, typename Found::second,
                               overload_for<Set, typename Found::first, typename Found::second>>;
    add_row<Extension, typename Found::first, typename Found::second>(rows);
  }
}
template <class Set, class First, class... Seconds>
void add_extensions_of(std::vector<DispatchRow>& rows, type_list<Seconds...>) {
  (add_extension<Set, First, Seconds>(rows), ...);
}
template <class Set, class... Firsts, class Seconds>
void add_extensions(std::vector<DispatchRow>& rows, type_list<Firsts...>, Seconds seconds) {
  (add_extensions_of<Set, Firsts>(rows, seconds), ...);
}

template <class Dispatch>
struct TableText;
template <class Set, class... Bases, class... Overloads>
struct TableText<TypeDispatch<Set, hana::tuple<Bases...>, Overloads...>> {
  template <class Types>
  static std::string text(Types asked) {
    std::vector<DispatchRow> rows;
    (add_rows<Overloads>(rows, typename Members<typename Overloads::first>::type{}), ...);
    if constexpr (!std::is_void_v<Set>) {
      constexpr type_list<Any> any;
      add_extensions<Set>(rows, ((asked + any) + ... + typename Members<typename Overloads::first>::type{}),
                          ((asked + any) + ... + typename Members<typename Overloads::second>::type{}));
    }
    sort_rows(rows);
    std::string all;
    for (DispatchRow const& row : rows) all += row.text + "\n";
    return (all + ... + TableText<Bases>::text(asked));
  }
};

}  // namespace detail

/// The overloads of a set as text, one a line in the order in which they are tried: most derived first, the first type
/// before the second, replaced ones left out; then those of the inherited sets. `auto` is a result that the arguments
/// decide. C++ cannot list the specialisations of overload_for: of those the table has the nearest to each two of the set's
/// own types and of the types it is asked about, `dispatch_table(describe, type_list<Cat, Dog>{})`.
///
/// Errors:  an argument that is no dispatch set (compile time)
/// Source:  fastcore 1.7.28 dispatch.py TypeDispatch.__repr__
/// Example: examples/doc/dispatch_open.cpp
template <class Dispatch, class... Types>
std::string dispatch_table(Dispatch const&, type_list<Types...> asked = type_list<>{}) {
  static_assert(detail::is_dispatch_v<Dispatch>, "fastxx: dispatch_table() takes a dispatch set: typedispatch(...)");
  if constexpr (detail::is_dispatch_v<Dispatch>)
    return detail::TableText<Dispatch>::text(asked);
  else
    return "";
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/dispatch/dispatch_table.ipp>
#endif
