#include "png.hpp"
#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <chrono>
#include <cmath>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <limits>
#include <string>
#include <vector>

using fastxx::plot_confusion_matrix;
using plot_test::decode;
using plot_test::Png;

namespace {

/// The colours of no count, of a quarter, a half and three quarters of the largest one, and of that itself.
constexpr unsigned none = 0xf8fafc, quarter = 0xbfdbfe, half = 0x60a5fa, most = 0x1d4ed8, all = 0x172554;

/// A picture and where its cells are: in its first row and column the lightest and the darkest colour must occur.
struct Cells {
  Png png;
  int classes;
  plot_test::Box box;

  Cells(Png picture, int n) : png(std::move(picture)), classes(n), box(png.box_of({none, all})) {}
  unsigned cell() const { return (box.right - box.left) / static_cast<unsigned>(classes); }
  unsigned left(int column) const { return box.left + static_cast<unsigned>(column) * cell(); }
  unsigned top(int row) const { return box.top + static_cast<unsigned>(row) * cell(); }
  /// The ground of a cell, beside its number.
  unsigned ground(int row, int column) const { return png.at(left(column) + 4, top(row) + 4); }
  unsigned count(unsigned colour, int row, int column) const {
    return png.count(colour, left(column) + 3, top(row) + 3, left(column) + cell() - 3, top(row) + cell() - 3);
  }
};

at::Tensor whole(std::vector<std::int64_t> const& counts, int classes) {
  return at::tensor(counts, at::kLong).view({classes, classes});
}

}  // namespace

TEST_CASE("confusion matrix: every cell has the colour of its count, rows are actual") {
  Cells const cells(decode(plot_confusion_matrix(whole({8, 2, 0, 0, 6, 4, 2, 0, 8}, 3)).png()), 3);
  std::vector<unsigned> grounds;
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) grounds.push_back(cells.ground(row, column));
  CHECK(grounds == std::vector<unsigned>{all, quarter, none, none, most, half, quarter, none, all});
  CHECK(cells.png.count(0xffffff, cells.left(1) - 2, cells.top(0) + 9, cells.left(1) + 2, cells.top(0) + 10) ==
        1);  // a white line between the cells
}

TEST_CASE("confusion matrix: each number stands in its own cell, white on dark and dark on light ones") {
  Cells const cells(decode(plot_confusion_matrix(whole({0, 0, 88, 1}, 2)).png()), 2);
  CHECK(cells.count(0xffffff, 1, 0) > 10);
  CHECK(cells.count(0xffffff, 0, 0) + cells.count(0xffffff, 1, 1) == 0);
  CHECK(cells.count(0x1f2937, 1, 1) > 5);
  CHECK(cells.count(0x6b7280, 0, 0) > 0);  // zeros stand back
  CHECK(cells.count(0x1f2937, 0, 0) == 0);
}

TEST_CASE("confusion matrix: normalized, each row is divided by its sum, and an empty one stays zero") {
  Cells const cells(decode(plot_confusion_matrix(whole({4, 0, 0, 1, 1, 2, 0, 0, 0}, 3), {.normalize = true}).png()), 3);
  std::vector<unsigned> grounds;
  for (int row = 0; row < 3; ++row)
    for (int column = 0; column < 3; ++column) grounds.push_back(cells.ground(row, column));
  CHECK(grounds == std::vector<unsigned>{all, none, none, quarter, quarter, half, none, none, none});
}

TEST_CASE("confusion matrix: numbers fit into their cells or give way to a colour box, from 1 to 200 classes") {
  for (int const classes : {1, 2, 10, 20, 60, 200}) {
    Png const png = decode(plot_confusion_matrix(at::eye(classes, at::kLong) * 990).png());
    CHECK(png.count(all) > 20);
    Cells const cells(png, classes);
    if (classes > 20) {
      CHECK(cells.box.right - cells.box.left > cells.box.bottom - cells.box.top + 20);  // the colour box is beside
    } else {
      CHECK(cells.box.right - cells.box.left == cells.box.bottom - cells.box.top);
      CHECK(cells.count(0xffffff, 0, 0) > 0);
      unsigned const first = cells.left(0), last = first + cells.cell();
      CHECK(png.count(0xffffff, first, cells.top(0) + 3, first + 2, cells.top(0) + cells.cell() - 3) == 0);
      CHECK(png.count(0xffffff, last - 4, cells.top(0) + 3, last - 2, cells.top(0) + cells.cell() - 3) == 0);
    }
  }
}

TEST_CASE("confusion matrix: long names are turned and shortened, and keep clear of the edge") {
  std::vector<std::string> const names{std::string(300, 'W'), plot_test::hostile, "\u65e5\u672c\u8a9e 100%", ""};
  at::Tensor const counts = at::eye(4);
  plot_test::Folder const folder;
  Png const png = decode(plot_confusion_matrix(counts, {.classes = names, .title = plot_test::hostile}).png());
  Png const plain = decode(plot_confusion_matrix(counts).png());
  CHECK(png.height > plain.height + 100);
  CHECK(png.height < plain.height + 200);
  CHECK(png.count(0xffffff, 0, 0, 6, png.height) == 6 * png.height);
  CHECK(png.count(0xffffff, 0, png.height - 6, png.width, png.height) == 6 * png.width);
  CHECK(png.white_share() > 0.5);
  CHECK(!std::filesystem::exists("pwned"));
}

TEST_CASE("confusion matrix: a name is no format for a number") {
  auto const picture = [](std::string const& name) {
    return plot_confusion_matrix(at::eye(2), {.classes = {name, "b"}}).png();
  };
  CHECK(picture("100%d") != picture("1000"));
  CHECK(picture("%") != picture(""));
}

TEST_CASE("confusion matrix: what is no number, or infinite, is a picture too, and so are zeros") {
  double constexpr inf = std::numeric_limits<double>::infinity();
  CHECK(decode(plot_confusion_matrix(at::full({2, 2}, std::nan(""))).png()).count(none) > 1000);
  Cells const cells(decode(plot_confusion_matrix(at::tensor({inf, 3.0, -inf, 0.0}).view({2, 2})).png()), 2);
  CHECK(cells.ground(0, 0) == all);
  CHECK(cells.ground(0, 1) == all);  // 3 is the largest number
  CHECK(cells.ground(1, 0) == none);
  CHECK(decode(plot_confusion_matrix(at::zeros({2, 2})).png()).count(none) > 1000);
  CHECK(decode(plot_confusion_matrix(at::zeros({60, 60})).png()).count(none) > 1000);
}

TEST_CASE("confusion matrix: what is no square of counts, or names for it, is refused") {
  CHECK_THROWS_AS(plot_confusion_matrix({}), fastxx::tensor_error);
  CHECK_THROWS_AS(plot_confusion_matrix(at::zeros({2, 3})), fastxx::tensor_error);
  CHECK_THROWS_AS(plot_confusion_matrix(at::zeros({0, 0})), fastxx::tensor_error);
  CHECK_THROWS_WITH_AS(plot_confusion_matrix(at::zeros({2, 2}), {.classes = {"one"}}),
                       doctest::Contains("2 class names"), fastxx::data_error);
}

TEST_CASE("confusion matrix: too many classes for a picture are refused before any work") {
  auto const begin = std::chrono::steady_clock::now();
  at::Tensor const huge = at::zeros({1}).expand({1'000'000, 1'000'000});
  CHECK_THROWS_WITH_AS(plot_confusion_matrix(huge), doctest::Contains("at most 1120 classes"), fastxx::data_error);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}
