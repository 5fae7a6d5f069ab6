#include "laws.hpp"
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/testing/transform.hpp>

#include <doctest/doctest.h>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>

using namespace fastxx;
using testing::check_transform;

namespace {

struct Shift {  // keeps every law
  double by = 1;
  double encodes(double x) const { return x + by; }
  double decodes(double x) const { return x - by; }
  void serialize(auto& archive) { archive("by", by); }
};
struct Jitter {  // so does this random one
  static constexpr int split_idx = Split::train;
  double draw(auto const&, Random& random) const { return random.uniform(); }
  double encodes(double x, double drawn) const { return x + drawn; }
};
struct JitterInTraining {  // and one that knows the subset
  double draw(auto const&, CallContext const& context) const {
    return context.split_idx == Split::train ? context.random->uniform() : 0;
  }
  double encodes(double x, double drawn) const { return x + drawn; }
};
struct Double_ : InplaceTransform {
  void encodes(TensorImage& x) const { x.mul_(2); }
  TensorImage decodes(TensorImage const& x) const { return x / 2; }
};

// And one that breaks each.
struct InPlace {
  TensorImage encodes(TensorImage const& x) const { return TensorImage(x).mul_(2); }
};
struct DecodesInPlace {
  TensorImage encodes(TensorImage const& x) const { return x * 2; }
  TensorImage decodes(TensorImage const& x) const { return TensorImage(x).div_(2); }
};
struct Counts {
  mutable double calls = 0;
  double encodes(double x) const { return x + calls++; }
};
struct OwnDraw : Jitter {  // draws outside of the stream it is given
  mutable double calls = 0;
  double draw(auto const&, Random&) const { return calls++; }
};
struct DrawsAgain : Jitter {  // and this one in encodes()
  mutable double calls = 0;
  double encodes(double x, double drawn) const { return x + drawn + calls++; }
};
struct TorchRandom {  // the stream of the whole program
  TensorImage encodes(TensorImage const& x) const { return x + TensorImage(at::rand_like(x)); }
};
struct TensorDepth : Semantic<TensorDepth, TensorImageBase> {  // no constructor from a tensor
  TensorDepth() = default;
  explicit TensorDepth(Tensor const& x, int) : Semantic(x) {}
};
struct Flatten {
  Tensor encodes(TensorBase const& x) const { return x.tensor().flatten(); }
};
struct Plain {
  Exactly<Tensor> encodes(TensorBase const& x) const { return {x.tensor()}; }
};
struct SplitFunction {
  int split_idx() const { return Split::train; }
  double encodes(double x) const { return x + 1; }
};
struct TrainAndValid {  // not one subset
  constexpr operator int() const { return Split::train; }
  friend constexpr bool operator==(TrainAndValid, int subset) { return subset != Split::none; }
};
struct ForBoth {
  TrainAndValid split_idx = {};
  double encodes(double x) const { return x + 1; }
  double decodes(double x) const { return x - 1; }
};
struct EveryThird {  // an element's place in the tuple matters
  mutable int calls = 0;
  double encodes(double x) const { return ++calls % 3 == 0 ? x : x + 1; }
};
struct WholePair {
  std::tuple<double, double> encodes(std::tuple<double, double> const& item) const { return item; }
};
struct WholePairRight : WholePair, ItemTransform {};
struct HalfUndone {
  double encodes(double x) const { return x * 3; }
  double decodes(double x) const { return x / 2; }
};
struct OtherTypeBack {
  double encodes(int x) const { return x; }
  float decodes(double x) const { return static_cast<float>(x); }
};
struct Rounds {
  double encodes(double x) const { return static_cast<int>(x); }
  double decodes(double x) const { return x; }
};
struct Forgets : Shift {  // saves less than it needs
  double factor = 1;
  double encodes(double x) const { return x * factor + by; }
  double decodes(double x) const { return (x - by) / factor; }
};
struct LoadsWrong : Shift {
  void serialize(auto& archive) {
    archive("by", by);
    by += 1;
  }
};
struct Throws {
  double encodes(double) const { throw std::runtime_error("no file"); }
};

TensorImage image() { return TensorImage(at::arange(1, 13, at::kFloat).view({1, 3, 2, 2})); }

}  // namespace

TEST_CASE("laws: transforms of the library keep them, alone, in a tuple and nested") {
  auto const normalize = Normalize::from_stats({.1, .2, .3}, {1, 2, 3});
  CHECK(check_transform(normalize, image()));
  CHECK(check_transform(normalize, std::tuple(image(), std::tuple(TensorCategory(at::ones({1})), image()))));
  CHECK(check_transform(IntToFloatTensor{}, image().to(at::kByte)));
  CHECK(check_transform(Shift{3}, 1.5));
  CHECK(check_transform(Jitter{}, std::tuple(1.5, std::string("label"))));
  CHECK(check_transform(JitterInTraining{}, 1.5));
  CHECK(check_transform(JitterInTraining{}, std::tuple(1.5, std::string("label"))));
  CHECK(check_transform(Double_{}, image()));
  CHECK(check_transform([](int x) { return x + 1; }, 3));
  CHECK(check_transform(transform([](int x) { return x + 1; }, [](int x) { return x - 1; }), 3));
  CHECK(check_transform(WholePairRight{}, std::tuple(1., 2.)));
}

TEST_CASE("laws: what a transform is given stays unchanged") {
  CHECK(
      is_only(check_transform(InPlace{}, image()), "encode() changes the item it is given: values differ by up to 12"));
  CHECK(is_only(check_transform(DecodesInPlace{}, image()), "decode() changes what it is given"));
  CHECK(is_only(check_transform(InPlace{}, std::tuple(2, std::tuple(image()))),
                "encode() changes the item it is given: element 1: element 0: "));
  auto const mine = image();
  check_transform(InPlace{}, mine);
  CHECK(at::equal(mine, image()));  // the check itself does not touch the item
}

TEST_CASE("laws: the same item, the same draw and the same seed give the same result") {
  CHECK(has(check_transform(Counts{}, 1.), "encode() gives another result for the same item: "));
  CHECK(has(check_transform(TorchRandom{}, image()), "encode() gives another result for the same item: "));
  auto const own_draw = check_transform(OwnDraw{}, 1.);
  CHECK(has(own_draw, "the same seed gives another result: "));
  CHECK_FALSE(has(own_draw, "encodes() gives another result for the same draw"));
  CHECK(has(check_transform(DrawsAgain{}, 1.), "encodes() gives another result for the same draw: "));
}

TEST_CASE("laws: a semantic tensor keeps its type, unless encodes() says Exactly") {
  CHECK(is_only(check_transform(Flatten{}, TensorDepth(at::ones({2, 2}), 0)),
                "a semantic tensor loses its type; add `using Semantic::Semantic` to it, or return Exactly{...}: "));
  CHECK(has(check_transform(Flatten{}, std::tuple(1, TensorDepth(at::ones({2, 2}), 0))), "a semantic tensor loses"));
  CHECK(check_transform(Flatten{}, image()));
  CHECK(check_transform(Plain{}, image()));
}

TEST_CASE("laws: split_idx is honoured by encode and by decode") {
  CHECK(has(check_transform(SplitFunction{}, 1.), "its split_idx is not a number, so it is not seen"));
  CHECK(has(check_transform(ForBoth{}, 1.), "decode() changes an item of a subset it is not for: 0 instead of 1"));
  CHECK(has(check_transform(ForBoth{}, 1.), "encode() changes an item of a subset it is not for: 2 instead of 1"));
}

TEST_CASE("laws: tuples are mapped element by element, and a whole tuple is for an ItemTransform") {
  CHECK(has(check_transform(EveryThird{}, 1.), "an item in a tuple comes out unlike the item alone: element "));
  CHECK(is_only(check_transform(WholePair{}, std::tuple(1., 2.)), "encodes() takes the whole tuple, but only an Item"));
}

TEST_CASE("laws: a check that could find nothing says so") {
  CHECK(is_only(check_transform(Shift{}, std::string("x")), "encodes() takes neither the item nor an element of it: "));
  CHECK(is_only(check_transform(Throws{}, 1.), "it does not take the item: it throws no file"));
}

TEST_CASE("laws: decode undoes encode, within the tolerance, for those that claim it") {
  CHECK(is_only(check_transform(HalfUndone{}, 2.),
                "decode() does not give back what encode() was given: 3 instead of 2"));
  CHECK(
      is_only(check_transform(OtherTypeBack{}, 2), "decode() does not give back what encode() was given: float inst"));
  CHECK_FALSE(check_transform(Rounds{}, 2.25));
  CHECK(check_transform(Rounds{}, 2.25, {.tolerance = {.absolute = .5}}));
  CHECK(check_transform(Rounds{}, 2.25, {.invertible = false}));
  CHECK(check_transform(Rounds{}, 2.));
}

TEST_CASE("laws: what is saved and loaded does the same") {
  CHECK(is_only(check_transform(Forgets{{}, 5}, 2.), "saved and loaded it gives other results: 3 instead of 11"));
  CHECK(check_transform(Forgets{}, 2.));  // its default is what it forgets
  CHECK(is_only(check_transform(LoadsWrong{}, 2.), "saved and loaded it gives other results: the loaded one saves"));
}

TEST_CASE("laws: a report is printed, tested, and thrown on request") {
  auto const good = check_transform(Shift{}, 1.), bad = check_transform(HalfUndone{}, 2.);
  std::ostringstream text;
  text << good << "\n" << bad;
  CHECK(text.str().find("Shift keeps its laws\n") != std::string::npos);
  CHECK(text.str().find("HalfUndone breaks 1 law:\n- decode() does not give back") != std::string::npos);
  good.require();
  CHECK_THROWS_AS(bad.require(), state_error);
  try {
    bad.require();
  } catch (state_error const& e) {
    CHECK(e.key() == "laws.broken");
    CHECK(std::string(e.what()).find("decode() does not give back") != std::string::npos);
  }
}
