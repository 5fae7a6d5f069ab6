#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/column.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Which items belong to which subset: 0 is for training, 1 for validation, more may follow. One list alone trains
/// without validation.
using Splits = std::vector<std::vector<std::int64_t>>;

namespace detail {

// A splitter's random orders are those that fastai draws with the same seed; torch's global generator is left alone.
std::vector<std::int64_t> permutation(std::int64_t n, std::optional<std::uint64_t> seed);

// The items whose number is 0, those whose number is 1, ...; -1 stands for an item that belongs nowhere.
Splits splits_of(std::vector<std::int64_t> const& numbers, std::int64_t subsets);

Splits func_splits(std::vector<std::int64_t> const& numbers);

// What a column holds is compared with what it should be; a number is true unless it is 0.
template <class Held, class Value>
requires requires(Held const& held, Value const& value) { held == value; }
bool is_value(Held const& held, Value const& value) {
  if constexpr (std::is_same_v<Value, bool> && std::is_arithmetic_v<Held>)
    return (held != 0) == value;
  else
    return held == value;
}

template <class Items>
inline constexpr bool are_paths =
    std::is_convertible_v<decltype(std::declval<Items const&>()[0]), std::filesystem::path>;
template <class Items>
consteval void require_paths() {
  static_assert(are_paths<Items>,
                "fastxx: GrandparentSplitter and FileSplitter split files: items must be paths; for others write "
                "FuncSplitter(f) or ColSplitter(&Row::is_valid)");
}

[[noreturn]] void refuse_fraction(char const* key, char const* splitter, char const* range, double got);

}  // namespace detail

/// The first int(valid_pct * n) of a random permutation are for validation, the rest, in its order, for training; with 0
/// there is no validation.
///
/// With a seed the split is the one fastai makes with the same seed; torch's global generator is left alone.
/// Errors:  data_error [random_splitter.pct] for a fraction outside [0, 1]
/// Source:  fastai 2.7.18 data/transforms.py RandomSplitter (TR-16); differs: does not reseed the global generator
/// Example: examples/doc/finding.cpp
struct RandomSplitter {
  double valid_pct = 0.2;
  std::optional<std::uint64_t> seed = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

 private:
  Splits split(std::int64_t n) const;
};

/// Random parts of both sizes, as fractions of all items; the others are left out.
///
/// Errors:  data_error [splitter.fraction] unless both are above 0 and their sum is at most 1
/// Source:  fastai 2.7.18 data/transforms.py RandomSubsetSplitter
/// Example: examples/doc/finding.cpp
struct RandomSubsetSplitter {
  double train_sz = 0.5;
  double valid_sz = 0.5;
  std::optional<std::uint64_t> seed = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

 private:
  Splits split(std::int64_t n) const;
};

/// A random split in which each class of `stratify`, one label for each item, has the same part of both subsets as of
/// all items: without it as RandomSplitter, but for the rounding (of the validation items up).
///
/// Errors:  data_error [splitter.fraction]; [splitter.stratify] unless there is a label for each item, each class has two
///          items at least, and both subsets have room for an item of each class
/// Source:  fastai 2.7.18 data/transforms.py TrainTestSplitter, which asks scikit-learn; differs: another random stream,
///          and of equal remainders the class first in the alphabet is rounded up, not one drawn
/// Example: examples/doc/finding.cpp
struct TrainTestSplitter {
  double test_size = 0.2;
  std::vector<std::string> stratify = {};
  std::optional<std::uint64_t> random_state = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

 private:
  Splits split(std::int64_t n) const;
};

/// Everything for training, the given items for validation.
///
/// Errors:  data_error [index_splitter.range]
/// Source:  fastai 2.7.18 data/transforms.py IndexSplitter
/// Example: examples/doc/finding.cpp
struct IndexSplitter {
  std::vector<std::int64_t> valid = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

 private:
  Splits split(std::int64_t n) const;
};

/// The last int(valid_pct * n) items for validation, or the first ones: for data in an order that matters, such as time.
///
/// Errors:  data_error [splitter.fraction] unless 0 < valid_pct < 1
/// Source:  fastai 2.7.18 data/transforms.py EndSplitter; differs: where int(valid_pct * n) is 0 all items train
/// Example: examples/doc/finding.cpp
struct EndSplitter {
  double valid_pct = 0.2;
  bool valid_last = true;

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

 private:
  Splits split(std::int64_t n) const;
};

/// A name or a list of names: "valid", or {"valid", "test"}.
struct OneOrMoreNames : std::vector<std::string> {
  OneOrMoreNames() = default;
  OneOrMoreNames(char const* name) : vector{std::string(name)} {}
  OneOrMoreNames(std::string name) : vector{std::move(name)} {}
  OneOrMoreNames(std::initializer_list<std::string> names) : vector(names) {}
  OneOrMoreNames(std::vector<std::string> names) : vector(std::move(names)) {}
};

/// Told by the folder above the folder of a file: "data/train/cat/1.png" trains. Files elsewhere are left out; both
/// subsets are in the order of the items, and a name in both lists is for training.
///
/// Errors:  data_error [grandparent_splitter.none] when no file lies in one of the folders of a subset
/// Source:  fastai 2.7.18 data/transforms.py GrandparentSplitter (H-17)
/// Example: examples/doc/finding.cpp
struct GrandparentSplitter {
  OneOrMoreNames train_name = "train";
  OneOrMoreNames valid_name = "valid";

  template <class Items>
  Splits operator()(Items const& items) const {
    std::vector<std::int64_t> numbers;
    numbers.reserve(items.size());
    detail::require_paths<Items>();
    if constexpr (detail::are_paths<Items>)
      for (std::size_t i = 0; i < items.size(); ++i) numbers.push_back(subset_of(items[i]));
    return checked(detail::splits_of(numbers, 2));
  }

 private:
  std::int64_t subset_of(std::filesystem::path const& file) const;
  Splits checked(Splits splits) const;
};

/// Told by a function of an item: true is for validation; or a number, that of the subset (0 training, 1 validation, 2 and
/// more further ones, below 0 none).
///
/// Errors:  data_error [func_splitter.subset] for a number above 1000
/// Source:  fastai 2.7.18 data/transforms.py FuncSplitter; the numbers are our own
/// Example: examples/doc/finding.cpp
template <class Function>
struct FuncSplitter {
  Function function;

  explicit FuncSplitter(Function f) : function(std::move(f)) {}

  template <class Items>
  Splits operator()(Items const& items) const {
    using Item = decltype(items[0]);
    constexpr bool takes = requires(Item item) {
      { function(item) } -> std::integral;
    };
    static_assert(
        takes,
        "fastxx::FuncSplitter(f): 'f' is called with an item and returns whether it is for validation (bool), "
        "or the number of its subset");
    std::vector<std::int64_t> numbers;
    if constexpr (takes) {
      numbers.reserve(items.size());
      for (std::size_t i = 0; i < items.size(); ++i) numbers.push_back(static_cast<std::int64_t>(function(items[i])));
    }
    return detail::func_splits(numbers);
  }
};

/// Told by a list with an entry for each item: true is for validation.
///
/// Errors:  data_error [mask_splitter.size]
/// Source:  fastai 2.7.18 data/transforms.py MaskSplitter
/// Example: examples/doc/finding.cpp
struct MaskSplitter {
  std::vector<bool> mask;

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(items.size());
  }

 private:
  Splits split(std::size_t n) const;
};

/// Files whose names (without folders) stand in a text file, one a line, are for validation.
///
/// Errors:  io_error [file.read]; data_error [file_splitter.none] when no item is among them
/// Source:  fastai 2.7.18 data/transforms.py FileSplitter; differs: says when no name fits; ends of lines may be Windows'
/// Example: examples/doc/finding.cpp
struct FileSplitter {
  std::filesystem::path file;

  template <class Items>
  Splits operator()(Items const& items) const {
    std::vector<std::filesystem::path> paths;
    paths.reserve(items.size());
    detail::require_paths<Items>();
    if constexpr (detail::are_paths<Items>)
      for (std::size_t i = 0; i < items.size(); ++i) paths.emplace_back(items[i]);
    return split(paths);
  }

 private:
  Splits split(std::vector<std::filesystem::path> const& paths) const;
};

/// Told by a column of the rows: true is for validation, or what is in a list of values. The column is a member of the
/// row, `ColSplitter(&Row::is_valid)`, a name for rows that have `row["is_valid"]`, or a function of a row:
/// `ColSplitter("fold", {"3", "4"})`.
///
/// Errors:  data_error [column.missing]
/// Source:  fastai 2.7.18 data/transforms.py ColSplitter
/// Example: examples/doc/finding.cpp
template <class Column, class Value = bool>
struct ColSplitter {
  Column column;
  std::vector<Value> on;

  ColSplitter() requires std::same_as<Column, std::string> : ColSplitter("is_valid") {}
  template <class Given>
  explicit ColSplitter(Given given) requires std::same_as<Value, bool> : column(std::move(given)), on{true} {}
  template <class Given, class Listed>
  ColSplitter(Given given, std::initializer_list<Listed> values)
      : column(std::move(given)), on(values.begin(), values.end()) {}

  template <class Items>
  Splits operator()(Items const& items) const {
    std::vector<bool> mask(items.size());
    for (std::size_t i = 0; i < mask.size(); ++i) {
      auto const& row = items[i];  // kept: it may have been made just now
      auto const& value = detail::column_of(column, row);
      constexpr bool comparable = requires(Value const& one) { detail::is_value(value, one); };
      static_assert(comparable,
                    "fastxx::ColSplitter(column): a column that is no bool or number needs the values that are for "
                    "validation, of its own type: ColSplitter(column, {\"test\"})");
      if constexpr (comparable)
        mask[i] = std::any_of(on.begin(), on.end(), [&](Value const& one) { return detail::is_value(value, one); });
    }
    return MaskSplitter{std::move(mask)}(items);
  }
};
ColSplitter()->ColSplitter<std::string>;
template <class Given>
ColSplitter(Given) -> ColSplitter<detail::column_t<Given>>;
template <class Given, class Listed>
ColSplitter(Given, std::initializer_list<Listed>) -> ColSplitter<detail::column_t<Given>, detail::column_t<Listed>>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/splitter.ipp>
#endif
