#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/core/error.hpp>
#include <string>

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
inline L<double> even_mults(EvenMults const& of) {
  bool const one_sign = (of.start > 0 && of.stop > 0) || (of.start < 0 && of.stop < 0);  // a product may be 0
  if (!one_sign || of.n < 1)
    throw data_error("even_mults.range",
                     {.call = "even_mults",
                      .expected = "start and stop of one sign, neither of them 0, and n of at least 1",
                      .got = "start " + repr(of.start) + ", stop " + repr(of.stop) + ", n " + std::to_string(of.n)});
  if (of.n == 1) return L<double>{of.stop};
  double const step = std::pow(of.stop / of.start, 1.0 / static_cast<double>(of.n - 1));
  return L<std::int64_t>::range(of.n).map(
      [&](std::int64_t i) { return of.start * std::pow(step, static_cast<double>(i)); });
}

/// Settings of round_multiple.
struct RoundOptions {
  bool round_down = false;  ///< to the multiple below instead of the nearest one
};

/// The multiple of `mult` that is nearest to x (of two, the even one).
///
/// Errors:  data_error [round_multiple.mult] for a multiple of 0, [round_multiple.range] where no 64-bit integer is it
/// Source:  fastai 2.7.18 torch_core.py round_multiple
/// Example: examples/doc/list.cpp
inline std::int64_t round_multiple(double x, std::int64_t mult, RoundOptions options = {}) {
  if (mult == 0)
    throw data_error("round_multiple.mult", {.call = "round_multiple", .expected = "a multiple", .got = "0"});
  double const times = x / static_cast<double>(mult);
  double const rounded = options.round_down ? std::floor(times) : std::nearbyint(times);
  if (!(std::abs(rounded * static_cast<double>(mult)) < 0x1p63))  // NaN, too
    throw data_error("round_multiple.range",
                     {.call = "round_multiple", .expected = "a number below 2^63", .got = repr(x)});
  return static_cast<std::int64_t>(rounded) * mult;
}

}  // namespace fastxx
