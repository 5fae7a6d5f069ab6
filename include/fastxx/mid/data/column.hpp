#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

[[noreturn]] void refuse_column(std::string const& name);

// How a column is kept: a literal as a string, all else as it is.
template <class Given>
using column_t = std::conditional_t<std::is_convertible_v<Given, std::string_view>, std::string, Given>;

struct AsItIs {};

// Rows that have a value under a name, as maps do.
template <class Row>
concept NamedColumns = requires(Row const& row, std::string const& name) {
  row.find(name)->second;
  row.end();
}
|| requires(Row const& row, std::string const& name) { row[name]; };

template <class Column, class Row>
concept ColumnOf = ((std::is_same_v<Column, std::string> ||
                     std::is_same_v<Column, std::vector<std::string>>)&&NamedColumns<Row>) ||
                   std::is_invocable_v<Column const&, Row const&> || requires(Column const& column, Row const& row) {
  column.encodes(row);
};

template <class Row>
decltype(auto) named_column(std::string const& name, Row const& row) {
  if constexpr (requires { row.find(name)->second; }) {
    auto const found = row.find(name);
    if (found == row.end()) refuse_column(name);
    return (found->second);
  } else {
    return row[name];
  }
}

// What a row has in a column: a member of it, what stands under a name, what a function or an ItemGetter gives.
template <class Column, class Row>
decltype(auto) column_of(Column const& column, Row const& row) {
  static_assert(ColumnOf<Column, Row>,
                "fastxx: a column is a member of the rows (&Row::label), a name where they have row[\"label\"], a "
                "function of a row, or an ItemGetter<1>{} where rows are tuples");
  if constexpr (!ColumnOf<Column, Row>) {
    return false;
  } else if constexpr (std::is_same_v<Column, std::string>) {
    return named_column(column, row);
  } else if constexpr (std::is_same_v<Column, std::vector<std::string>>) {
    std::vector<std::decay_t<decltype(named_column(column[0], row))>> values;
    for (std::string const& name : column) values.push_back(named_column(name, row));
    return values;
  } else if constexpr (std::is_invocable_v<Column const&, Row const&>) {
    return std::invoke(column, row);
  } else {
    return column.encodes(row);
  }
}

std::vector<std::string> split_labels(std::string_view text, std::string_view delimiter);

}  // namespace detail

namespace detail {
// In the place of an option that fastai has: what a ColReader gives is decided by the compiler.
struct LabelDelimIsAnArgument {
  constexpr LabelDelimIsAnArgument() = default;
  template <class T>
  constexpr LabelDelimIsAnArgument(T const&) {
    static_assert(
        sizeof(T) == 0,
        "fastxx: a ColReader's 'label_delim' is an argument of its own: ColReader(column, label_delim(\" \"))");
  }
};
}  // namespace detail

/// What ColReader puts around what it reads.
struct ColReaderOptions {
  std::string pref = {};  ///< before it: a folder with its "/", for instance
  std::string suff = {};  ///< behind it: ".png"
  [[no_unique_address]] detail::LabelDelimIsAnArgument label_delim = {};
};

/// Says of a ColReader that its column holds several labels in one text: `ColReader(&Row::tags, label_delim(" "))`.
struct LabelDelimiter {
  std::string text;
};
inline LabelDelimiter label_delim(std::string text) { return {std::move(text)}; }

/// A getter that reads a column of a row: a member, `ColReader(&Row::label)`; a name where rows have `row["label"]`, as
/// maps do; or a function of a row. Several names give a vector, a prefix or a suffix a std::string, and label_delim a
/// vector of labels (none for an empty text).
///
/// Errors:  data_error [column.missing] for a name that a row does not have
/// Source:  fastai 2.7.18 data/transforms.py ColReader
/// Example: examples/doc/finding.cpp
template <class Column, class How = detail::AsItIs>
struct ColReader : ItemTransform {
  Column column;
  How how = {};

  static std::string name() { return "ColReader"; }

  template <class Given>
  explicit ColReader(Given given) : column(std::move(given)) {}
  template <class Given>
  ColReader(Given given, How options) : column(std::move(given)), how(std::move(options)) {}
  ColReader(std::initializer_list<char const*> names) : column(names.begin(), names.end()) {}

  template <class Row>
  requires detail::ColumnOf<Column, std::remove_const_t<Row>>
  auto encodes(Row& row) const {
    std::decay_t<decltype(detail::column_of(column, row))> value = detail::column_of(column, row);
    if constexpr (std::is_same_v<How, LabelDelimiter>)
      return detail::split_labels(value, how.text);
    else if constexpr (std::is_same_v<How, ColReaderOptions>)
      return how.pref + std::string(value) + how.suff;
    else
      return value;
  }
};
template <class Given>
ColReader(Given) -> ColReader<detail::column_t<Given>>;
template <class Given>
ColReader(Given, ColReaderOptions) -> ColReader<detail::column_t<Given>, ColReaderOptions>;
template <class Given>
ColReader(Given, LabelDelimiter) -> ColReader<detail::column_t<Given>, LabelDelimiter>;
ColReader(std::initializer_list<char const*>)->ColReader<std::vector<std::string>>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/column.ipp>
#endif
