#pragma once

#include <fastxx/low/patch/changes.hpp>

namespace fastxx {

FASTXX_INLINE void Changes::undo() {
  suspend();
  swaps_.clear();
}

FASTXX_INLINE void Changes::suspend() {
  for (auto swap = swaps_.rbegin(); swap != swaps_.rend(); ++swap) (*swap)();
}

FASTXX_INLINE void Changes::resume() {
  for (auto const& swap : swaps_) swap();
}

}  // namespace fastxx
