#include "png.hpp"
#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <limits>
#include <string>
#include <vector>

using fastxx::plot_images;
using fastxx::TitledImage;
using plot_test::decode;
using plot_test::Png;

namespace {

/// Without titles the first image begins at the margin.
constexpr unsigned margin = 20, gap = 22;

unsigned grey(unsigned value) { return value << 16 | value << 8 | value; }

}  // namespace

TEST_CASE("images: every pixel of a small image becomes a crisp square of its own value") {
  at::Tensor const image = at::arange(28 * 28).remainder(251).to(at::kByte).view({28, 28});
  Png const png = decode(plot_images({{image}}).png());
  CHECK(png.width == 28 * 6 + 2 * margin);
  CHECK(png.height == 28 * 6 + 2 * margin);
  unsigned wrong = 0;
  for (unsigned y = 0; y < 168; ++y)
    for (unsigned x = 0; x < 168; ++x) wrong += png.at(margin + x, margin + y) != grey((y / 6 * 28 + x / 6) % 251);
  CHECK(wrong == 0);
  CHECK(png.count(0xffffff) == png.width * png.height - 168 * 168);
}

TEST_CASE("images: grey, colour, floating point and bool images show what they hold, in their place") {
  float const nan = std::numeric_limits<float>::quiet_NaN();
  at::Tensor const colour = at::tensor({10, 20, 30}, at::kByte).view({3, 1, 1}).expand({3, 4, 4});
  Png const png = decode(plot_images({{at::full({1, 4, 4}, 0.5)},
                                      {colour},
                                      {at::full({4, 4}, nan)},
                                      {at::full({4, 4}, 7.0f)},
                                      {at::full({4, 4}, -1.0, at::kHalf)},
                                      {at::ones({4, 4}, at::kBool)}},
                                     {.columns = 3, .image_px = 40})
                             .png());
  auto const middle = [&](unsigned column, unsigned row) {
    return png.at(margin + 20 + column * (40 + gap), margin + 20 + row * (40 + gap));
  };
  CHECK(middle(0, 0) == grey(128));
  CHECK(middle(1, 0) == 0x0a141e);
  CHECK(middle(2, 0) == 0);
  CHECK(middle(0, 1) == 0xffffff);
  CHECK(middle(1, 1) == 0);
  CHECK(middle(2, 1) == 0xffffff);
}

TEST_CASE("images: large images are averaged down, single pixels and lines of pixels are shown") {
  at::Tensor const stripes = at::arange(400).remainder(2).mul(200).to(at::kByte).view({1, 400}).expand({400, 400});
  Png const png = decode(plot_images({{stripes}}, {.image_px = 100}).png());
  CHECK(png.width == 100 + 2 * margin);
  CHECK(png.count(grey(100)) == 100 * 100);
  for (std::vector<std::int64_t> const& shape : {std::vector<std::int64_t>{1, 1}, {1, 9}, {9, 1}})
    CHECK(decode(plot_images({{at::zeros(shape)}}).png()).count(0) > 1000);
}

TEST_CASE("images: titles take their colour and stay above their own image") {
  at::Tensor const white = at::full({28, 28}, 255, at::kByte);
  std::string const text = "a very long title that cannot fit at all above so small an image";
  Png const png = decode(plot_images({{white, text, {0, 255, 0}}, {white, text + "\nsecond line", {255, 0, 0}}}).png());
  unsigned const middle = margin + 168 + gap / 2;
  // Thin strokes are mixed with white, so a hue is looked for and not a colour.
  unsigned green = 0, red = 0, lost = 0;
  for (unsigned y = 0; y < png.height; ++y)
    for (unsigned x = 0; x < png.width; ++x) {
      unsigned const r = png.at(x, y) >> 16, g = png.at(x, y) >> 8 & 0xff;
      bool const inside = x > 2 && x + 2 < png.width && y > 2 && y < png.height - margin - 168;
      green += g > r && inside && x < middle;
      red += r > g && inside && x > middle;
      lost += r != g && !(inside && (g > r) == (x < middle));
    }
  CHECK(green > 100);
  CHECK(red > 100);
  CHECK(lost == 0);
  CHECK(png.count(0xffffff, middle - 1, 0, middle + 1, png.height) == 2 * png.height);  // nothing in the gap
}

TEST_CASE("images: hostile titles are only words") {
  plot_test::Folder const folder;
  Png const png = decode(plot_images({{at::zeros({8, 8}), plot_test::hostile}}, {.title = plot_test::hostile}).png());
  CHECK(png.count(0) >= 168 * 168);
  CHECK(png.white_share() > 0.3);
}

TEST_CASE("images: what is no image is refused with its number") {
  auto const refused = [](at::Tensor const& image) {
    CHECK_THROWS_WITH_AS(plot_images({{at::zeros({2, 2})}, {image}}), doctest::Contains("at image 1"),
                         fastxx::tensor_error);
  };
  refused({});
  refused(at::zeros({2}));
  refused(at::zeros({2, 4, 4}));
  refused(at::zeros({1, 3, 4, 4}));
  refused(at::zeros({0, 4}));
  refused(at::zeros({4, 4}, at::kLong));
  CHECK_THROWS_AS(plot_images({}), fastxx::data_error);
  CHECK_THROWS_AS(plot_images({{at::zeros({4, 4})}}, {.image_px = 0}), fastxx::data_error);
  CHECK_THROWS_AS(plot_images(std::vector<TitledImage>(200, {at::zeros({4, 4})}), {.columns = 200}),
                  fastxx::data_error);
}

TEST_CASE("images: what is too large for one picture is refused before any work") {
  at::Tensor const large = at::zeros({3, 4096, 4096}, at::kByte);
  auto const begin = std::chrono::steady_clock::now();
  CHECK_THROWS_WITH_AS(plot_images(std::vector<TitledImage>(10'000, {large})), doctest::Contains("[plot.size]"),
                       fastxx::data_error);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(2));
}
