#pragma once
// Ranges and ticks: which numbers stand beside an axis, and how they are written.

#include <fastxx/low/core/bodies.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace fastxx::detail {

// One tick; an empty label makes it a small one.
struct Tick {
  double value;
  std::string label;
};

// The range of one axis in units of the data.
struct Axis {
  bool log = false;
  bool whole = true;  ///< only whole numbers so far (epochs, batches): no ticks between them
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();

  // What can be drawn: a number, not beyond all measure, and on a logarithmic axis positive.
  bool shows(double value) const { return std::abs(value) < 1e300 && (!log || value > 1e-300); }
  void include(double value);
  // 0 at the low end, 1 at the high end.
  double position(double value) const;
  // Room around the data; a single value, or none, gets a range as well.
  void pad(double share);
};

// About `wanted` round numbers: steps of 1, 2 or 5 times a power of ten.
std::vector<Tick> linear_ticks(Axis const& axis, int wanted);

// Powers of ten, with 2 and 5 between them where there are few; unnamed small ticks at the other multiples.
std::vector<Tick> log_ticks(Axis const& axis, int wanted);

std::vector<Tick> ticks_of(Axis const& axis, int wanted);

// The ticks as gnuplot wants them behind 'set xtics'.
std::string gnuplot_ticks(std::vector<Tick> const& ticks);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/plot/axis.ipp>
#endif
