#include "png.hpp"
#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cmath>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <string>
#include <vector>

using fastxx::Colour;
using fastxx::plot_confusion_matrix;
using fastxx::detail::confusion_layout;
using plot_test::decode;
using plot_test::Png;

namespace {

unsigned packed(Colour c) { return unsigned{c.red} << 16 | unsigned{c.green} << 8 | c.blue; }

double luminance(Colour c) { return 0.299 * c.red + 0.587 * c.green + 0.114 * c.blue; }

}  // namespace

TEST_CASE("confusion matrix: every cell has the colour of its count, rows are actual") {
  at::Tensor const counts = at::tensor({8, 2, 0, 0, 6, 4, 1, 0, 8}, at::kLong).view({3, 3});
  Png const png = decode(plot_confusion_matrix(counts, {.classes = {"a", "b", "c"}}).png());
  auto const layout = confusion_layout(counts, {.classes = {"a", "b", "c"}});
  CHECK(static_cast<int>(png.width) == layout.width);
  CHECK(static_cast<int>(png.height) == layout.height);
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) {
      auto const x = static_cast<unsigned>(layout.left + column * layout.cell + 6);
      auto const y = static_cast<unsigned>(layout.top + row * layout.cell + 6);
      CHECK(png.at(x, y) == packed(fastxx::detail::heat(counts[row][column].item<double>() / 8)));
    }
}

TEST_CASE("confusion matrix: each number stands in its own cell") {
  Png const png = decode(plot_confusion_matrix(at::tensor({0, 0, 88, 0}, at::kLong).view({2, 2})).png());
  auto const layout = confusion_layout(at::zeros({2, 2}), {});
  auto const left = static_cast<unsigned>(layout.left), top = static_cast<unsigned>(layout.top + layout.cell);
  auto const cell = static_cast<unsigned>(layout.cell);
  CHECK(png.count(0xffffff, left + 3, top + 3, left + cell - 3, top + cell - 3) > 10);  // white on the only dark cell
}

TEST_CASE("confusion matrix: numbers are whole counts, or shares of their row") {
  at::Tensor const counts = at::tensor({3, 1, 0, 0}, at::kLong).view({2, 2});
  CHECK(confusion_layout(counts, {}).numbers == std::vector<std::string>{"3", "1", "0", "0"});
  auto const shares = confusion_layout(counts, {.normalize = true}).numbers;
  CHECK(shares == std::vector<std::string>{"0.75", "0.25", "0.00", "0.00"});
}

TEST_CASE("confusion matrix: numbers can be read on every colour") {
  for (int i = 0; i <= 100; ++i) {
    Colour const ground = fastxx::detail::heat(i / 100.0);
    CHECK(std::abs(luminance(ground) - luminance(fastxx::detail::readable_on(ground))) > 90);
  }
}

TEST_CASE("confusion matrix: numbers fit into their cells or give way to a scale, from 1 to 100 classes") {
  for (int const classes : {1, 2, 10, 20, 60, 100}) {
    at::Tensor const counts = at::eye(classes, at::kLong) * 990 + 7;
    auto const layout = confusion_layout(counts, {});
    CHECK((layout.number_px > 0) == (classes <= 20));
    for (auto const& number : layout.numbers)
      CHECK((layout.number_px == 0 || fastxx::text_width_px(number, layout.number_px) <= layout.cell - 4));
    CHECK(layout.name_px <= layout.cell);
    Png const png = decode(plot_confusion_matrix(counts).png());
    CHECK(png.count(packed(fastxx::detail::heat(1))) > 20);
  }
}

TEST_CASE("confusion matrix: long names are turned and shortened, and keep clear of the edge") {
  std::vector<std::string> const names{std::string(300, 'W'), plot_test::hostile, "\u65e5\u672c\u8a9e", ""};
  at::Tensor const counts = at::ones({4, 4});
  CHECK(confusion_layout(counts, {.classes = names}).names_upwards);
  CHECK(!confusion_layout(counts, {}).names_upwards);
  Png const png = decode(plot_confusion_matrix(counts, {.classes = names, .title = plot_test::hostile}).png());
  CHECK(png.count(0xffffff, 0, 0, 6, png.height) == 6 * png.height);
  CHECK(png.count(0xffffff, 0, png.height - 6, png.width, png.height) == 6 * png.width);
  CHECK(png.white_share() > 0.5);
}

TEST_CASE("confusion matrix: what is no number is shown as such on white") {
  auto const layout = confusion_layout(at::full({2, 2}, std::nan("")), {});
  CHECK(layout.numbers[0] == "nan");
  CHECK(fastxx::detail::heat(layout.values[0]) == fastxx::detail::heat(0));
}

TEST_CASE("confusion matrix: all zeros is a picture too") {
  CHECK(decode(plot_confusion_matrix(at::zeros({2, 2})).png()).count(packed(fastxx::detail::heat(0))) > 1000);
  CHECK(decode(plot_confusion_matrix(at::zeros({60, 60})).png()).count(packed(fastxx::detail::heat(0))) > 1000);
}

TEST_CASE("confusion matrix: what is no square of counts, or names for it, is refused") {
  CHECK_THROWS_AS(plot_confusion_matrix({}), fastxx::tensor_error);
  CHECK_THROWS_AS(plot_confusion_matrix(at::zeros({2, 3})), fastxx::tensor_error);
  CHECK_THROWS_AS(plot_confusion_matrix(at::zeros({0, 0})), fastxx::tensor_error);
  CHECK_THROWS_WITH_AS(plot_confusion_matrix(at::zeros({2, 2}), {.classes = {"one"}}),
                       doctest::Contains("2 class names"), fastxx::data_error);
}
