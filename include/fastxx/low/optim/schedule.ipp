#pragma once

#include <fastxx/low/optim/schedule.hpp>

#include <cmath>
#include <numbers>

namespace fastxx {

FASTXX_INLINE double SchedCos::operator()(double pos) const {
  return start + (1 + std::cos(std::numbers::pi * (1 - pos))) * (end - start) / 2;
}

FASTXX_INLINE CombinedSched<SchedCos, SchedCos> combined_cos(double pct, CosValues v) {
  return combine_scheds({pct, 1 - pct}, SchedCos{v.start, v.middle}, SchedCos{v.middle, v.end});
}

}  // namespace fastxx
