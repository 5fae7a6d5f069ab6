#include "../../errors.hpp"
#include "../../parity/resize.hpp"
#include <fastxx/app/vision/resample.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <algorithm>
#include <array>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
using vision::Resample;
using vision::resize_image;

namespace {

at::Tensor image_of(std::int64_t height, std::int64_t width, std::int64_t channels) {
  at::Tensor const y = at::arange(height).view({-1, 1, 1}), x = at::arange(width).view({-1, 1}),
                   c = at::arange(channels);
  return (y * y * 7 + x * 13 + c * 31 + x * y * 5).remainder(256).to(at::kByte);
}

// The definition, pixel by pixel: the average of all pixels by a triangle around the middle of the new one.
at::Tensor triangle_matrix(std::int64_t in, std::int64_t out) {
  double const scale = double(in) / double(out), support = std::max(scale, 1.);
  at::Tensor const centres = (at::arange(out, at::kDouble) + .5) * scale, middles = at::arange(in, at::kDouble) + .5;
  at::Tensor const weights = (1 - (middles - centres.unsqueeze(1)).abs() / support).clamp_min(0);
  return weights / weights.sum(1, true);
}
at::Tensor by_definition(at::Tensor const& image, std::int64_t height, std::int64_t width) {
  at::Tensor const x = image.to(at::kDouble).permute({2, 0, 1});
  at::Tensor const y =
      triangle_matrix(image.size(0), height).matmul(x).matmul(triangle_matrix(image.size(1), width).t());
  return y.permute({1, 2, 0});
}

double largest_difference(at::Tensor const& a, at::Tensor const& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("resize_image: bilinear is Pillow's within 1 of 255, nearest the same") {
  for (auto const& want : parity::resized) {
    CAPTURE(at::IntArrayRef({want.height, want.width, want.to_height, want.to_width}));
    auto const image = image_of(want.height, want.width, want.channels);
    auto const as_tensor = [&](std::vector<std::uint8_t> const& numbers) {
      return at::tensor(at::ArrayRef<std::uint8_t>(numbers)).view({want.to_height, want.to_width, want.channels});
    };
    auto const bilinear = resize_image(image, want.to_height, want.to_width);
    REQUIRE(bilinear.sizes() == as_tensor(want.bilinear).sizes());
    CHECK(largest_difference(bilinear, as_tensor(want.bilinear)) <= 1);
    auto const nearest = resize_image(image, want.to_height, want.to_width, Resample::nearest);
    CHECK(at::equal(nearest, as_tensor(want.nearest)));
  }
}

TEST_CASE("resize_image: the nearest number to the definition, whatever the sizes") {
  for (std::int64_t const channels : {1, 2, 3, 4})
    for (auto const [height, width, to_height, to_width] : {std::array<std::int64_t, 4>{37, 53, 22, 31},
                                                            {37, 53, 36, 53},
                                                            {37, 53, 37, 20},
                                                            {5, 4, 50, 41},
                                                            {300, 7, 3, 7},
                                                            {2, 900, 1, 4},
                                                            {31, 47, 30, 12},
                                                            {6, 6, 1, 1}}) {
      CAPTURE(at::IntArrayRef({channels, height, width, to_height, to_width}));
      auto const image = image_of(height, width, channels);
      auto const exact = by_definition(image, to_height, to_width);
      CHECK(largest_difference(resize_image(image, to_height, to_width), exact) < .501);
    }
}

TEST_CASE("resize_image: same size is the same image, one colour stays that colour, and a view is read as it is seen") {
  auto const image = image_of(11, 17, 3);
  CHECK(at::equal(resize_image(image, 11, 17), image));
  for (int colour : {0, 1, 127, 254, 255}) {
    auto const plain = at::full({13, 29, 3}, colour, at::kByte);
    CHECK(resize_image(plain, 7, 40).eq(colour).all().item<bool>());
  }
  auto const grey = image.select(2, 1);
  CHECK(at::equal(resize_image(grey, 5, 6), resize_image(grey.contiguous(), 5, 6)));
  CHECK(resize_image(grey, 5, 6).sizes() == at::IntArrayRef{5, 6});
  auto const same = resize_image(image, 11, 17);
  same.zero_();
  CHECK_FALSE(image.eq(0).all().item<bool>());
}

TEST_CASE("resize_image: nearest takes masks of any type, and makes no new class") {
  auto const mask = at::tensor({0, 300, 7, -1}, at::kInt).view({2, 2});
  auto const larger = resize_image(mask, 4, 6, Resample::nearest);
  CHECK((larger.scalar_type() == at::kInt));
  CHECK(at::equal(larger, mask.repeat_interleave(2, 0).repeat_interleave(3, 1)));
}

TEST_CASE("resize_image: what is no image or no size is one error") {
  auto const image = image_of(4, 4, 3);
  auto const refused = [](at::Tensor const& x, Resample how = Resample::bilinear) {
    return key_of([&] { resize_image(x, 2, 2, how); }) == "resize.image";
  };
  CHECK(refused(at::Tensor()));
  CHECK(refused(image.to(at::kFloat)));
  CHECK_FALSE(refused(image.to(at::kFloat), Resample::nearest));
  CHECK(refused(at::zeros({4}, at::kByte)));
  CHECK(refused(at::zeros({3, 20, 20}, at::kByte)));  // channels first
  CHECK(refused(at::zeros({0, 4, 3}, at::kByte), Resample::nearest));
  CHECK(refused(at::zeros({4, 0}, at::kByte)));
  CHECK(contains(error_of([] { resize_image(at::zeros({3, 20, 20}, at::kByte), 2, 2); }), "got Byte (3, 20, 20)"));
  for (std::int64_t const size : {0, -3}) {
    CHECK(key_of([&] { resize_image(image, size, 2); }) == "resize.size");
    CHECK(key_of([&] { resize_image(image, 2, size); }) == "resize.size");
  }
}
