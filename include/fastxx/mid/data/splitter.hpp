#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fastxx {

/// Which items belong to which subset: 0 is for training, 1 for validation, more may follow. One list alone trains
/// without validation.
using Splits = std::vector<std::vector<std::int64_t>>;

/// The first int(valid_pct * n) of a random permutation are for validation, the rest, in its order, for training; with 0
/// there is no validation.
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

 private:
  Splits split(std::int64_t n) const;
  Tensor permutation(std::int64_t n) const;
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

#if FASTXX_BODIES
#include <fastxx/mid/data/splitter.ipp>
#endif
