#pragma once

#include <cstdint>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

namespace fastxx {

/// Which items belong to which subset: 0 is for training, 1 for validation, more may follow.
using Splits = std::vector<std::vector<std::int64_t>>;

/// The first int(valid_pct * n) of a random permutation are for validation, the rest for training.
///
/// With a seed the split is the one fastai makes with the same seed; torch's global generator is left alone.
/// Errors:  data_error [random_splitter.pct] for a fraction outside [0, 1]
/// Source:  fastai 2.7.18 data/transforms.py RandomSplitter (TR-16); differs: does not reseed the global generator
/// Example: examples/doc/datasets.cpp
struct RandomSplitter {
  double valid_pct = 0.2;
  std::optional<std::uint64_t> seed = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    return split(static_cast<std::int64_t>(items.size()));
  }

  Splits split(std::int64_t n) const {
    if (!(valid_pct >= 0 && valid_pct <= 1))
      throw data_error("random_splitter.pct", {.call = "RandomSplitter",
                                               .expected = "valid_pct between 0 and 1",
                                               .got = std::to_string(valid_pct),
                                               .fix = "give a fraction, not a percentage"});
    auto const n_valid = static_cast<std::int64_t>(valid_pct * static_cast<double>(n));
    Tensor const order = permutation(n);
    auto const* first = order.data_ptr<std::int64_t>();
    return {{first + n_valid, first + n}, {first, first + n_valid}};
  }

 private:
  Tensor permutation(std::int64_t n) const {
    auto const options = at::TensorOptions().dtype(at::kLong);
    if (!seed) return at::randperm(n, options);
    auto generator = at::globalContext().defaultGenerator(at::kCPU).clone();
    generator.set_current_seed(*seed);
    return at::randperm(n, generator, options);
  }
};

/// Everything for training, the given items for validation.
///
/// Source:  fastai 2.7.18 data/transforms.py IndexSplitter
/// Example: examples/doc/datasets.cpp
struct IndexSplitter {
  std::vector<std::int64_t> valid = {};

  template <class Items>
  Splits operator()(Items const& items) const {
    std::vector<char> is_valid(items.size(), 0);
    for (auto index : valid) {
      if (index < 0 || index >= static_cast<std::int64_t>(items.size()))
        throw data_error("index_splitter.range", {.call = "IndexSplitter",
                                                  .expected = "indices below " + std::to_string(items.size()),
                                                  .got = std::to_string(index),
                                                  .fix = "check the list of validation items"});
      is_valid[static_cast<std::size_t>(index)] = 1;
    }
    Splits splits{{}, valid};
    for (std::size_t i = 0; i < is_valid.size(); ++i)
      if (!is_valid[i]) splits[0].push_back(static_cast<std::int64_t>(i));
    return splits;
  }
};

}  // namespace fastxx
