#pragma once

#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <cstdint>

namespace fastxx {

/// Settings of even_mults: n numbers from start to stop.
struct EvenMults {
  double start;
  double stop;
  std::int64_t n;
};

/// Numbers of which each is the same multiple of the one before: `even_mults({.start = 1, .stop = 8, .n = 4})` is
/// 1, 2, 4, 8; a single one is `stop`.
///
/// Errors:  data_error [even_mults.range] unless start and stop have one sign and n is at least 1
/// Source:  fastcore 1.7.28 basics.py even_mults; differs: always a list, there n = 1 gives a number
/// Example: examples/doc/list.cpp
L<double> even_mults(EvenMults const& of);

/// Settings of round_multiple.
struct RoundOptions {
  bool round_down = false;  ///< to the multiple below instead of the nearest one
};

/// The multiple of `mult` that is nearest to x (of two, the even one).
///
/// Errors:  data_error [round_multiple.mult] for a multiple of 0, [round_multiple.range] where no 64-bit integer is it
/// Source:  fastai 2.7.18 torch_core.py round_multiple
/// Example: examples/doc/list.cpp
std::int64_t round_multiple(double x, std::int64_t mult, RoundOptions options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/collection/numbers.ipp>
#endif
