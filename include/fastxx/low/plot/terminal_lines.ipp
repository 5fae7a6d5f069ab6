#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/plot/terminal_lines.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx::detail {

// A grid of characters, each of 2 x 4 dots and of the colour of the last curve in it.
class DotCanvas {
 public:
  DotCanvas(int columns, int rows)
      : columns_(columns), rows_(rows), dots_(static_cast<std::size_t>(columns * rows), 0), owners_(dots_.size(), 0) {}

  int width() const { return 2 * columns_; }
  int height() const { return 4 * rows_; }

  // y grows upwards.
  void dot(int x, int y, std::size_t owner) {
    static constexpr std::array<unsigned char, 8> bits{0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80};
    int const down = height() - 1 - y;
    auto const cell = static_cast<std::size_t>(down / 4 * columns_ + x / 2);
    dots_[cell] |= bits[static_cast<std::size_t>(down % 4 * 2 + x % 2)];
    owners_[cell] = owner;
  }

  void line(int x0, int y0, int x1, int y1, std::size_t owner) {
    int const steps = std::max({std::abs(x1 - x0), std::abs(y1 - y0), 1});
    for (int i = 0; i <= steps; ++i) {
      auto const between = [&](int a, int b) { return a + static_cast<int>(std::lround(double(b - a) * i / steps)); };
      dot(between(x0, x1), between(y0, y1), owner);
    }
  }

  std::string row(int row, bool colour) const;

 private:
  int columns_, rows_;
  std::vector<unsigned char> dots_;
  std::vector<std::size_t> owners_;
};

inline std::string_view terminal_colour(std::size_t i) {
  static constexpr std::array<std::string_view, 6> colours{"\033[34m", "\033[33m", "\033[32m",
                                                           "\033[31m", "\033[35m", "\033[36m"};
  return colours[i % colours.size()];
}

inline std::string DotCanvas::row(int row, bool colour) const {
  std::string text;
  std::size_t const none = ~std::size_t{0};
  std::size_t now = none;
  for (int column = 0; column < columns_; ++column) {
    auto const cell = static_cast<std::size_t>(row * columns_ + column);
    unsigned char const dots = dots_[cell];
    if (dots == 0) {
      text += ' ';
      continue;
    }
    if (colour && now != owners_[cell]) text += terminal_colour(now = owners_[cell]);
    text += {'\xe2', static_cast<char>(0xA0 | (dots >> 6)), static_cast<char>(0x80 | (dots & 0x3F))};  // U+2800 and on
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return now == none ? text : text + "\033[0m";
}

inline std::string right_aligned(std::string const& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

// Dots for all points of a curve, with lines between neighbours.
inline void draw_curve(DotCanvas& canvas, std::vector<std::pair<double, double>> const& points, Extent const& x,
                       Extent const& y, std::size_t owner) {
  auto const place = [](double value, Extent const& all, int size) {
    // Halves, for the largest range of a double is twice the largest double.
    double const share = all.high > all.low ? (value / 2 - all.low / 2) / (all.high / 2 - all.low / 2) : .5;
    return static_cast<int>(std::lround(share * (size - 1)));
  };
  bool connected = false;
  int last_x = 0, last_y = 0;
  for (auto const& [at_x, at_y] : points) {
    if (std::isnan(at_x) || std::isnan(at_y)) {
      connected = false;
      continue;
    }
    int const dot_x = place(at_x, x, canvas.width()), dot_y = place(at_y, y, canvas.height());
    canvas.line(connected ? last_x : dot_x, connected ? last_y : dot_y, dot_x, dot_y, owner);
    connected = true, last_x = dot_x, last_y = dot_y;
  }
}

// The numbers below the x axis, and between them as many of the names as there is room for.
inline std::string terminal_legend(std::vector<Series> const& lines, Extent const& x, std::size_t width, bool colour) {
  std::string const first = short_number(x.low), last = short_number(x.high);
  std::size_t room = width - std::min(width, first.size() + last.size());
  std::string names;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    std::string const name = shortened_text(lines[i].name, 160, 13);
    if (name.empty() || name.size() + 4 > room) continue;  // bytes are at least as many as characters
    room -= name.size() + 4;
    names += join({"  ", colour ? terminal_colour(i) : "", "━ ", name, colour ? "\033[0m" : ""});
  }
  return join({first, names, std::string(room, ' '), last});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::vector<std::string> terminal_lines(std::vector<Series> const& lines,
                                                      TerminalPlotOptions const& options) {
  if (options.columns < 30 || options.rows < 2 || std::max(options.columns, options.rows) > 10000)
    throw data_error("plot.size", {.call = "terminal_lines",
                                   .expected = "30 columns and 2 rows or more, up to 10000",
                                   .got = {options.columns, " x ", options.rows}});
  constexpr std::size_t label = 10;
  detail::Extent x, y;
  std::vector<std::vector<std::pair<double, double>>> curves;
  for (Series const& series : lines) {
    detail::check_series("terminal_lines", series);
    curves.push_back(detail::drawn_points(series, {}));
    for (auto const& [at_x, at_y] : curves.back()) x.include(at_x), y.include(at_y);
  }
  if (x.low > x.high) x.low = x.high = y.low = y.high = 0;
  int const columns = options.columns - static_cast<int>(label) - 2;
  detail::DotCanvas canvas(columns, options.rows);
  for (std::size_t i = 0; i < curves.size(); ++i) detail::draw_curve(canvas, curves[i], x, y, i);
  std::vector<std::string> text;
  for (int row = 0; row < options.rows; ++row) {
    bool const top = row == 0, bottom = row + 1 == options.rows;
    std::string const number = top ? detail::short_number(y.high) : bottom ? detail::short_number(y.low) : "";
    text.push_back(detail::join(
        {detail::right_aligned(number, label), top || bottom ? " ┤" : " │", canvas.row(row, options.colour)}));
  }
  text.push_back(std::string(label + 2, ' ') +
                 detail::terminal_legend(lines, x, static_cast<std::size_t>(columns), options.colour));
  return text;
}

}  // namespace fastxx
