#pragma once

#include <fastxx/mid/data/datasets.hpp>

#include <exception>
#include <string>

namespace fastxx::detail {

inline std::string subset_name(std::size_t split_idx) {
  return split_idx == 0   ? "the training subset"
         : split_idx == 1 ? "the validation subset"
                          : "subset " + std::to_string(split_idx);
}

FASTXX_INLINE std::string subset_item_name(Splits const& splits, std::size_t split_idx, std::size_t index) {
  auto const number = "item " + std::to_string(splits[split_idx][index]);
  if (splits[0].empty()) return number + " of the test items";  // a Datasets always has items to train on
  return number + " of the dataset (item " + std::to_string(index) + " of " + subset_name(split_idx) + ")";
}

FASTXX_INLINE void throw_refused_item(std::string const& item, char const* what) {
  std::throw_with_nested(data_error("datasets.item", {.call = "Datasets",
                                                      .expected = "a target from each item",
                                                      .got = first_line(what),
                                                      .where = item,
                                                      .fix = "look at what the getter does with this item"}));
}

FASTXX_INLINE void check_splits(Splits const& splits, std::size_t n) {
  if (n == 0)
    throw data_error("datasets.empty", {.call = "Datasets",
                                        .expected = "at least one item",
                                        .got = "an empty collection",
                                        .fix = "check the path or the filter that made the items"});
  if (splits.empty())
    throw data_error("datasets.empty_split", {.call = "Datasets",
                                              .expected = "a list of the items to train on, and one for validation",
                                              .got = "no list",
                                              .fix = "check the splitter"});
  for (std::size_t s = 0; s < splits.size(); ++s) {
    if (splits[s].empty())
      throw data_error(
          "datasets.empty_split",
          {.call = "Datasets",
           .expected = "items in each subset",
           .got = "none in " + subset_name(s) + " of " + std::to_string(n) + " items",
           .fix = s == 0   ? "change the splitter's fraction or indices"
                  : s == 1 ? "change the splitter's fraction or indices; to train without validation give "
                             "one list of items, or RandomSplitter{.valid_pct = 0}"
                           : "number the subsets without a gap: 0 for training, 1 for validation, then 2"});
    for (auto index : splits[s])
      if (index < 0 || static_cast<std::size_t>(index) >= n)
        throw data_error("datasets.index", {.call = "Datasets",
                                            .expected = "split indices below " + std::to_string(n),
                                            .got = std::to_string(index),
                                            .where = "subset " + std::to_string(s),
                                            .fix = "check the splitter"});
  }
}

FASTXX_INLINE void check_subset(Splits const& splits, int split_idx) {
  if (split_idx >= 0 && static_cast<std::size_t>(split_idx) < splits.size()) return;
  throw data_error("datasets.subset", {.call = "Datasets::subset",
                                       .expected = "a subset below " + std::to_string(splits.size()),
                                       .got = std::to_string(split_idx),
                                       .fix = "0 is for training, 1 for validation where there is any"});
}

}  // namespace fastxx::detail
