#pragma once

#include <fastxx/low/collection/numbers.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE L<double> even_mults(EvenMults const& of) {
  bool const one_sign = (of.start > 0 && of.stop > 0) || (of.start < 0 && of.stop < 0);  // a product may be 0
  if (!one_sign || of.n < 1)
    throw data_error("even_mults.range",
                     {.call = "even_mults",
                      .expected = "start and stop of one sign, neither of them 0, and n of at least 1",
                      .got = "start " + repr(of.start) + ", stop " + repr(of.stop) + ", n " + std::to_string(of.n)});
  if (of.n == 1) return L<double>{of.stop};
  double const step = std::pow(of.stop / of.start, 1.0 / static_cast<double>(of.n - 1));
  std::vector<double> mults;
  for (std::int64_t i = 0; i < of.n; ++i) mults.push_back(of.start * std::pow(step, static_cast<double>(i)));
  return L<double>(std::move(mults));
}

FASTXX_INLINE std::int64_t round_multiple(double x, std::int64_t mult, RoundOptions options) {
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
