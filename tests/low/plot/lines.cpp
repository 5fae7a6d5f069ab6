#include "png.hpp"
#include <fastxx/low/plot/lines.hpp>
#include <fastxx/low/plot/panels.hpp>

#include <algorithm>
#include <cmath>
#include <doctest/doctest.h>
#include <limits>
#include <string>
#include <utility>
#include <vector>

using fastxx::Mark;
using fastxx::plot_lines;
using plot_test::Box;
using plot_test::decode;
using plot_test::Png;

namespace {

constexpr unsigned blue = 0x2563eb, orange = 0xea580c, red = 0xdc2626, faint = 0xe5e7eb, white = 0xffffff;

Mark mark(double x, double y, fastxx::Colour colour) { return {.x = x, .y = y, .label = "", .colour = colour}; }

/// The middle of all pixels of one colour.
std::pair<double, double> middle(Png const& png, unsigned colour) {
  Box const box = png.box_of({colour});
  return {(box.left + box.right) / 2.0, (box.top + box.bottom) / 2.0};
}

/// Upright lines of the grid that a row of pixels crosses to the right of the axis.
int upright_lines(Png const& png) {
  int runs = 0;
  for (unsigned x = 1; x < png.width; ++x) runs += png.at(x, 100) != white && png.at(x - 1, 100) == white;
  return runs - 1;
}

}  // namespace

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

TEST_CASE("lines: the label of a mark is in the legend, and only there") {
  fastxx::Series const series{.y = {0, 1}};
  Png const named = decode(plot_lines({series}, {.marks = {{.x = 0.5, .y = 0.5, .label = "valley"}}}).png());
  Png const nameless = decode(plot_lines({series}, {.marks = {{.x = 0.5, .y = 0.5}}}).png());
  CHECK(named.box_of({red}).bottom > 440);
  CHECK(nameless.box_of({red}).bottom < 300);
}

TEST_CASE("lines: axes put equal steps, and logarithmic ones equal factors, at equal distances") {
  namespace colours = fastxx::colours;
  auto const distances = [](Png const& png) {
    double const a = middle(png, red).first, b = middle(png, 0x15803d).first, c = middle(png, orange).first;
    return std::pair{b - a, c - b};
  };
  Png const linear = decode(
      plot_lines({}, {.marks = {mark(1, 2, colours::red), mark(2, 3, colours::green), mark(3, 1, colours::orange)}})
          .png());
  auto const [first, second] = distances(linear);
  CHECK(first > 300);
  CHECK(std::abs(first - second) <= 1);
  CHECK(middle(linear, 0x15803d).second < middle(linear, red).second);  // upwards
  CHECK(middle(linear, red).second < middle(linear, orange).second);
  Png const log = decode(plot_lines({}, {.x_log = true,
                                         .marks = {mark(1e-4, 1, colours::red), mark(1e-2, 1, colours::green),
                                                   mark(1, 1, colours::orange)}})
                             .png());
  auto const [factor, same] = distances(log);
  CHECK(factor > 300);
  CHECK(std::abs(factor - same) <= 1);
}

TEST_CASE("lines: a few whole numbers have no halves between them, other data do") {
  CHECK(upright_lines(decode(plot_lines({{.x = {0, 1, 2}, .y = {1, 1, 1}}}).png())) == 3);
  CHECK(upright_lines(decode(plot_lines({{.x = {0, 1, 2.5}, .y = {1, 1, 1}}}).png())) == 6);
}

TEST_CASE("lines: a logarithmic axis of less than two decades has more than the powers of ten") {
  auto const lines = [](double low, double high) {
    return upright_lines(decode(plot_lines({{.x = {low, high}, .y = {1, 1}}}, {.x_log = true}).png()));
  };
  CHECK(lines(1.2, 23) == 4);       // 2 5 10 20
  CHECK(lines(1.2e-7, 8e-7) == 2);  // 2e-7 5e-7
  CHECK(lines(0.9e-7, 2) == 8);
  CHECK(lines(1e-30, 1e9) < 14);
}

TEST_CASE("lines: what is no number leaves a gap, and nothing at all still gives axes") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  CHECK(decode(plot_lines({{.y = {nan, inf, -inf}}}).png()).count(blue) == 0);
  CHECK(decode(plot_lines({{.y = {0, -1}}}, {.y_log = true}).png()).count(blue) == 0);
  CHECK(
      decode(plot_lines({{.x = {nan}, .y = {1}}}, {.x_log = true, .marks = {{nan, 1}, {-1, inf}}}).png()).count(red) ==
      0);
  CHECK(decode(plot_lines({}).png()).count(faint) > 1000);
  CHECK(decode(plot_lines({{.name = "empty"}}).png()).count(blue) < 200);  // the legend alone
  CHECK(decode(plot_lines({{.y = {5}}}).png()).count(blue) > 5);           // a single point is seen
  CHECK(decode(plot_lines({{.y = {5}}}, {.x_log = true, .y_log = true}).png()).count(blue) == 0);  // at x = 0
  CHECK(decode(plot_lines({{.x = {5}, .y = {5}}}, {.x_log = true, .y_log = true}).png()).count(blue) > 5);
  std::vector<double> y(60, 1.0);
  unsigned const whole = decode(plot_lines({{.y = y}}).png()).count(blue);
  for (std::size_t i = 20; i < 40; ++i) y[i] = nan;
  unsigned const gap = decode(plot_lines({{.y = y}}).png()).count(blue);
  CHECK(gap > whole / 2);
  CHECK(gap < whole * 3 / 4);
}

TEST_CASE("lines: all finite numbers are drawn, however large, small or near to each other") {
  double constexpr most = std::numeric_limits<double>::max(), least = std::numeric_limits<double>::denorm_min();
  double constexpr next = 1 + std::numeric_limits<double>::epsilon();
  using Numbers = std::vector<double>;
  for (Numbers const& y : {Numbers{1, next},
                           {1e16, 1e16 + 2},
                           {1, 1 + 1e-12},
                           {1, 1 + 1e-9},
                           {-most, most},
                           {0, least},
                           {least, 2 * least},
                           {3, 3},
                           {0.3, 0.3},
                           {0, 0},
                           {1e20, 1e20},
                           {-1e-20, -1e-20},
                           {7e5, 7e5 + 1}})
    for (bool const log : {false, true}) {
      CAPTURE(y);
      CAPTURE(log);
      Png const upwards = decode(plot_lines({{.y = y}}, {.y_log = log}).png());
      if (!log || y[0] > 0) CHECK(upwards.count(blue, 0, 0, 800, 420) > 400);
      CHECK(upwards.count(faint) > 300);  // there are ticks, and lines for them
      if (!log) CHECK(decode(plot_lines({{.x = y, .y = {1, 2}}}).png()).count(blue) > 300);
    }
}

TEST_CASE("lines: ticks have the digits that tell them apart, and short logarithmic axes have ticks at all") {
  auto const commands = [](bool log, double low, double high, bool whole = false) {
    return fastxx::detail::axis_commands("y", log, {.low = low, .high = high, .whole = whole});
  };
  CHECK(commands(false, 0, 0.7) == "set format y '%.9g'\n");
  CHECK(commands(false, 1, 1 + 1e-10) == "set format y '%.12g'\n");
  CHECK(commands(false, 1e12, 1e12 + 2, true) == "set ytics 1\nset format y '%.15g'\n");
  CHECK(commands(false, 0.5, 0.5) == "set yrange [0.48999999999999999:0.51000000000000001]\nset format y '%.9g'\n");
  CHECK(commands(true, 4, 4) ==
        "set logscale y\nset yrange [2:8]\nset for [i=0:1] ytics add (10.0**i, 2*10.0**i, 5*10.0**i)\n");
  CHECK(commands(true, 2, 5) == "set logscale y\nset ytics (2, 3, 4, 5)\nset format y '%.9g'\n");
  CHECK(commands(true, 1, 1.5) ==
        "set logscale y\nset ytics (1, 1.2000000000000002, 1.4000000000000001)\nset format y '%.9g'\n");
}

TEST_CASE("lines: a long series keeps its lowest and highest points and becomes short") {
  fastxx::Series series;
  for (int i = 0; i < 100'000; ++i) series.y.push_back(i % 10);
  series.y[70'001] = 1000;
  series.y[30'001] = -1000;
  auto const points = fastxx::detail::drawn_points(series, {});
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
  CHECK(png.count(white, 0, 0, 3, png.height) == 3 * png.height);
  CHECK(!std::filesystem::exists("pwned"));
}

TEST_CASE("lines: x and y of different lengths, and a figure without room, are refused") {
  CHECK_THROWS_WITH_AS(plot_lines({{.name = "loss", .x = {1, 2}, .y = {1}}}), doctest::Contains("series 'loss'"),
                       fastxx::data_error);
  CHECK_THROWS_AS(plot_lines({{.y = {1}}}, {.width_px = 60}), fastxx::data_error);
  CHECK(decode(plot_lines({{.y = {1}}}, {.width_px = 200, .height_px = 150}).png()).width == 200);
}

TEST_CASE("panels: each has its own axes in its own part of the picture, row by row") {
  using fastxx::Panel, fastxx::plot_panels;
  using fastxx::colours::green, fastxx::colours::violet;
  auto const panel = [](double at, fastxx::Colour colour, bool log) {
    return Panel{
        .lines = {{.x = {1, 101}, .y = {1, 1}}},
        .options = {.title = "one", .x_log = log, .marks = {mark(at, 1, colour)}, .width_px = 300, .height_px = 200}};
  };
  Png const png =
      decode(plot_panels({panel(51, fastxx::colours::red, false), panel(10, green, true), panel(51, violet, false)},
                         {.title = "All of them", .columns = 2})
                 .png());
  CHECK(png.width == 600);
  CHECK(png.height == 440);
  unsigned constexpr green_rgb = 0x15803d, violet_rgb = 0x7c3aed;
  CHECK(png.count(red, 0, 40, 300, 240) == png.count(red));
  CHECK(png.count(green_rgb, 300, 40, 600, 240) == png.count(green_rgb));
  CHECK(png.count(violet_rgb, 0, 240, 300, 440) == png.count(violet_rgb));
  for (unsigned const colour : {red, green_rgb, violet_rgb}) CHECK(png.count(colour) > 30);
  // The third is linear again, and the same as the first: 200 pixels lower.
  CHECK(middle(png, violet_rgb).first == doctest::Approx(middle(png, red).first));
  CHECK(middle(png, violet_rgb).second == doctest::Approx(middle(png, red).second + 200));
  CHECK(middle(png, green_rgb).first == doctest::Approx(middle(png, red).first + 300).epsilon(.05));  // 10 of 1 to 101
  Png const alone = decode(plot_panels({panel(51, fastxx::colours::red, false)}).png());
  CHECK(alone.width == 300);
  CHECK(alone.height == 200);
  CHECK_THROWS_WITH_AS(plot_panels({}), doctest::Contains("[plot.empty]"), fastxx::data_error);
  CHECK_THROWS_WITH_AS(plot_panels({panel(1, green, false)}, {.columns = -1}), doctest::Contains("[plot.options]"),
                       fastxx::data_error);
  CHECK_THROWS_WITH_AS(plot_panels({{.lines = {}, .options = {.width_px = 20, .height_px = 300}}}),
                       doctest::Contains("[plot.size]"), fastxx::data_error);
}
