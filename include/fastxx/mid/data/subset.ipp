#pragma once

#include <fastxx/mid/data/subset.hpp>

#include <cmath>
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

// Fractions in numbers of items.
inline std::vector<std::int64_t> part_lengths(std::vector<double> const& fractions, std::size_t size) {
  double sum = 0;
  bool positive = true;
  std::string text;
  std::vector<std::int64_t> lengths;
  for (double const fraction : fractions) {
    positive = positive && fraction > 0 && fraction <= 1;
    sum += fraction;
    text += (text.empty() ? "" : ", ") + std::to_string(fraction);
  }
  if (!positive || std::abs(sum - 1) > 1e-6)
    throw data_error("random_split.fractions", {.call = "random_split",
                                                .expected = "fractions above 0 that add up to 1",
                                                .got = "{" + text + "}",
                                                .fix = "give one for each part, as in {.8, .2}"});
  auto left = static_cast<std::int64_t>(size);
  for (double const fraction : fractions) {
    lengths.push_back(static_cast<std::int64_t>(fraction * static_cast<double>(size)));
    left -= lengths.back();
  }
  for (std::size_t i = 0; left > 0; ++i, --left) ++lengths[i % lengths.size()];
  return lengths;
}

FASTXX_INLINE std::vector<std::vector<std::int64_t>> random_parts(std::size_t size, PartSizes const& sizes,
                                                                  std::optional<std::uint64_t> seed) {
  auto const lengths = sizes.fractions.empty() ? sizes.lengths : part_lengths(sizes.fractions, size);
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
