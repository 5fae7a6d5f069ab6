#pragma once

#include <fastxx/low/plot/lines.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

// The points of one series or mark, and how gnuplot draws them.
struct PlottedPoints {
  std::vector<std::pair<double, double>> points;
  std::string style, name;
};

// What the data need on one axis.
struct Extent {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  bool whole = true;

  void include(double value) {
    if (std::isnan(value)) return;
    low = std::min(low, value), high = std::max(high, value);
    whole = whole && value == std::floor(value);
  }
};

// A number, not beyond all measure, and on a logarithmic axis positive.
inline bool is_shown(double value, bool log) { return std::abs(value) < 1e300 && (!log || value > 1e-300); }

FASTXX_INLINE std::vector<std::pair<double, double>> drawn_points(Series const& series,
                                                                  LinePlotOptions const& options) {
  double constexpr gap = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<double, double>> points;
  std::size_t const count = series.y.size(), part = count > 4000 ? (count + 999) / 1000 : 1;
  auto const x_at = [&](std::size_t i) { return series.x.empty() ? static_cast<double>(i) : series.x[i]; };
  for (std::size_t begin = 0; begin < count; begin += part) {
    std::size_t const end = std::min(begin + part, count);
    std::size_t low = end, high = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (!is_shown(x_at(i), options.x_log) || !is_shown(series.y[i], options.y_log)) continue;
      if (low == end || series.y[i] < series.y[low]) low = i;
      if (high == end || series.y[i] > series.y[high]) high = i;
    }
    if (low == end) {
      points.emplace_back(gap, gap);
      continue;
    }
    auto const [first, second] = std::minmax(low, high);
    points.emplace_back(x_at(first), series.y[first]);
    if (second != first) points.emplace_back(x_at(second), series.y[second]);
  }
  return points;
}

inline std::vector<PlottedPoints> plotted_points(std::vector<Series> const& lines, LinePlotOptions const& options) {
  std::vector<PlottedPoints> plotted;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Series const& series = lines[i];
    if (!series.x.empty() && series.x.size() != series.y.size())
      throw data_error("plot.series", {.call = "plot_lines",
                                       .expected = "as many x as y",
                                       .got = {series.x.size(), " and ", series.y.size()},
                                       .where = {"series '", series.name, "'"}});
    auto points = drawn_points(series, options);
    bool const few = points.size() <= 25;  // a handful of epochs: the points matter, and a single one has no line
    std::string style =
        join({few ? "linespoints pointtype 7 pointsize 0.6" : "lines",
              points.size() > 500 ? " linewidth 1.3" : " linewidth 2", " linecolor ", gnuplot_colour(line_colour(i))});
    plotted.push_back({std::move(points), std::move(style), series.name});
  }
  for (Mark const& mark : options.marks)
    plotted.push_back({drawn_points({.x = {mark.x}, .y = {mark.y}}, options),
                       "points pointtype 7 pointsize 1.4 linecolor " + gnuplot_colour(mark.colour), mark.label});
  return plotted;
}

// What gnuplot does not do by itself: a range where there are no data, no halves between the first few batches, and on a
// logarithmic axis of less than two decades more numbers than the powers of ten.
inline std::string axis_commands(std::string_view axis, bool log, Extent const& extent) {
  std::string commands = log ? join({"set logscale ", axis, "\n"}) : "";
  if (extent.low > extent.high) return join({commands, "set ", axis, log ? "range [0.1:1]\n" : "range [0:1]\n"});
  if (!log && extent.whole && extent.high - extent.low < 6) return join({"set ", axis, "tics 1\n"});
  if (log && extent.high / extent.low < 100)
    return join({commands, "set for [i=", static_cast<int>(std::floor(std::log10(extent.low))), ":",
                 static_cast<int>(std::ceil(std::log10(extent.high))), "] ", axis,
                 "tics add (2*10.0**i, 5*10.0**i)\n"});
  return log ? join({commands, "set format ", axis, " '10^{%T}'\n"}) : commands;
}

inline std::string line_plot_style(LinePlotOptions const& options) {
  return join({"set border 3 linecolor rgb '#9ca3af'\nset grid linetype 1 linecolor ", gnuplot_colour(colours::faint),
               "\nset tics nomirror out scale 0.6,0.3 ", gnuplot_font(12), " textcolor ", gnuplot_colour(colours::grey),
               "\nset format '%.9g'\nset key below center horizontal Left reverse samplen 2 height 1 spacing 1.2 "
               "noenhanced textcolor ",
               gnuplot_colour(colours::ink), "\nset autoscale fix\n",
               "set offsets graph 0.02, graph 0.02, graph 0.05, graph 0.05\nset title ",
               gnuplot_text(options.title, options.width_px - 100, 18), "\nset xlabel ",
               gnuplot_text(options.x_label, options.width_px - 100), "\nset ylabel ",
               gnuplot_text(options.y_label, options.height_px - 100), "\n"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_lines(std::vector<Series> const& lines, LinePlotOptions const& options) {
  if (options.width_px < 200 || options.height_px < 150)
    throw data_error("plot.size", {.call = "plot_lines",
                                   .expected = "room for the axes and their labels, 200 x 150 pixels",
                                   .got = {options.width_px, " x ", options.height_px},
                                   .fix = "make width_px and height_px larger"});
  std::string data, plot = "plot NaN notitle";  // axes alone where there are no points
  detail::Extent x, y;
  std::size_t count = 0;
  for (auto const& plotted : detail::plotted_points(lines, options)) {
    std::string const block = detail::join({"$points", count++});
    data += block + " << END\n";
    for (auto const& point : plotted.points) {
      x.include(point.first), y.include(point.second);
      data += detail::number(point.first) + " " + detail::number(point.second) + "\n";
    }
    data += "END\n";
    plot += detail::join({", ", block, " with ", plotted.style, " title ",
                          detail::gnuplot_string(shortened_text(plotted.name, 300, 13))});
  }
  return Figure(options.width_px, options.height_px,
                detail::join({detail::line_plot_style(options), detail::axis_commands("x", options.x_log, x),
                              detail::axis_commands("y", options.y_log, y), data, plot}));
}

}  // namespace fastxx
