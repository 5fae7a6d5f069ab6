#include <fastxx/low/io/state.hpp>
#include <fastxx/low/tensor/functions.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

constexpr ImageSize small = {.width = 4, .height = 3}, large = {.width = 40, .height = 30};

TensorPoint points(ImageSize size) { return TensorPoint(at::arange(4, at::kFloat).view({2, 2}), {.img_size = size}); }

struct LabelMeta {
  std::string label = {};
};
struct TensorLabelledBox : Semantic<TensorLabelledBox, TensorBBox, LabelMeta> {
  using Semantic::Semantic;
};
struct TensorSketch : Semantic<TensorSketch, TensorImage, PointMeta> {  // shares img_size with points, not the line
  using Semantic::Semantic;
};

}  // namespace

template <>
inline constexpr bool fastxx::may_mix<TensorPoint, TensorSketch> = true;

TEST_CASE("L-25 metadata: given at the start, or set later; empty when nobody set it") {
  CHECK((points(small).img_size == small));
  CHECK((TensorPoint(at::zeros({2})).img_size == ImageSize{}));
  TensorBBox box(at::zeros({1, 4}), {.img_size = large});  // the metadata that it has from TensorPoint
  CHECK((box.img_size == large));
  box.img_size = small;
  CHECK((box.clone().img_size == small));
  CHECK((TensorPoint(at::zeros({2}), PointMeta{.img_size = large}).img_size == large));
  CHECK((TensorMask(at::zeros({2, 2}), {.codes = {"sky", "road"}}).codes == std::vector<std::string>{"sky", "road"}));
}

TEST_CASE("L-25 metadata: setting it on a result does not alter the source, nor the other way round") {
  TensorPoint source = points(small);
  TensorPoint result = source + 1, alias = source;
  result.img_size = large;
  CHECK((source.img_size == small));
  alias.img_size = large;
  CHECK((source.img_size == small));
  CHECK(alias.is_same(source));  // one memory, two handles
  source.img_size = {};
  CHECK((result.img_size == large));
}

TEST_CASE("L-23 L-25 metadata: of the first operand that has it") {
  Tensor const plain = at::ones({2, 2});
  CHECK(((points(small) + points(large)).img_size == small));
  CHECK((points(small).mul(points(large)).img_size == small));
  CHECK(((points(small) * plain).img_size == small));
  CHECK(((plain * points(small)).img_size == small));  // a plain tensor has none to give
  CHECK(((2 - points(small)).img_size == small));
  TensorBBox const box(at::ones({2, 2}), {.img_size = large});
  static_assert(std::same_as<decltype(points(small) + box), TensorBBox>);
  CHECK(((points(small) + box).img_size == small));
  CHECK(((fastxx::TensorBase(plain) + box).img_size == large));
  CHECK((points(small).lerp(points(large), box).img_size == small));
}

TEST_CASE("L-23 metadata: in place, a tensor keeps its own") {
  TensorPoint x = points(small);
  x += points(large);
  x.mul_(points(large)).add_(1);
  CHECK((x.img_size == small));
  CHECK(at::equal(x, at::tensor({1., 3., 9., 19.}).to(at::kFloat).view({2, 2})));  // 2 v v + 1 of 0, 1, 2, 3
}

TEST_CASE("L-25 metadata: every level of a hierarchy has its own, and all of it follows") {
  TensorLabelledBox box(at::zeros({1, 4}), {.label = "cat"});
  box.img_size = small;
  TensorLabelledBox const moved = (box * 2 + 1).reshape({4});
  CHECK(moved.label == "cat");
  CHECK((moved.img_size == small));
  CHECK(TensorLabelledBox(TensorBBox(at::zeros({4}), {.img_size = large})).label.empty());
}

TEST_CASE("L-25 L-43 metadata: a cast keeps what both types have") {
  TensorPoint const source = points(small);
  auto const box = as_subclass<TensorBBox>(source.view({1, 4}));
  static_assert(std::same_as<decltype(box), TensorBBox const>);
  CHECK((box.img_size == small));
  CHECK((as_subclass<TensorPoint>(box).img_size == small));
  CHECK((as_subclass<TensorSketch>(box).img_size == small));  // declared by both, though unrelated
  CHECK((TensorBBox(source).img_size == small));
  CHECK(as_subclass<TensorMask>(source).codes.empty());
  CHECK(as_subclass<Tensor>(source).is_same(source));
  CHECK((as_subclass<TensorPoint>(source.tensor()).img_size == ImageSize{}));
  CHECK(((source + TensorSketch(at::zeros({2, 2}))).img_size == small));  // a registered pair of one's own
}

TEST_CASE("L-43 set_meta: copies what both have, from the first that has it; anything else leaves it alone") {
  TensorPoint x = points(small);
  CHECK(&x.set_meta(at::zeros({1})) == &x);
  x.set_meta(3).set_meta(std::string("no tensor")).set_meta(TensorMask(at::zeros({1}), {.codes = {"a"}}));
  CHECK((x.img_size == small));
  x.set_meta(1, at::zeros({1}), points(large), points({}));
  CHECK((x.img_size == large));
  TensorImage image;
  CHECK(&image.set_meta(x) == &image);
  TensorMask mask(at::zeros({1}));
  mask.set_meta(mask + 1);
  CHECK(mask.codes.empty());
}

TEST_CASE("L-25 metadata: stack, cat and collate give the first one's") {
  std::vector<TensorPoint> const items = {points(small), points(large)};
  CHECK((fastxx::stack(items).img_size == small));
  CHECK((fastxx::cat(items, 1).img_size == small));
  CHECK((fastxx::stack(items).sizes() == at::IntArrayRef{2, 2, 2}));
  CHECK((fastxx::cat(items, 1).sizes() == at::IntArrayRef{2, 4}));
  CHECK((collate(items).img_size == small));
  std::vector<std::tuple<TensorPoint, int>> tuples = {{points(large), 1}, {points(small), 2}};
  CHECK((std::get<0>(collate(tuples)).img_size == large));
  CHECK((std::get<0>(collate(std::move(tuples))).img_size == large));  // moved out of the items, data and metadata
  CHECK_THROWS_WITH_AS(fastxx::stack(std::vector<TensorPoint>{}), doctest::Contains("[stack.empty]"), tensor_error);
  CHECK_THROWS_WITH_AS(fastxx::cat(std::vector<Tensor>{}), doctest::Contains("[cat.empty]"), tensor_error);
}

TEST_CASE("L-25 metadata: the library's state files hold it with the tensor, or alone") {
  SafeTensors file;
  StateWriter writer(file, "target.");
  TensorPoint source = points(small);
  writer("points", source);
  TensorMask mask(at::ones({2, 2}), {.codes = {"sky", "road"}});
  mask.serialize(writer);

  StateReader reader(file, "target.", "memory");
  TensorPoint restored;
  reader("points", restored);
  CHECK((restored.img_size == small));
  CHECK(at::equal(restored, source));
  TensorMask codes_only;
  codes_only.serialize(reader);
  CHECK((codes_only.codes == mask.codes));
}
