#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/figure.hpp>

#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx {

/// One line of a plot. Values that are no numbers leave a gap.
///
/// Source:  own design
struct Series {
  std::string name = {};       ///< in the legend; empty: not there
  std::vector<double> x = {};  ///< empty: 0, 1, 2, ...
  std::vector<double> y = {};
};

/// A point that the plot should draw attention to; its label is in the legend.
///
/// Source:  own design
struct Mark {
  double x = 0, y = 0;
  std::string label = {};
  Colour colour = colours::red;
};

/// How plot_lines looks.
///
/// Units:   pixels
/// Source:  own design
struct LinePlotOptions {
  std::string title = {}, x_label = {}, y_label = {};
  bool x_log = false, y_log = false;
  std::vector<Mark> marks = {};
  int width_px = 800, height_px = 480;
};

namespace detail {

// The points worth drawing: of long series the lowest and the highest in each of a thousand parts, because more cannot
// be told apart and a million of them costs minutes. What cannot be shown comes back as a gap.
std::vector<std::pair<double, double>> drawn_points(Series const& series, LinePlotOptions const& options);

// What the data need on one axis.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  bool whole = true;

  void include(double value);
};

// Range and ticks of one axis, "x" or "y".
std::string axis_commands(std::string_view axis, bool log, Extent const& extent);

// data_error [plot.series] unless there are as many x as y.
void check_series(char const* call, Series const& series);

// What gnuplot is told for one pair of axes.
std::string line_plot_commands(std::vector<Series> const& lines, LinePlotOptions const& options);

}  // namespace detail

/// Lines in one pair of axes, with a legend below them and marked points.
///
/// Values that are no numbers, and what a logarithmic axis cannot show, leave gaps.
/// Units:   pixels for sizes
/// Errors:  data_error [plot.series] when x and y differ in length, [plot.size]
/// Source:  own design
Figure plot_lines(std::vector<Series> const& lines, LinePlotOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/lines.ipp>
#endif
