#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/axis.hpp>
#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/plot/text.hpp>

#include <cstddef>
#include <string>
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

/// A point that the plot should draw attention to.
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

struct Rectangle {
  double left = 0, top = 0, right = 0, bottom = 0;

  bool meets(Rectangle const& other) const;
  bool has(double x, double y) const { return x >= left && x <= right && y >= top && y <= bottom; }
  bool inside(Rectangle const& other) const { return other.has(left, top) && other.has(right, bottom); }
};

// The place of one name in the legend.
struct LegendEntry {
  std::string name;
  std::size_t series;
  double x_px, y_px;
};

// The axes, what is left of the figure for them, and the way from data to pixels.
struct LineLayout {
  Axis x, y;
  std::vector<Tick> x_ticks = {}, y_ticks = {};
  std::vector<LegendEntry> legend = {};
  Rectangle plot = {};
  double title_y = 0;

  double x_px(double value) const { return plot.left + x.position(value) * (plot.right - plot.left); }
  double y_px(double value) const { return plot.bottom - y.position(value) * (plot.bottom - plot.top); }
};

LineLayout line_layout(std::vector<Series> const& lines, LinePlotOptions const& options);

// The points worth drawing: of long series the lowest and the highest in each of a thousand parts, because more cannot
// be told apart and a million of them costs minutes. What cannot be shown comes back as a gap.
std::vector<std::pair<double, double>> drawn_points(LineLayout const& layout, Series const& series);

// The place around a mark where its label hides the least; near is better than far. Empty when there is none.
Rectangle label_place(LineLayout const& layout, std::vector<Series> const& lines, Mark const& mark,
                      std::vector<Rectangle> const& taken);

}  // namespace detail

/// Lines in one pair of axes, with a legend above them and marked points.
///
/// Values that are no numbers, and what a logarithmic axis cannot show, leave gaps. Labels of marks look for a free
/// place.
/// Units:   pixels for sizes
/// Errors:  data_error [plot.series] when x and y differ in length, [plot.size]
/// Source:  own design
Figure plot_lines(std::vector<Series> const& lines, LinePlotOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/lines.ipp>
#endif
