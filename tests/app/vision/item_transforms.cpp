#include "../../errors.hpp"
#include "../../parity/resize_item.hpp"
#include <fastxx/app/vision/item_transforms.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <set>
#include <tuple>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
using namespace fastxx::vision;

namespace {

at::Tensor pixels_of(std::int64_t height, std::int64_t width) {
  at::Tensor const y = at::arange(height).view({-1, 1, 1}), x = at::arange(width).view({-1, 1}), c = at::arange(3);
  return (y * y * 7 + x * 13 + c * 31 + x * y * 5).remainder(256).to(at::kByte);
}
at::Tensor mask_of(at::Tensor const& pixels) { return pixels.select(2, 1).remainder(5); }

std::int64_t largest_difference(at::Tensor const& a, at::Tensor const& b) {
  return (a.to(at::kLong) - b.to(at::kLong)).abs().max().item<std::int64_t>();
}

}  // namespace

TEST_CASE("V-05, V-06 Resize: image and mask are fastai's, whatever the method, the padding and the place") {
  for (auto const& want : parity::resized_items) {
    CAPTURE(at::IntArrayRef({want.height, want.width, want.size.height, want.size.width, int(want.method)}));
    auto const pixels = pixels_of(want.height, want.width);
    Resize const resize{.size = want.size, .method = want.method, .pad_mode = want.pad_mode};
    auto const tensor = [&](std::vector<std::uint8_t> const& numbers, std::int64_t channels) {
      return at::tensor(at::ArrayRef<std::uint8_t>(numbers)).view({want.size.height, want.size.width, channels});
    };
    auto const image = resize.encodes(vision::Image(pixels), want.place);
    auto const image_want = tensor(want.image, 3).permute({2, 0, 1});
    CHECK(largest_difference(image.tensor().tensor(), image_want) <= 1);
    auto const grey = resize.encodes(ImageBW(pixels.select(2, 2)), want.place);
    CHECK(largest_difference(grey.tensor().tensor()[0], image_want[2]) <= 1);
    auto const mask = resize.encodes(ImageMask(mask_of(pixels)), want.place);
    CHECK(at::equal(mask.classes(), tensor(want.mask, 1).squeeze(2)));
  }
}

TEST_CASE("Resize: one draw for image and mask; the middle in validation, all places in training") {
  auto const pixels = pixels_of(8, 40);
  std::tuple const item{vision::Image(pixels), ImageMask(pixels.select(2, 0))};
  Resize const resize{.size = 8};  // no smoothing: what is cut out can be looked up
  std::vector<std::int64_t> lefts;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    auto const [image, mask] = encode(resize, item, {.split_idx = Split::train, .random = &random});
    CHECK(at::equal(image.tensor().tensor()[0], mask.classes()));
    for (std::int64_t left = 0; left <= 32; ++left)
      if (at::equal(pixels.select(2, 0).narrow(1, left, 8), mask.classes())) lefts.push_back(left);
  }
  CHECK(lefts.size() == 200);
  CHECK(std::set<std::int64_t>(lefts.begin(), lefts.end()).size() > 25);
  Random random(1);
  auto const [image, mask] = encode(resize, item, {.split_idx = Split::valid, .random = &random});
  CHECK(at::equal(mask.classes(), pixels.select(2, 0).narrow(1, 16, 8)));
}

TEST_CASE("Resize: classes of more than eight bits stay what they are") {
  auto const mask = (at::arange(12).view({3, 4}) * 1000).to(at::kInt);
  auto const larger = Resize{.size = {6, 8}, .method = ResizeMethod::squish}.encodes(ImageMask(mask), {});
  CHECK(at::equal(larger.classes(), mask.repeat_interleave(2, 0).repeat_interleave(2, 1)));
  auto const padded =
      Resize{.size = 4, .method = ResizeMethod::pad, .pad_mode = PadMode::zeros}.encodes(ImageMask(mask), {0, 1});
  CHECK(at::equal(padded.classes(), at::cat({at::zeros({1, 4}, at::kInt), mask})));
}

TEST_CASE("a part that sticks out is padded on all sides, or on one") {
  auto const pixels = pixels_of(4, 5);
  for (auto const& box : {vision::detail::PixelBox{-2, -1, 8, 9}, {0, -3, 4, 8}, {1, 2, 6, 3}, {-1, 1, 2, 7}}) {
    std::vector<std::int64_t> const sides{-box.left, box.left + box.width - 5, -box.top, box.top + box.height - 4};
    auto const want = at::constant_pad_nd(pixels.permute({2, 0, 1}), sides);
    auto const image =
        vision::detail::resized_part(vision::Image(pixels).rows(), 3, box, PadMode::zeros, {box.height, box.width});
    CHECK(at::equal(image.permute({2, 0, 1}), want));
    auto const mask = vision::detail::resized_part(pixels.select(2, 0), box, PadMode::zeros, {box.height, box.width});
    CHECK(at::equal(mask, want[0]));
  }
}

TEST_CASE("Resize: extreme shapes give the size asked for; nonsense is one error") {
  for (auto const method : {ResizeMethod::crop, ResizeMethod::pad, ResizeMethod::squish})
    for (std::vector<std::int64_t> const& shape :
         std::vector<std::vector<std::int64_t>>{{1, 1, 3}, {1, 300, 3}, {200, 1, 3}, {2, 3, 3}})
      for (HeightWidth const size : {HeightWidth(1), HeightWidth(5, 3), HeightWidth(64, 1), HeightWidth(1, 64)}) {
        vision::Image const one_colour(at::full(shape, 77, at::kByte));
        auto const image = Resize{.size = size, .method = method}.encodes(one_colour, {1, 1}).tensor();
        CHECK(image.sizes() == at::IntArrayRef{3, size.height, size.width});
        CHECK(image.eq(77).all().item<bool>());
      }
  vision::Image const image(pixels_of(3, 3));
  for (HeightWidth const size : {HeightWidth(), HeightWidth(0, 5), HeightWidth(-1)})
    CHECK(key_of([&] { Resize{.size = size}.encodes(image, {}); }) == "resize.size");
  vision::Image const empty(at::zeros({0, 5, 3}, at::kByte));
  CHECK(key_of([&] { Resize{.size = 4}.encodes(empty, {}); }) == "resize.empty");
  CHECK(key_of([&] { Resize{.size = 4}.encodes(vision::Image(), {}); }) == "resize.empty");
  CHECK(key_of([&] { Resize{.size = 4}.encodes(ImageMask(), {}); }) == "resize.empty");
}

TEST_CASE("colour images collate to bytes (N,3,H,W), masks to (N,H,W); floats come in the usual order") {
  auto const first = pixels_of(4, 5), second = pixels_of(4, 5).flip(0).contiguous();
  auto const batch = collate(std::vector{vision::Image(first), vision::Image(second)});
  static_assert(std::same_as<decltype(batch), TensorImage const>);
  CHECK(batch.sizes() == at::IntArrayRef({2, 3, 4, 5}));
  CHECK(at::equal(batch[1].permute({1, 2, 0}), second));
  CHECK(at::equal(vision::Image(first).tensor().permute({1, 2, 0}), first));
  auto const masks = collate(std::vector{ImageMask(mask_of(first)), ImageMask(mask_of(second))});
  static_assert(std::same_as<decltype(masks), TensorMask const>);
  CHECK(at::equal(masks[1], mask_of(second)));
  CHECK(key_of([&] {
          collate(std::vector{vision::Image(first), vision::Image(pixels_of(4, 6))});
        }) == key_of([&] {
          collate(std::vector{ImageBW(first.select(2, 0)), ImageBW(at::zeros({4, 6}, at::kByte))});
        }));
  CHECK_THROWS(collate(std::vector{ImageMask(mask_of(first)), ImageMask(at::zeros({4, 6}, at::kByte))}));
}

TEST_CASE("what is no image or mask is refused with what it is") {
  CHECK(key_of([] { vision::Image(at::zeros({3, 4, 4}, at::kByte)); }) == "image.tensor");
  CHECK(key_of([] { vision::Image(at::zeros({4, 4, 3})); }) == "image.tensor");
  CHECK(key_of([] { vision::Image{at::Tensor()}; }) == "image.tensor");
  CHECK(contains(error_of([] { vision::Image(at::zeros({3, 4, 4}, at::kByte)); }), "permute({1, 2, 0})"));
  for (auto const& wrong : {at::zeros({4, 4}), at::zeros({1, 4, 4}, at::kByte), at::zeros({4, 4}, at::kBool)})
    CHECK(key_of([&] { ImageMask{wrong}; }) == "image_mask.tensor");
}
