#pragma once

#include <fastxx/low/core/random.hpp>

namespace fastxx {

/// Which subset an item belongs to; `none` when the caller did not say.
struct Split {
  static constexpr int none = -1;
  static constexpr int train = 0;
  static constexpr int valid = 1;
};

/// What a caller tells the transforms about the item: its subset, and the stream random transforms draw from.
///
/// Source:  fastcore 1.7.28 transform.py (split_idx); the stream is our own design
/// Example: examples/doc/transform.cpp
struct CallContext {
  int split_idx = Split::none;
  Random* random = nullptr;
};

}  // namespace fastxx
