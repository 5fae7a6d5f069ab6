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

template <class Dispatch>
struct TableText;
template <class Set, class... Bases, class... Overloads>
struct TableText<TypeDispatch<Set, hana::tuple<Bases...>, Overloads...>> {
  static std::string text() {
    std::vector<DispatchRow> rows;
    (add_rows<Overloads>(rows, typename Members<typename Overloads::first>::type{}), ...);
    sort_rows(rows);
    std::string all;
    for (DispatchRow const& row : rows) all += row.text + "\n";
    return (all + ... + TableText<Bases>::text());
  }
};

}  // namespace detail

/// The overloads of a set as text, one a line in the order in which they are tried: most derived first, the first type
/// before the second, replaced ones left out; then those of the inherited sets. `auto` is a result that the arguments
/// decide. What others add by overload_for cannot be listed, only asked for: `decltype(set)::chosen<A, B>`.
///
/// Errors:  an argument that is no dispatch set (compile time)
/// Source:  fastcore 1.7.28 dispatch.py TypeDispatch.__repr__
/// Example: examples/doc/dispatch.cpp
template <class Dispatch>
std::string dispatch_table(Dispatch const&) {
  static_assert(detail::is_dispatch_v<Dispatch>, "fastxx: dispatch_table() takes a dispatch set: typedispatch(...)");
  if constexpr (detail::is_dispatch_v<Dispatch>)
    return detail::TableText<Dispatch>::text();
  else
    return "";
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/dispatch/dispatch_table.ipp>
#endif
