#pragma once

#include <fastxx/mid/train/batch.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace fastxx::detail {

FASTXX_INLINE std::string loader_text(std::int64_t batches, std::size_t items, std::int64_t batch_size, bool shuffle,
                                      std::uint64_t seed) {
  return std::to_string(batches) + " batches of " + std::to_string(batch_size) + " from " + std::to_string(items) +
         " items, " + (shuffle ? "shuffled, " : "") + "seed " + std::to_string(seed);
}

FASTXX_INLINE std::string loader_text(std::int64_t batches) {
  return std::to_string(batches) + " batches of a foreign loader";
}

}  // namespace fastxx::detail
