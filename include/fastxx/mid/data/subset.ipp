#pragma once

#include <fastxx/mid/data/subset.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void refuse_no_datasets() {
  throw data_error("dataloaders.count", {.call = "from_dsets",
                                         .expected = "a training dataset, and one for validation if there is one",
                                         .got = "none",
                                         .fix = "give both, the training dataset first"});
}

FASTXX_INLINE std::vector<std::vector<std::int64_t>> random_parts(std::size_t size,
                                                                  std::vector<std::int64_t> const& lengths,
                                                                  std::optional<std::uint64_t> seed) {
  std::int64_t sum = 0;
  bool positive = true;
  std::string text;
  for (std::int64_t const length : lengths) {
    positive = positive && length > 0 && length <= static_cast<std::int64_t>(size);
    if (positive) sum += length;
    text += (text.empty() ? "" : ", ") + std::to_string(length);
  }
  if (!positive || sum != static_cast<std::int64_t>(size))
    throw data_error("random_split.lengths", {.call = "random_split",
                                              .expected = {"lengths of 1 or more that add up to ", size},
                                              .got = "{" + text + "}",
                                              .fix = "make the last length what the others leave"});
  auto const order = permutation(static_cast<std::int64_t>(size), seed);
  std::vector<std::vector<std::int64_t>> parts;
  auto begin = order.begin();
  for (std::int64_t const length : lengths) {
    parts.emplace_back(begin, begin + length);
    begin += length;
  }
  return parts;
}

}  // namespace fastxx::detail
