#include <fastxx/vision.hpp>

#include <tuple>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
using vision::Flip;

namespace {

auto some_images() { return TensorImageBW(at::arange(2 * 3 * 4, at::kFloat).view({2, 1, 3, 4})); }

}  // namespace

TEST_CASE("L-07 flip: training images are mirrored, validation images and labels are left alone") {
  auto const images = some_images();
  auto const batch = std::tuple(images, TensorCategory(at::tensor({1, 0})));
  Random random(1);
  auto const [flipped, labels] = encode(Flip{.p = 1}, batch, {.split_idx = Split::train, .random = &random});
  static_assert(std::is_same_v<std::decay_t<decltype(flipped)>, TensorImageBW>);
  CHECK(at::equal(flipped, images.tensor().flip({3})));
  CHECK(at::equal(labels, at::tensor({1, 0})));
  CHECK(at::equal(std::get<0>(encode(Flip{.p = 1}, batch, {.split_idx = Split::valid, .random = &random})), images));
  CHECK(at::equal(std::get<0>(encode(Flip{.p = 0}, batch, {.split_idx = Split::train, .random = &random})), images));
}

TEST_CASE("TR-05 flip: one draw per sample, the same for every image of the batch tuple") {
  auto const image = TensorImage(at::arange(64 * 2, at::kFloat).view({64, 1, 1, 2}));
  Random random(7);
  auto const [a, b] = encode(Flip{}, std::tuple(image, image), {.split_idx = Split::train, .random = &random});
  CHECK(at::equal(a, b));
  auto const mirrored = a.select(3, 0).gt(a.select(3, 1)).sum().item<std::int64_t>();
  CHECK(mirrored > 16);
  CHECK(mirrored < 48);
}

TEST_CASE("flip: inside a loader the draws depend on the seed alone") {
  std::vector<std::tuple<TensorImageBW, std::string>> items;
  for (int i = 0; i < 32; ++i) items.emplace_back(TensorImageBW(at::rand({1, 4, 4})), i % 2 ? "x" : "y");
  Datasets const dsets(items, Splits{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, {16, 17}},
                       pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{}));
  auto first = [&](std::uint64_t seed, int workers) {
    auto const dls =
        dataloaders(dsets, {.batch_size = 8, .workers = workers, .shuffle = false, .seed = seed}, batch_tfms(Flip{}));
    for (auto const& batch : dls.train()) return std::get<0>(batch).tensor();
    return at::Tensor();
  };
  CHECK(at::equal(first(3, 0), first(3, 2)));
  CHECK_FALSE(at::equal(first(3, 0), first(4, 0)));
}
