#pragma once

#include <fastxx/low/plot/lines.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE bool Rectangle::meets(Rectangle const& other) const {
  return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
}

inline double x_at(Series const& series, std::size_t i) {
  return series.x.empty() ? static_cast<double>(i) : series.x[i];
}

inline void include_data(LineLayout& layout, std::vector<Series> const& lines, std::vector<Mark> const& marks) {
  auto const include = [&](double x, double y) {
    if (layout.x.shows(x) && layout.y.shows(y)) layout.x.include(x), layout.y.include(y);
  };
  for (Series const& series : lines) {
    if (!series.x.empty() && series.x.size() != series.y.size())
      throw data_error("plot.series", {.call = "plot_lines",
                                       .expected = "as many x as y",
                                       .got = {series.x.size(), " and ", series.y.size()},
                                       .where = {"series '", series.name, "'"}});
    for (std::size_t i = 0; i < series.y.size(); ++i) include(x_at(series, i), series.y[i]);
  }
  for (Mark const& mark : marks) include(mark.x, mark.y);
  layout.x.pad(0.02);
  layout.y.pad(0.05);
}

// Names from left to right, on as many rows as they need; the height of all rows.
inline double place_legend(LineLayout& layout, std::vector<Series> const& lines, double left, double right,
                           double top) {
  double constexpr row = 22, sample = 30, gap = 22;
  double x = left, y = top + row / 2;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].name.empty()) continue;
    std::string const name = shortened_text(lines[i].name, std::min(300.0, right - left - sample), 13);
    double const width = sample + text_width_px(name, 13);
    if (x > left && x + width > right) x = left, y += row;
    layout.legend.push_back({name, i, x, y});
    x += width + gap;
  }
  return layout.legend.empty() ? 0 : y + row / 2 - top + 6;
}

FASTXX_INLINE LineLayout line_layout(std::vector<Series> const& lines, LinePlotOptions const& options) {
  LineLayout layout;
  layout.x.log = options.x_log;
  layout.y.log = options.y_log;
  include_data(layout, lines, options.marks);
  double top = 16;
  layout.title_y = top + 12;
  if (!options.title.empty()) top += 36;
  layout.plot.bottom = options.height_px - 14 - 22 - (options.x_label.empty() ? 0 : 26);
  layout.y_ticks = ticks_of(layout.y, std::max(2, static_cast<int>(layout.plot.bottom - top) / 60));
  double widest = 0;
  for (Tick const& tick : layout.y_ticks) widest = std::max(widest, text_width_px(tick.label, 12));
  layout.plot.left = 16 + (options.y_label.empty() ? 0 : 26) + widest + 10;
  layout.plot.right = options.width_px - 28;
  layout.x_ticks = ticks_of(
      layout.x, std::max(2, static_cast<int>(layout.plot.right - layout.plot.left) / (layout.x.log ? 65 : 90)));
  layout.plot.top = top + place_legend(layout, lines, layout.plot.left, layout.plot.right, top) + 6;
  if (layout.plot.right - layout.plot.left < 60 || layout.plot.bottom - layout.plot.top < 40)
    throw data_error("plot.size", {.call = "plot_lines",
                                   .expected = "room for the axes beside their labels",
                                   .got = {options.width_px, " x ", options.height_px},
                                   .fix = "make width_px and height_px larger"});
  return layout;
}

inline void draw_axes(Figure& figure, LineLayout const& layout) {
  auto const side = [&](char const* name, double part) {
    figure.command({"set ", name, "margin at screen ", number(part)});
  };
  side("l", layout.plot.left / figure.width_px());
  side("r", layout.plot.right / figure.width_px());
  side("t", 1 - layout.plot.top / figure.height_px());
  side("b", 1 - layout.plot.bottom / figure.height_px());
  auto const axis = [&](char const* name, Axis const& a, std::vector<Tick> const& ticks) {
    if (a.log) figure.command({"set logscale ", name});
    figure.command({"set ", name, "range [", number(a.low), ":", number(a.high), "]"});
    figure.command({"set ", name, "tics nomirror out scale 0.6,0.3 font ", Figure::font(12), " textcolor rgb ",
                    gnuplot_colour(colours::grey), " ", gnuplot_ticks(ticks)});
  };
  figure.command({"set border 3 linecolor rgb ", gnuplot_colour({156, 163, 175})});
  figure.command({"set grid xtics ytics back linetype 1 linewidth 1 linecolor rgb ", gnuplot_colour(colours::faint)});
  axis("x", layout.x, layout.x_ticks);
  axis("y", layout.y, layout.y_ticks);
}

inline void append_point(std::string& bytes, double x, double y) {
  double const point[2] = {x, y};
  bytes.append(reinterpret_cast<char const*>(point), sizeof point);
}

FASTXX_INLINE std::vector<std::pair<double, double>> drawn_points(LineLayout const& layout, Series const& series) {
  double constexpr gap = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::pair<double, double>> points;
  std::size_t const count = series.y.size(), part = count > 4000 ? (count + 999) / 1000 : 1;
  auto const shown = [&](std::size_t i) { return layout.x.shows(x_at(series, i)) && layout.y.shows(series.y[i]); };
  for (std::size_t begin = 0; begin < count; begin += part) {
    std::size_t const end = std::min(begin + part, count);
    std::size_t low = end, high = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (!shown(i)) continue;
      if (low == end || series.y[i] < series.y[low]) low = i;
      if (high == end || series.y[i] > series.y[high]) high = i;
    }
    if (low == end) {
      points.emplace_back(gap, gap);
      continue;
    }
    auto const [first, second] = std::minmax(low, high);
    points.emplace_back(x_at(series, first), series.y[first]);
    if (second != first) points.emplace_back(x_at(series, second), series.y[second]);
  }
  return points;
}

inline void draw_series(Figure& figure, std::vector<std::pair<double, double>> const& points, Colour colour) {
  if (points.empty()) return;
  std::string bytes;
  for (auto const& [x, y] : points) append_point(bytes, x, y);
  bool const few = points.size() <= 25;  // a handful of epochs: the points matter, and a single one has no line
  figure.element({"'-' binary record=(", points.size(), ") format='%double%double' using 1:2 with ",
                  few ? "linespoints pointtype 7 pointsize 0.6" : "lines",
                  points.size() > 500 ? " linewidth 1.3" : " linewidth 2", " linecolor rgb ", gnuplot_colour(colour)},
                 bytes);
}

// How much a label at `place` would hide: other labels are out of the question, lines count by their share.
inline double hidden_by(Rectangle const& place, LineLayout const& layout, std::vector<Series> const& lines,
                        std::vector<Rectangle> const& taken) {
  double cost = place.inside(layout.plot) ? 0 : 1e9;
  for (Rectangle const& other : taken) cost += place.meets(other) ? 1e6 : 0;
  for (Series const& series : lines) {
    auto const points = drawn_points(layout, series);
    for (auto const& [x, y] : points)  // a gap compares false
      if (place.has(layout.x_px(x), layout.y_px(y))) cost += 1000.0 / static_cast<double>(points.size());
  }
  return cost;
}

FASTXX_INLINE Rectangle label_place(LineLayout const& layout, std::vector<Series> const& lines, Mark const& mark,
                                    std::vector<Rectangle> const& taken) {
  static constexpr std::array<std::pair<int, int>, 8> directions{
      {{0, -1}, {1, -1}, {-1, -1}, {1, 0}, {-1, 0}, {0, 1}, {1, 1}, {-1, 1}}};
  double const width = text_width_px(mark.label, 13) + 4, height = 20;
  double const x = layout.x_px(mark.x), y = layout.y_px(mark.y);
  Rectangle best{};
  double least = std::numeric_limits<double>::infinity();
  for (double const distance : {10.0, 28.0, 50.0, 76.0, 108.0, 150.0})
    for (auto const& [dx, dy] : directions) {
      double const left = x + dx * distance + (dx - 1) / 2.0 * width, top = y + dy * distance + (dy - 1) / 2.0 * height;
      Rectangle const place{left, top, left + width, top + height};
      double const cost = distance / 10 + hidden_by(place, layout, lines, taken);
      if (cost < least && cost < 1e6) least = cost, best = place;
    }
  return best;
}

inline void draw_marks(Figure& figure, LineLayout const& layout, std::vector<Series> const& lines,
                       std::vector<Mark> const& marks) {
  std::vector<Rectangle> taken;
  auto const shown = [&](Mark const& mark) { return layout.x.shows(mark.x) && layout.y.shows(mark.y); };
  for (Mark const& mark : marks) {
    if (!shown(mark)) continue;
    std::string bytes;
    append_point(bytes, mark.x, mark.y);
    figure.element(
        {"'-' binary record=(1) format='%double%double' using 1:2 with points pointtype 7 pointsize 1.4 linecolor rgb ",
         gnuplot_colour(mark.colour)},
        bytes);
    double const x = layout.x_px(mark.x), y = layout.y_px(mark.y);
    taken.push_back({x - 7, y - 7, x + 7, y + 7});
  }
  for (Mark mark : marks) {
    if (!shown(mark) || mark.label.empty()) continue;
    mark.label = shortened_text(mark.label, (layout.plot.right - layout.plot.left) * 0.45, 13);
    Rectangle const place = label_place(layout, lines, mark, taken);
    if (place.right <= place.left) continue;  // better no label than two in one place
    taken.push_back(place);
    figure.text(mark.label, {.x_px = (place.left + place.right) / 2,
                             .y_px = (place.top + place.bottom) / 2,
                             .colour = mark.colour,
                             .align = TextStyle::Align::centre,
                             .boxed = true});
  }
}

inline void draw_words(Figure& figure, LineLayout const& layout, LinePlotOptions const& options) {
  using Align = TextStyle::Align;
  for (LegendEntry const& entry : layout.legend) {
    figure.line(entry.x_px, entry.y_px, entry.x_px + 22, entry.y_px, line_colour(entry.series), 3);
    figure.text(entry.name, {.x_px = entry.x_px + 30, .y_px = entry.y_px});
  }
  double const centre_x = (layout.plot.left + layout.plot.right) / 2,
               centre_y = (layout.plot.top + layout.plot.bottom) / 2;
  double const width = layout.plot.right - layout.plot.left, height = layout.plot.bottom - layout.plot.top;
  double const size_px = fitting_size_px({options.title}, width, 18, 12);
  figure.text(shortened_text(options.title, width, size_px),
              {.x_px = layout.plot.left, .y_px = layout.title_y, .size_px = size_px});
  figure.text(shortened_text(options.x_label, width, 13),
              {.x_px = centre_x, .y_px = options.height_px - 20.0, .align = Align::centre});
  figure.text(shortened_text(options.y_label, height, 13),
              {.x_px = 20, .y_px = centre_y, .align = Align::centre, .upwards = true});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_lines(std::vector<Series> const& lines, LinePlotOptions const& options) {
  detail::LineLayout const layout = detail::line_layout(lines, options);
  Figure figure(options.width_px, options.height_px);
  detail::draw_axes(figure, layout);
  for (std::size_t i = 0; i < lines.size(); ++i)
    detail::draw_series(figure, detail::drawn_points(layout, lines[i]), detail::line_colour(i));
  detail::draw_marks(figure, layout, lines, options.marks);
  if (figure.empty()) figure.element({"NaN"}, "");  // axes alone
  detail::draw_words(figure, layout, options);
  return figure;
}

}  // namespace fastxx
