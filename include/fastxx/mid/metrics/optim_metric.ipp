#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/metrics/optim_metric.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace fastxx::detail {

// The three lowest points so far, best first, inside of [low, high]: Brent's method (1973).
struct LowestPoints {
  struct Point {
    double x = 0, y = 0;
  };
  double low, high;
  Point best, second, third;
  double step = 0, step_before = 0;

  // The vertex of the parabola through the three, when it lies inside and halves the steps; else nothing changes.
  bool parabola(double tol) {
    double const r = (best.x - second.x) * (best.y - third.y), q = (best.x - third.x) * (best.y - second.y);
    double const down = 2 * (q - r), across = (best.x - third.x) * q - (best.x - second.x) * r;
    double const shift = down != 0 ? -across / down : std::numeric_limits<double>::infinity();
    double const x = best.x + shift;
    if (!(std::abs(shift) < std::abs(step_before / 2)) || x <= low || x >= high) return false;
    step_before = std::exchange(step, shift);
    if (x - low < 2 * tol || high - x < 2 * tol) step = best.x < (low + high) / 2 ? tol : -tol;
    return true;
  }
  void golden_section() {
    step_before = (best.x < (low + high) / 2 ? high : low) - best.x;
    step = (3 - std::sqrt(5.)) / 2 * step_before;
  }
  void take_in(Point now) {
    if (now.y <= best.y) {
      (now.x >= best.x ? low : high) = best.x;
      third = std::exchange(second, std::exchange(best, now));
    } else {
      (now.x < best.x ? low : high) = now.x;
      if (now.y <= second.y || second.x == best.x)
        third = std::exchange(second, now);
      else if (now.y <= third.y || third.x == best.x || third.x == second.x)
        third = now;
    }
  }
};

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Optimum optimum(std::function<double(double)> const& function, OptimOptions const& options) {
  if (!(options.low < options.high) || !(options.tol > 0))
    throw state_error("metric.bounds", {.call = "optim_metric",
                                        .expected = "a .low below .high and a .tol above 0",
                                        .got = std::to_string(options.low) + ", " + std::to_string(options.high) +
                                               " and " + std::to_string(options.tol),
                                        .fix = "say {.low = 0.1, .high = 0.9}"});
  double const sign = options.do_neg ? -1 : 1;
  auto const at = [&](double x) { return detail::LowestPoints::Point{x, sign * function(x)}; };
  auto const start = at(options.low + (3 - std::sqrt(5.)) / 2 * (options.high - options.low));
  detail::LowestPoints points{options.low, options.high, start, start, start};
  for (int round = 0; round < 500; ++round) {
    double const tol = std::sqrt(std::numeric_limits<double>::epsilon()) * std::abs(points.best.x) + options.tol / 3;
    double const middle = (points.low + points.high) / 2;
    if (std::abs(points.best.x - middle) <= 2 * tol - (points.high - points.low) / 2) break;
    if (std::abs(points.step_before) <= tol || !points.parabola(tol)) points.golden_section();
    double const step = std::abs(points.step) >= tol ? points.step : std::copysign(tol, points.step);
    points.take_in(at(points.best.x + step));
  }
  return {sign * points.best.y, points.best.x};
}

}  // namespace fastxx
