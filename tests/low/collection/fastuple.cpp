#include <fastxx/low/collection/fastuple.hpp>
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <sstream>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct SiameseImage : fastuple<TensorImage, TensorImage, TensorCategory> {
  using fastuple::fastuple;
  int id = 0;
  std::string show(std::string before) const { return before + "siamese " + std::to_string(id); }
};
struct Brighter {
  TensorImage encodes(TensorImage const& image) const { return image + 1; }
  TensorImage decodes(TensorImage const& image) const { return image - 1; }
};
struct Count {  // changes the type of an element
  int encodes(TensorImage const& image) const { return static_cast<int>(image.numel()); }
};
struct Sizes : fastuple<int, int> {
  using fastuple::fastuple;
  std::string unit = "px";
};
struct Half {
  int encodes(int x) const { return x / 2; }
};
TensorImage image(float value) { return TensorImage(at::full({2}, value)); }
}  // namespace

// Expected values: fastcore 1.7.28 basics.py fastuple.
TEST_CASE("L-41 fastuple: arithmetic is element by element, and what is shorter starts anew") {
  constexpr fastuple t(1, 2, 3);
  static_assert(t.mul(2) == fastuple(2, 4, 6));
  static_assert(fastuple(1, 2, 3, 4).mul(std::tuple(2, 3)) == fastuple(2, 6, 6, 12));
  static_assert(t.add(fastuple(10, 20)) == fastuple(11, 22, 13));
  static_assert(fastuple(5, 7) - fastuple(1, 2) == fastuple(4, 5));
  static_assert(fastuple(5, 7) / 2 == fastuple(2.5, 3.5));
  static_assert(fastuple(5, -7).floordiv(2) == fastuple(2, -4));
  static_assert(-fastuple(1, -2) == fastuple(-1, 2));
  static_assert((fastuple(6, 7) & 3) == fastuple(2, 3) && (fastuple(6, 7) | 8) == fastuple(14, 15));
  static_assert(fastuple(6, -7) % 4 == fastuple(2, 1));
  static_assert(~fastuple(true, false, 2) == fastuple(false, true, false));
  CHECK(fastuple(5.5, -7.5).floordiv(2) == fastuple(2.0, -4.0));
  CHECK(fastuple(1, std::string("a")).add(std::tuple(2, "b")) == fastuple(3, std::string("ab")));
}

TEST_CASE("L-41 fastuple: max, min and comparisons give tuples; == and < compare the whole") {
  constexpr fastuple t(1, 5, 3);
  static_assert(t.max(2) == fastuple(2, 5, 3) && t.min(2) == fastuple(1, 2, 2));
  static_assert(t.max(std::tuple(2, 3), 4) == fastuple(4, 5, 4));
  static_assert(t.lt(3) == fastuple(true, false, false) && t.le(3) == fastuple(true, false, true));
  static_assert(t.gt(3) == fastuple(false, true, false) && t.ge(3) == fastuple(false, true, true));
  static_assert(t.eq(std::tuple(1, 3)) == fastuple(true, false, false) && t.ne(5) == fastuple(true, false, true));
  static_assert(t == fastuple(1, 5, 3) && t < fastuple(1, 6, 0) && t != fastuple(1, 5, 4));
  CHECK(t == std::tuple(1, 5, 3));
}

TEST_CASE("L-41 fastuple: is a tuple to the language and prints like one") {
  auto const [a, b] = fastuple(1, std::string("x"));
  CHECK(a == 1);
  CHECK(b == "x");
  CHECK(std::apply([](int x, int y) { return x + y; }, fastuple(1, 2)) == 3);
  static_assert(std::is_same_v<decltype(fastuple(std::tuple(1, 2.5))), fastuple<int, double>>);
  std::ostringstream out;
  out << fastuple(1) << fastuple(1, "a");
  CHECK(out.str() == "(1,)(1, 'a')");
}

TEST_CASE("L-41 fastuple: transforms map it and give it back as itself") {
  auto const doubled = encode(Half{}, fastuple(8, 2.5));
  static_assert(std::is_same_v<decltype(doubled), fastuple<int, double> const>);
  CHECK(doubled == fastuple(4, 2.5));
  auto const counted = encode(Count{}, fastuple(image(0), 1));
  static_assert(std::is_same_v<decltype(counted), fastuple<int, int> const>);
  CHECK(counted == fastuple(2, 1));
}

TEST_CASE("L-41 fastuple: a class of the user's that derives from it stays that class") {
  SiameseImage item(image(1), image(2), TensorCategory(at::tensor({1})));
  item.id = 7;
  auto const tfms = pipeline(Brighter{});
  auto const bright = tfms(item);
  static_assert(std::is_same_v<decltype(bright), SiameseImage const>);
  CHECK(bright.id == 7);
  CHECK(std::get<0>(bright).sum().item<float>() == 4);
  CHECK(std::get<1>(tfms.decode(bright)).sum().item<float>() == 4);
  CHECK(tfms.show(bright, std::string("> ")) == "> siamese 7");
  auto const plain = encode(Count{}, item);  // other elements: no longer a pair of images
  static_assert(std::is_same_v<decltype(plain), std::tuple<int, int, TensorCategory> const>);
  CHECK(std::get<0>(plain) == 2);
}

TEST_CASE("L-41 fastuple: calculating keeps a derived class while its element types stay") {
  Sizes sizes(3, 4);
  sizes.unit = "mm";
  auto const negative = -sizes;
  static_assert(std::is_same_v<decltype(negative), Sizes const>);
  CHECK(negative == fastuple(-3, -4));
  CHECK(negative.unit == "mm");
  static_assert(std::is_same_v<decltype(elementwise(mul, sizes, 2)), Sizes>);
  CHECK(elementwise(mul, sizes, 2) == fastuple(6, 8));
  static_assert(std::is_same_v<decltype(sizes / 2), std::tuple<double, double>>);
}

TEST_CASE("L-41 fastuple: dispatch knows it") {
  auto const kind = typedispatch(overload<SiameseImage>([](auto&&...) { return std::string("siamese"); }),
                                 overload<fastuple<int, int>>([](auto&&...) { return std::string("two integers"); }));
  CHECK(kind(SiameseImage()) == "siamese");
  CHECK(kind(fastuple(1, 2)) == "two integers");
}

TEST_CASE("L-41 fastuple: integers keep their sign beside unsigned ones") {
  static_assert(fastuple(-1).max(0u) == fastuple(0) && fastuple(-1).min(0u) == fastuple(-1));
  static_assert(fastuple(-7).floordiv(2u) == fastuple(-4) && fastuple(-7) % 3u == fastuple(2));
  CHECK(fastuple(-1, 2).max(0u, 1u) == fastuple(1, 2));
}
