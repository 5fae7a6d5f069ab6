#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/transform/traits.hpp>
#include <fastxx/mid/data/block.hpp>
#include <fastxx/mid/data/block_parts.hpp>
#include <fastxx/mid/data/detail/test_items.hpp>
#include <fastxx/mid/data/torch_items.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// Becomes a member of any type.
struct AnyMember {
  template <class T>
  operator T() const;
};
template <class Row, std::size_t... I>
consteval bool takes_members(std::index_sequence<I...>) {
  return requires { Row{(static_cast<void>(I), AnyMember{})...}; };
}
// A struct of `Size` members, told by how many values it can be made of.
template <class Row, std::size_t Size>
concept RowOf =
    std::is_aggregate_v<Row> && !std::is_array_v<Row> && Size <= 8 &&
    takes_members<Row>(std::make_index_sequence<Size>{}) && !takes_members<Row>(std::make_index_sequence<Size + 1>{});

// References to the members of a row.
template <std::size_t Size, class Row>
constexpr auto members_of(Row const& row) {
  if constexpr (Size == 1) {
    auto const& [a] = row;
    return std::tie(a);
  } else if constexpr (Size == 2) {
    auto const& [a, b] = row;
    return std::tie(a, b);
  } else if constexpr (Size == 3) {
    auto const& [a, b, c] = row;
    return std::tie(a, b, c);
  } else if constexpr (Size == 4) {
    auto const& [a, b, c, d] = row;
    return std::tie(a, b, c, d);
  } else if constexpr (Size == 5) {
    auto const& [a, b, c, d, e] = row;
    return std::tie(a, b, c, d, e);
  } else if constexpr (Size == 6) {
    auto const& [a, b, c, d, e, f] = row;
    return std::tie(a, b, c, d, e, f);
  } else if constexpr (Size == 7) {
    auto const& [a, b, c, d, e, f, g] = row;
    return std::tie(a, b, c, d, e, f, g);
  } else {
    auto const& [a, b, c, d, e, f, g, h] = row;
    return std::tie(a, b, c, d, e, f, g, h);
  }
}

void check_columns(std::vector<std::size_t> const& sizes);

// Columns of one length, seen row by row.
template <class... Columns>
class ColumnRows {
 public:
  explicit ColumnRows(std::tuple<Columns...> columns) : columns_(std::move(columns)) {
    std::apply([](auto const&... column) { check_columns({static_cast<std::size_t>(column.size())...}); }, columns_);
  }
  std::size_t size() const { return static_cast<std::size_t>(std::get<0>(columns_).size()); }
  auto operator[](std::size_t index) const {
    return std::apply(
        [&](auto const&... column) { return std::tuple<std::decay_t<decltype(column[index])>...>(column[index]...); },
        columns_);
  }

 private:
  std::tuple<Columns...> columns_;
};

// A tuple of columns as rows; what is no tuple has rows already.
template <class Source>
auto rows_of(Source source) {
  return source;
}
template <class... Columns>
auto rows_of(std::tuple<Columns...> source) {
  constexpr bool columns = (NumberedItems<Columns> && ...);
  static_assert(columns,
                "fastxx::from_columns: a source that is a tuple holds columns, each with size() and operator[](index) "
                "const, as a std::vector has");
  if constexpr (columns)
    return ColumnRows<Columns...>(std::move(source));
  else
    return RefusedItems();
}
template <class First, class Second>
auto rows_of(std::pair<First, Second> source) {
  return rows_of(std::tuple<First, Second>(std::move(source)));
}

template <class GetItems>
struct RowsFrom {
  GetItems get_items;

  template <class Source>
  auto operator()(Source source) const {
    return rows_of(get_items_from(get_items, std::move(source)));
  }
};

template <class Given>
auto with_rows(Given given) {
  if constexpr (std::is_same_v<part_name_t<Given>, GetItemsPart>)
    return get_items(RowsFrom<decltype(given.value)>{std::move(given.value)});
  else
    return given;
}

}  // namespace detail

/// Element `Index` of an item that is a row of `Size` columns: a tuple, a pair, or a struct of as many members.
///
/// Source:  fastai 2.7.18 data/block.py DataBlock.from_columns, whose getters are ItemGetters
/// Example: examples/doc/data_block.cpp
template <std::size_t Index, std::size_t Size>
struct ColumnGetter : ItemTransform {
  static std::string name() { return "column " + std::to_string(Index); }

  template <class Tuple>
  requires(is_tuple_v<Tuple>) constexpr auto encodes(Tuple const& row) const
      requires(std::tuple_size_v<detail::std_tuple_of<Tuple>> == Size) {
    return std::get<Index>(row);
  }
  template <class Row>
  requires(!is_tuple_v<Row> && detail::RowOf<Row, Size>) constexpr auto encodes(Row const& row) const {
    return std::get<Index>(detail::members_of<Size>(row));
  }
  template <class Columns>
  requires(is_tuple_v<Columns>) constexpr auto encodes_batch(Columns const& columns) const
      requires(std::tuple_size_v<detail::std_tuple_of<Columns>> == Size) {
    return std::get<Index>(columns);
  }
};

namespace detail {
template <class Name, std::size_t First, std::size_t Size, std::size_t... I>
constexpr auto get_columns(std::index_sequence<I...>) {
  return Part<Name, std::tuple<ColumnGetter<First + I, Size>...>>{};
}
}  // namespace detail

/// A DataBlock without getters, whose blocks get one column each: `from_columns(blocks(TransformBlock(), CategoryBlock()),
/// splitter(RandomSplitter{}))`. The source, or what get_items(f) makes of it, is a tuple or pair of columns of one length
/// (`std::pair(images, labels)`), or rows: tuples, pairs, or structs with as many members as there are blocks, at most 8.
///
/// All else is as in DataBlock; a get_x, get_y or getters that is given takes the place of its columns.
/// Errors:  data_error [from_columns.sizes] for columns of several lengths; those of DataBlock
/// Source:  fastai 2.7.18 data/block.py DataBlock.from_columns; differs: rows may be structs
/// Example: examples/doc/data_block.cpp
template <class... Parts>
auto from_columns(Parts... parts) {
  using detail::count_parts;
  if constexpr (count_parts<BlocksPart, Parts...>() != 1) {
    return DataBlock(std::move(parts)...);  // which says that
  } else {
    using Blocks = std::decay_t<decltype(detail::pick_part<BlocksPart>(0, parts...))>;
    constexpr std::size_t count = std::tuple_size_v<Blocks>, inputs = detail::block_inputs<count, Parts...>();
    constexpr bool to_get = count_parts<GettersPart, Parts...>() == 0 && inputs <= count;
    if constexpr (count_parts<GetItemsPart, Parts...>() == 0)
      return from_columns(get_items(detail::NoGetItems{}), std::move(parts)...);
    else if constexpr (to_get && count_parts<GetXPart, Parts...>() == 0)
      return from_columns(detail::get_columns<GetXPart, 0, count>(std::make_index_sequence<inputs>{}),
                          std::move(parts)...);
    else if constexpr (to_get && count_parts<GetYPart, Parts...>() == 0 && inputs < count)
      return from_columns(detail::get_columns<GetYPart, inputs, count>(std::make_index_sequence<count - inputs>{}),
                          std::move(parts)...);
    else
      return DataBlock(detail::with_rows(std::move(parts))...);
  }
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/from_columns.ipp>
#endif
