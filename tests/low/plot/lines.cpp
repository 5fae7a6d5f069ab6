#include "png.hpp"
#include <fastxx/low/plot/lines.hpp>

#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <vector>

using fastxx::plot_lines;
using fastxx::detail::Axis;
using plot_test::decode;
using plot_test::Png;

namespace {

constexpr unsigned blue = 0x2563eb, orange = 0xea580c, red = 0xdc2626;

Axis axis(double low, double high, bool log = false, bool whole = false) {
  return {.log = log, .whole = whole, .low = low, .high = high};
}

std::string labels(std::vector<fastxx::detail::Tick> const& ticks) {
  std::string all;
  for (auto const& tick : ticks)
    if (!tick.label.empty()) all += tick.label + " ";
  return all;
}

}  // namespace

TEST_CASE("lines: ticks are round numbers with the same decimals") {
  CHECK(labels(linear_ticks(axis(0.3, 2.7), 5)) == "0.5 1.0 1.5 2.0 2.5 ");
  CHECK(labels(linear_ticks(axis(-0.1, 3.1, false, true), 7)) == "0 1 2 3 ");
  CHECK(labels(linear_ticks(axis(-20, 2040), 5)) == "0 500 1000 1500 2000 ");
  CHECK(labels(linear_ticks(axis(0, 1e-3), 5)) == "0.0000 0.0002 0.0004 0.0006 0.0008 0.0010 ");
  CHECK(labels(linear_ticks(axis(-1e6, 1e6), 4)) == "-1e6 -5e5 0 5e5 1e6 ");
}

TEST_CASE("lines: logarithmic ticks are powers of ten, or 1 2 5 where there are few") {
  CHECK(labels(log_ticks(axis(8e-8, 2e-4, true), 8)) == "10\u207b\u2077 10\u207b\u2076 10\u207b\u2075 10\u207b\u2074 ");
  CHECK(labels(log_ticks(axis(1.1, 23, true), 8)) == "2 5 10 20 ");
  CHECK(labels(log_ticks(axis(1e-30, 1e9, true), 4)).size() < 80);
}

TEST_CASE("lines: series, legend and marks are in their colours, everything inside the figure") {
  std::vector<double> y;
  for (int i = 0; i < 100; ++i) y.push_back(std::exp(-i / 20.0));
  Png const png = decode(plot_lines({{.name = "train", .y = y}, {.name = "valid", .x = {0, 99}, .y = {1, 1}}},
                                    {.title = "Losses",
                                     .x_label = "batch",
                                     .y_label = "loss",
                                     .marks = {{99, y.back(), "a label at the right edge"}, {50, 0.5, "middle"}}})
                             .png());
  CHECK(png.width == 800);
  CHECK(png.height == 480);
  CHECK(png.count(blue) > 300);
  CHECK(png.count(orange) > 300);
  CHECK(png.count(red) > 100);
  for (unsigned const colour : {blue, orange, red})
    CHECK(png.count(colour) == png.count(colour, 8, 8, png.width - 8, png.height - 8));
}

TEST_CASE("lines: a logarithmic axis puts equal factors at equal distances") {
  fastxx::Series const series{.x = {1e-4, 1e-2, 1}, .y = {1, 1, 1}};
  fastxx::detail::LineLayout const layout = fastxx::detail::line_layout({series}, {.x_log = true});
  double const a = layout.x_px(1e-4), b = layout.x_px(1e-2), c = layout.x_px(1);
  CHECK(b - a == doctest::Approx(c - b));
  CHECK(a > layout.plot.left);
  CHECK(c < layout.plot.right);
}

TEST_CASE("lines: labels of close marks do not meet and do not leave the axes") {
  fastxx::detail::LineLayout const layout = fastxx::detail::line_layout({{.y = {0, 1}}}, {});
  std::vector<fastxx::detail::Rectangle> taken;
  for (double const x : {0.0, 0.001, 0.002, 0.003, 1.0, 0.999}) {
    auto const place = label_place(layout, {{.y = {0, 1}}}, {.x = x, .y = x, .label = "a suggestion"}, taken);
    CHECK(place.right > place.left);
    CHECK(place.inside(layout.plot));
    for (auto const& other : taken) CHECK(!place.meets(other));
    taken.push_back(place);
  }
}

TEST_CASE("lines: what is no number leaves a gap, and nothing at all still gives axes") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  CHECK(decode(plot_lines({{.y = {nan, inf, -inf}}}).png()).count(blue) == 0);
  CHECK(decode(plot_lines({{.y = {0, -1}}}, {.y_log = true}).png()).count(blue) == 0);
  CHECK(decode(plot_lines({}).png()).width == 800);
  CHECK(decode(plot_lines({{.name = "empty"}}).png()).count(blue) < 200);  // the legend alone
  CHECK(decode(plot_lines({{.y = {5}}}).png()).count(blue) > 5);           // a single point is seen
  std::vector<double> y(60, 1.0);
  unsigned const whole = decode(plot_lines({{.y = y}}).png()).count(blue);
  for (std::size_t i = 20; i < 40; ++i) y[i] = nan;
  unsigned const gap = decode(plot_lines({{.y = y}}).png()).count(blue);
  CHECK(gap > whole / 2);
  CHECK(gap < whole * 3 / 4);
}

TEST_CASE("lines: a long series keeps its lowest and highest points and becomes short") {
  fastxx::Series series;
  for (int i = 0; i < 100'000; ++i) series.y.push_back(i % 10);
  series.y[70'001] = 1000;
  series.y[30'001] = -1000;
  auto const points = fastxx::detail::drawn_points(fastxx::detail::line_layout({series}, {}), series);
  CHECK(points.size() <= 2000);
  auto const has = [&](double x, double y) {
    return std::find(points.begin(), points.end(), std::pair{x, y}) != points.end();
  };
  CHECK(has(70'001, 1000));
  CHECK(has(30'001, -1000));
}

TEST_CASE("lines: hostile names are only words") {
  std::string const& h = plot_test::hostile;
  Png const png = decode(
      plot_lines({{.name = h, .y = {1, 2}}}, {.title = h, .x_label = h, .y_label = h, .marks = {{0.5, 1.5, h}}}).png());
  CHECK(png.white_share() > 0.9);
}

TEST_CASE("lines: x and y of different lengths, and a figure without room, are refused") {
  CHECK_THROWS_WITH_AS(plot_lines({{.name = "loss", .x = {1, 2}, .y = {1}}}), doctest::Contains("series 'loss'"),
                       fastxx::data_error);
  CHECK_THROWS_AS(plot_lines({{.y = {1}}}, {.width_px = 60}), fastxx::data_error);
}
