#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/splitter.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::vector<std::int64_t> permutation(std::int64_t n, std::optional<std::uint64_t> seed) {
  auto const options = at::TensorOptions().dtype(at::kLong);
  Tensor order;
  if (seed) {
    auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
    generator.set_current_seed(*seed);
    order = at::randperm(n, generator, options);
  } else {
    order = at::randperm(n, options);
  }
  auto const* first = order.data_ptr<std::int64_t>();
  return {first, first + n};
}

FASTXX_INLINE Splits splits_of(std::vector<std::int64_t> const& numbers, std::int64_t subsets) {
  Splits splits(static_cast<std::size_t>(subsets));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    if (numbers[i] >= 0) splits[static_cast<std::size_t>(numbers[i])].push_back(static_cast<std::int64_t>(i));
  return splits;
}

FASTXX_INLINE Splits func_splits(std::vector<std::int64_t> const& numbers) {
  std::int64_t last = 1;
  for (std::int64_t const number : numbers) last = std::max(last, number);
  if (last > 1000)
    throw data_error("func_splitter.subset",
                     {.call = "FuncSplitter",
                      .expected = "whether an item is for validation, or a subset from 0 to 1000",
                      .got = {last},
                      .fix = "return a bool, or a small number"});
  return splits_of(numbers, last + 1);
}

FASTXX_INLINE void refuse_fraction(char const* key, char const* splitter, char const* range, double got) {
  throw data_error(
      key,
      {.call = splitter, .expected = range, .got = std::to_string(got), .fix = "give a fraction, not a percentage"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Splits RandomSplitter::split(std::int64_t n) const {
  if (!(valid_pct >= 0 && valid_pct <= 1))
    detail::refuse_fraction("random_splitter.pct", "RandomSplitter", "valid_pct between 0 and 1", valid_pct);
  auto const order = detail::permutation(n, seed);
  auto const cut = order.begin() + static_cast<std::int64_t>(valid_pct * static_cast<double>(n));
  Splits splits{{cut, order.end()}};
  // A fraction that is too small for so few items is a mistake, and is refused where the subset is used.
  if (valid_pct > 0) splits.emplace_back(order.begin(), cut);
  return splits;
}

FASTXX_INLINE Splits RandomSubsetSplitter::split(std::int64_t n) const {
  if (!(train_sz > 0 && valid_sz > 0 && train_sz + valid_sz <= 1))
    detail::refuse_fraction("splitter.fraction", "RandomSubsetSplitter",
                            "train_sz and valid_sz above 0 with a sum of at most 1", train_sz + valid_sz);
  auto const order = detail::permutation(n, seed);
  auto const part = [n](double size) { return static_cast<std::int64_t>(size * static_cast<double>(n)); };
  auto const cut = order.begin() + part(train_sz);
  return {{order.begin(), cut}, {cut, cut + part(valid_sz)}};
}

FASTXX_INLINE Splits TrainTestSplitter::split(std::int64_t n) const {
  if (!(test_size > 0 && test_size < 1))
    detail::refuse_fraction("splitter.fraction", "TrainTestSplitter", "test_size above 0 and below 1", test_size);
  auto const n_test = static_cast<std::int64_t>(std::ceil(test_size * static_cast<double>(n)));
  auto const order = detail::permutation(n, random_state);
  if (stratify.empty()) return {{order.begin() + n_test, order.end()}, {order.begin(), order.begin() + n_test}};

  auto const refuse = [](detail::TextPiece expected, std::string got, char const* fix) {
    throw data_error("splitter.stratify",
                     {.call = "TrainTestSplitter", .expected = {expected}, .got = std::move(got), .fix = fix});
  };
  if (static_cast<std::int64_t>(stratify.size()) != n)
    refuse("a label for each item", detail::join({stratify.size(), " labels for ", n, " items"}),
           "give them in the order of the items");
  std::map<std::string, std::int64_t> sizes;
  for (std::string const& label : stratify) ++sizes[label];
  for (auto const& [label, size] : sizes)
    if (size < 2) refuse("two items of each class", "one of '" + detail::brief(label) + "'", "leave such items out");
  auto const classes = static_cast<std::int64_t>(sizes.size());
  if (n_test < classes || n - n_test < classes)
    refuse("room for an item of each class in both subsets",
           detail::join({classes, " classes, ", n - n_test, " and ", n_test, " items"}), "choose another test_size");

  // Each class's part, rounded down; those that lost most by it get one more, until the test items are n_test.
  std::map<std::string, std::int64_t> left;
  std::vector<std::pair<double, std::string>> lost;
  std::int64_t missing = n_test;
  for (auto const& [label, size] : sizes) {
    double const part = static_cast<double>(n_test) * static_cast<double>(size) / static_cast<double>(n);
    left[label] = static_cast<std::int64_t>(part);
    missing -= left[label];
    lost.emplace_back(part - std::floor(part), label);
  }
  std::stable_sort(lost.begin(), lost.end(), [](auto const& a, auto const& b) { return a.first > b.first; });
  for (std::size_t i = 0; i < static_cast<std::size_t>(missing); ++i) ++left[lost[i].second];
  Splits splits(2);
  for (std::int64_t const index : order)
    splits[left[stratify[static_cast<std::size_t>(index)]]-- > 0 ? 1 : 0].push_back(index);
  return splits;
}

FASTXX_INLINE Splits IndexSplitter::split(std::int64_t n) const {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(n), 0);
  for (auto const index : valid) {
    if (index < 0 || index >= n)
      throw data_error("index_splitter.range", {.call = "IndexSplitter",
                                                .expected = {"indices below ", n},
                                                .got = {index},
                                                .fix = "check the list of validation items"});
    numbers[static_cast<std::size_t>(index)] = 1;
  }
  return {std::move(detail::splits_of(numbers, 2)[0]), valid};
}

FASTXX_INLINE Splits EndSplitter::split(std::int64_t n) const {
  if (!(valid_pct > 0 && valid_pct < 1))
    detail::refuse_fraction("splitter.fraction", "EndSplitter", "valid_pct above 0 and below 1", valid_pct);
  auto const cut = static_cast<std::int64_t>(valid_pct * static_cast<double>(n));
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  auto const middle = valid_last ? order.end() - cut : order.begin() + cut;
  Splits splits{{order.begin(), middle}, {middle, order.end()}};
  if (!valid_last) std::swap(splits[0], splits[1]);
  return splits;
}

FASTXX_INLINE std::int64_t GrandparentSplitter::subset_of(std::filesystem::path const& file) const {
  std::string const folder = file.parent_path().parent_path().filename().string();
  auto const among = [&](OneOrMoreNames const& names) {
    return std::find(names.begin(), names.end(), folder) != names.end();
  };
  return among(train_name) ? 0 : among(valid_name) ? 1 : -1;
}

FASTXX_INLINE Splits GrandparentSplitter::checked(Splits splits) const {
  for (std::size_t s = 0; s < 2; ++s) {
    if (!splits[s].empty()) continue;
    OneOrMoreNames const& names = s == 0 ? train_name : valid_name;
    std::string list;
    for (std::string const& name : names) list += (list.empty() ? "'" : ", '") + detail::brief(name) + "'";
    throw data_error("grandparent_splitter.none",
                     {.call = "GrandparentSplitter",
                      .expected = "files in <folder>/<class>/, where <folder> is " + list,
                      .got = "none of them",
                      .fix = "check the names of the folders, or split by RandomSplitter"});
  }
  return splits;
}

FASTXX_INLINE Splits MaskSplitter::split(std::size_t n) const {
  if (mask.size() != n)
    throw data_error("mask_splitter.size", {.call = "MaskSplitter",
                                            .expected = {"an entry for each of ", n, " items"},
                                            .got = {mask.size(), " entries"},
                                            .fix = "make the mask of the items that are split"});
  return detail::splits_of({mask.begin(), mask.end()}, 2);
}

FASTXX_INLINE Splits FileSplitter::split(std::vector<std::filesystem::path> const& paths) const {
  std::string const text = read_file(file);
  std::unordered_set<std::string> names;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t const end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty()) names.emplace(line);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  std::vector<bool> valid(paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) valid[i] = names.contains(paths[i].filename().string());
  if (std::find(valid.begin(), valid.end(), true) == valid.end())
    throw data_error("file_splitter.none", {.call = "FileSplitter",
                                            .expected = "names of items, without folders, one a line",
                                            .got = {names.size(), " names, and no item is called so"},
                                            .where = file.string(),
                                            .fix = "write the names as the files are called, with their endings"});
  return MaskSplitter{std::move(valid)}(paths);
}

}  // namespace fastxx
