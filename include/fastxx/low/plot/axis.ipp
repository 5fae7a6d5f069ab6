#pragma once

#include <fastxx/low/plot/axis.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/plot/fonts.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void Axis::include(double value) {
  if (!shows(value)) return;
  low = std::min(low, value), high = std::max(high, value);
  whole = whole && value == std::floor(value);
}

FASTXX_INLINE double Axis::position(double value) const {
  if (log) return std::log(value / low) / std::log(high / low);
  return (value - low) / (high - low);
}

FASTXX_INLINE void Axis::pad(double share) {
  if (low > high) low = log ? 0.1 : 0, high = 1;
  if (log) {
    double const factor = low == high ? 2 : std::pow(high / low, share);
    low /= factor, high *= factor;
  } else {
    double const extra = low < high ? (high - low) * share : low == 0 ? 0.5 : std::abs(low) * 0.1;
    low -= extra, high += extra;
  }
}

// 3e-05 without the zero, 0.25 and 1500 as they are.
inline std::string short_number(double value, int digits = 6) {
  char text[40];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  std::string result = text;
  std::size_t const e = result.find('e');
  if (e == std::string::npos) return result;
  std::string const sign = result[e + 1] == '-' ? "-" : "";
  std::size_t const first = result.find_first_not_of("+-0", e + 1);
  return result.substr(0, e) + "e" + sign + result.substr(first);
}

inline std::string power_of_ten(int exponent) {
  static char const* const digits[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074",
                                       "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
  if (!has_glyph(U'\u2070') || !has_glyph(U'\u207b')) return short_number(std::pow(10, exponent));
  std::string text = "10";
  if (exponent < 0) text += "\u207b";
  for (char const c : std::to_string(std::abs(exponent))) text += digits[c - '0'];
  return text;
}

FASTXX_INLINE std::vector<Tick> linear_ticks(Axis const& axis, int wanted) {
  double const rough = (axis.high - axis.low) / std::max(wanted, 1);
  double const power = std::pow(10, std::floor(std::log10(rough)));
  double step = (rough <= power ? 1 : rough <= 2 * power ? 2 : rough <= 5 * power ? 5 : 10) * power;
  if (axis.whole) step = std::max(step, 1.0);
  double const widest = std::max(std::abs(axis.low), std::abs(axis.high));
  bool const plain = widest < 1e6 && step > 0.9e-4;  // 0.5 1.0 1.5; otherwise 5e5 1e6
  int const decimals = std::max(0, -static_cast<int>(std::floor(std::log10(step) + 1e-9)));
  int const digits = std::clamp(static_cast<int>(std::ceil(std::log10(widest / step))) + 1, 1, 15);
  std::vector<Tick> ticks;
  for (double i = std::ceil(axis.low / step - 1e-9); i * step <= axis.high + 1e-9 * step; ++i) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", decimals, i * step + 0.0);
    ticks.push_back({i * step, plain ? text : i == 0 ? "0" : short_number(i * step, digits)});
  }
  return ticks;
}

FASTXX_INLINE std::vector<Tick> log_ticks(Axis const& axis, int wanted) {
  int const first = static_cast<int>(std::floor(std::log10(axis.low)));
  int const last = static_cast<int>(std::ceil(std::log10(axis.high)));
  int const every = std::max(1, (last - first + wanted - 1) / std::max(wanted, 1));
  double const decades = std::log10(axis.high / axis.low);
  if (decades < 0.5) return linear_ticks(axis, wanted);
  std::vector<Tick> ticks;
  for (int exponent = first; exponent <= last; ++exponent)
    for (int factor = 1; factor < 10; ++factor) {
      double const value = factor * std::pow(10, exponent);
      if (value < axis.low || value > axis.high) continue;
      if (factor == 1 && (exponent - first) % every == 0)
        ticks.push_back({value, decades < 2 ? short_number(value) : power_of_ten(exponent)});
      else if (decades < 2 && (factor == 2 || factor == 5))
        ticks.push_back({value, short_number(value)});
      else if (every == 1)
        ticks.push_back({value, ""});
    }
  return ticks;
}

FASTXX_INLINE std::vector<Tick> ticks_of(Axis const& axis, int wanted) {
  return axis.log ? log_ticks(axis, wanted) : linear_ticks(axis, wanted);
}

FASTXX_INLINE std::string gnuplot_ticks(std::vector<Tick> const& ticks) {
  std::string list;
  for (Tick const& tick : ticks)
    list += join({list.empty() ? "(" : ", ", gnuplot_string(tick.label), " ", number(tick.value),
                  tick.label.empty() ? " 1" : " 0"});
  return list.empty() ? "()" : list + ")";
}

}  // namespace fastxx::detail
