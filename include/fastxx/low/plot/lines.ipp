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

FASTXX_INLINE void Extent::include(double value) {
  if (std::isnan(value)) return;
  low = std::min(low, value), high = std::max(high, value);
  whole = whole && value == std::floor(value);
}

// The value where it is drawn: between the largest and the smallest numbers that gnuplot can leave room around. What has
// no place is NaN, a gap: infinity, and on a logarithmic axis what is not positive.
inline double placed(double value, bool log) {
  double constexpr largest = 1e300, smallest = 1e-300;
  if (!std::isfinite(value) || (log && value <= 0)) return std::numeric_limits<double>::quiet_NaN();
  if (std::abs(value) < smallest) return log ? smallest : 0;
  return std::clamp(value, -largest, largest);
}

FASTXX_INLINE std::vector<std::pair<double, double>> drawn_points(Series const& series,
                                                                  LinePlotOptions const& options) {
  double constexpr gap = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<double, double>> points;
  std::size_t const count = series.y.size(), part = count > 4000 ? (count + 999) / 1000 : 1;
  auto const x_at = [&](std::size_t i) {
    return placed(series.x.empty() ? static_cast<double>(i) : series.x[i], options.x_log);
  };
  auto const y_at = [&](std::size_t i) { return placed(series.y[i], options.y_log); };
  for (std::size_t begin = 0; begin < count; begin += part) {
    std::size_t const end = std::min(begin + part, count);
    std::size_t low = end, high = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (std::isnan(x_at(i)) || std::isnan(y_at(i))) continue;
      if (low == end || series.y[i] < series.y[low]) low = i;
      if (high == end || series.y[i] > series.y[high]) high = i;
    }
    if (low == end) {
      points.emplace_back(gap, gap);
      continue;
    }
    auto const [first, second] = std::minmax(low, high);
    points.emplace_back(x_at(first), y_at(first));
    if (second != first) points.emplace_back(x_at(second), y_at(second));
  }
  return points;
}

FASTXX_INLINE void check_series(char const* call, Series const& series) {
  if (!series.x.empty() && series.x.size() != series.y.size())
    throw data_error("plot.series", {.call = call,
                                     .expected = "as many x as y",
                                     .got = {series.x.size(), " and ", series.y.size()},
                                     .where = {"series '", series.name, "'"}});
}

inline std::vector<PlottedPoints> plotted_points(std::vector<Series> const& lines, LinePlotOptions const& options) {
  std::vector<PlottedPoints> plotted;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Series const& series = lines[i];
    check_series("plot_lines", series);
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

// Two, four or five round numbers in a range too short for the ticks of a logarithmic axis, as "1.2, 1.4": counted, for a
// sum of steps may never get there.
inline std::string round_numbers(double low, double high) {
  double const decade = std::pow(10, std::floor(std::log10((high - low) / 2)));
  double const steps = (high - low) / decade;  // 2 to 20
  double const step = decade * (steps < 5 ? 1 : steps < 10 ? 2 : 5);
  std::string list;
  for (int i = 0; i < 6; ++i) {
    double const tick = (std::ceil(low / step) + i) * step;
    if (tick <= high) list += (list.empty() ? "" : ", ") + number(tick);
  }
  return list;
}

// At least nine digits, and as many more as tell numbers apart that differ by a part of `range`.
inline std::string tick_format(std::string_view axis, double size, double range) {
  int const digits = std::max(9, 2 + static_cast<int>(std::ceil(std::log10(size / range))));
  return join({"set format ", axis, " '%.", digits, "g'\n"});
}

// On a logarithmic axis gnuplot has ticks at the powers of ten; over less than two decades there are more.
inline std::string log_ticks(std::string_view axis, double low, double high) {
  if (high / low >= 100) return join({"set format ", axis, " '10^{%T}'\n"});
  if (high / low < 3)
    return join({"set ", axis, "tics (", round_numbers(low, high), ")\n", tick_format(axis, high, high - low)});
  return join({"set for [i=", static_cast<int>(std::floor(std::log10(low))), ":",
               static_cast<int>(std::ceil(std::log10(high))), "] ", axis,
               "tics add (10.0**i, 2*10.0**i, 5*10.0**i)\n"});
}

// What gnuplot does not do by itself: a range where there are no data or all are one number, and no halves between the
// first few batches.
FASTXX_INLINE std::string axis_commands(std::string_view axis, bool log, Extent const& extent) {
  bool const empty = extent.low > extent.high;
  double low = empty ? (log ? 0.1 : 0) : extent.low, high = empty ? 1 : extent.high;
  double const size = std::max(std::abs(low), std::abs(high));
  if (!log && !empty && extent.whole && high - low < 6 && size < 1e15)
    return join({"set ", axis, "tics 1\n", tick_format(axis, size + 1, 1)});
  std::string commands = log ? join({"set logscale ", axis, "\n"}) : "";
  // A double has 16 digits: there are no ticks between numbers that differ in the last few.
  bool const flat = high - low <= 1e-12 * size;
  if (flat && log) low /= 2, high *= 2;
  if (flat && !log) low -= size / 50, high += size / 50;
  if (flat || empty) commands += join({"set ", axis, "range [", number(low), ":", number(high), "]\n"});
  return commands + (log ? log_ticks(axis, low, high) : tick_format(axis, size, high - low));
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

FASTXX_INLINE std::string line_plot_commands(std::vector<Series> const& lines, LinePlotOptions const& options) {
  if (options.width_px < 200 || options.height_px < 150)
    throw data_error("plot.size", {.call = "plot_lines",
                                   .expected = "room for the axes and their labels, 200 x 150 pixels",
                                   .got = {options.width_px, " x ", options.height_px},
                                   .fix = "make width_px and height_px larger"});
  std::string data, plot = "plot NaN notitle";  // axes alone where there are no points
  Extent x, y;
  std::size_t count = 0;
  for (auto const& plotted : plotted_points(lines, options)) {
    std::string const block = join({"$points", count++});
    data += block + " << END\n";
    for (auto const& point : plotted.points) {
      x.include(point.first), y.include(point.second);
      data += join({number(point.first), " ", number(point.second), "\n"});
    }
    data += "END\n";
    plot += join({", ", block, " with ", plotted.style, " title ",
                  gnuplot_string(shortened_text(plotted.name, options.width_px * 0.375, 13))});
  }
  return join({line_plot_style(options), axis_commands("x", options.x_log, x), axis_commands("y", options.y_log, y),
               data, plot});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_lines(std::vector<Series> const& lines, LinePlotOptions const& options) {
  return Figure(options.width_px, options.height_px, detail::line_plot_commands(lines, options));
}

}  // namespace fastxx
