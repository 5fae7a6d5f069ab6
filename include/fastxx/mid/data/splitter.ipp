#pragma once

#include <fastxx/mid/data/splitter.hpp>

#include <cstdint>
#include <string>

namespace fastxx {

FASTXX_INLINE Splits RandomSplitter::split(std::int64_t n) const {
  if (!(valid_pct >= 0 && valid_pct <= 1))
    throw data_error("random_splitter.pct", {.call = "RandomSplitter",
                                             .expected = "valid_pct between 0 and 1",
                                             .got = std::to_string(valid_pct),
                                             .fix = "give a fraction, not a percentage"});
  auto const n_valid = static_cast<std::int64_t>(valid_pct * static_cast<double>(n));
  Tensor const order = permutation(n);
  auto const* first = order.data_ptr<std::int64_t>();
  Splits splits{{first + n_valid, first + n}};
  // A fraction that is too small for so few items is a mistake, and is refused where the subset is used.
  if (valid_pct > 0) splits.emplace_back(first, first + n_valid);
  return splits;
}

FASTXX_INLINE Tensor RandomSplitter::permutation(std::int64_t n) const {
  auto const options = at::TensorOptions().dtype(at::kLong);
  if (!seed) return at::randperm(n, options);
  auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
  generator.set_current_seed(*seed);
  return at::randperm(n, generator, options);
}

}  // namespace fastxx
