#pragma once

#include <fastxx/mid/data/skipped.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

namespace fastxx {

FASTXX_INLINE void SkippedItems::add(std::int64_t index, std::string text) {
  indices.push_back(index);
  if (first.size() < most_texts) first.push_back(std::move(text));
}

FASTXX_INLINE void SkippedItems::add(SkippedItems const& more) {
  indices.insert(indices.end(), more.indices.begin(), more.indices.end());
  for (auto const& one : more.first)
    if (first.size() < most_texts) first.push_back(one);
  batches += more.batches;
}

FASTXX_INLINE std::string SkippedItems::text() const {
  std::string all = std::to_string(count()) + (count() == 1 ? " item was left out" : " items were left out");
  if (batches > 0) all += ", and " + std::to_string(batches) + (batches == 1 ? " batch" : " batches") + " with them";
  for (auto const& one : first) all += "\n  " + one;
  if (count() > first.size()) all += "\n  and " + std::to_string(count() - first.size()) + " more";
  return all;
}

}  // namespace fastxx
