#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>

using namespace fastxx;

namespace {

struct Depth {  // a user's own type, which no transform of the library knows
  Tensor metres;
};
struct Fraction {
  using base_type = void;
  double value;
};
struct Percent : Fraction {
  using base_type = Fraction;
};

struct Half {
  Fraction encodes(Fraction x) const { return {x.value / 2}; }
  Fraction decodes(Fraction x) const { return {x.value * 2}; }
};
struct Quarter {  // its only encodes is replaced below
  Fraction encodes(Fraction x) const { return {x.value / 4}; }
};
struct Tenth {  // its own is nearer to Percent than the extension below
  Percent encodes(Percent x) const { return {{x.value / 10}}; }
};
struct Shift {  // draws
  template <class Item>
  int draw(Item const&, Random&) const {
    return 7;
  }
  int encodes(int x, int drawn) const { return x + drawn; }
};
struct Both {  // overloaded: the compiler cannot list what it takes
  int encodes(int x) const { return x + 1; }
  double encodes(double x) const { return x + 1; }
};

struct Overloaded {  // its own for Percent is nearer than the extension for Fraction below
  Percent encodes(Percent const& x) const { return {{x.value + 1}}; }
  std::string encodes(std::string const& x) const { return x; }
  Percent decodes(Percent const& x) const { return {{x.value - 1}}; }
  std::string decodes(std::string const& x) const { return x; }
};

}  // namespace

template <>
struct fastxx::overload_for<encodes_set, Normalize, Depth> {
  Depth operator()(Normalize const& t, Depth const& x) const { return {x.metres - t.mean.flatten()[0]}; }
};
template <>
struct fastxx::overload_for<decodes_set, Normalize, Depth> {
  Depth operator()(Normalize const& t, Depth const& x) const { return {x.metres + t.mean.flatten()[0]}; }
};
template <>
struct fastxx::overload_for<encodes_set, Half, Percent> {
  constexpr Percent operator()(Half const&, Percent x) const { return {{x.value / 200}}; }
};
template <>
struct fastxx::overload_for<encodes_set, Half, std::string> {
  std::string operator()(Half const&, std::string const& x) const { return x.substr(0, x.size() / 2); }
};
template <>
struct fastxx::overload_for<encodes_set, Quarter, Fraction> {
  constexpr Fraction operator()(Quarter const&, Fraction x) const { return {x.value / 400}; }
};
template <>
struct fastxx::overload_for<encodes_set, Tenth, Fraction> {
  constexpr Fraction operator()(Tenth const&, Fraction x) const { return {x.value / 1000}; }
};
template <>
struct fastxx::overload_for<encodes_set, Shift, std::string> {
  std::string operator()(Shift const&, std::string const& x, int drawn) const { return x + std::to_string(drawn); }
};
template <>
struct fastxx::overload_for<encodes_set, Both, int> {
  int operator()(Both const&, int x) const { return x + 100; }
};
template <>
struct fastxx::overload_for<encodes_set, Overloaded, Fraction> {
  Fraction operator()(Overloaded const&, Fraction const& x) const { return {x.value + 100}; }
};
template <>
struct fastxx::overload_for<decodes_set, Overloaded, Fraction> {
  Fraction operator()(Overloaded const&, Fraction const& x) const { return {x.value - 100}; }
};
template <>
struct fastxx::overload_for<encodes_set, IntToFloatTensor, TensorBase> {
  TensorBase operator()(IntToFloatTensor const&, TensorBase const& x) const { return x + 1; }
};

TEST_CASE("L-19 extend: a user's type is normalised, and decoded, by functions beside the type") {
  auto const p = pipeline(Normalize::from_stats({2}, {4}));
  Depth const depth{at::tensor({5.f})};
  CHECK(p(depth).metres.item<float>() == 3.f);
  CHECK(p.decode(p(depth)).metres.item<float>() == 5.f);
  CHECK(std::get<0>(p(std::tuple(depth, 1))).metres.item<float>() == 3.f);
  p.check<std::tuple<Depth, int>>();
}

TEST_CASE(
    "L-19 TR-11 extend: the function nearest to the item's type is chosen, the transform's own or the extension") {
  CHECK(encode(Half{}, Fraction{8}).value == 4);     // its own
  CHECK(encode(Half{}, Percent{{8}}).value == .04);  // the extension, nearer than its own for Fraction
  CHECK(decode(Half{}, Percent{{8}}).value == 16);   // nothing nearer than its own
  CHECK(encode(Half{}, std::string("abcd")) == "ab");
  CHECK(encode(Half{}, 8) == 8);
  CHECK(encode(Tenth{}, Percent{{10}}).value == 1);    // its own is the nearer one
  CHECK(encode(Tenth{}, Fraction{1000}).value == 1);   // only the extension takes it
  CHECK(encode(Quarter{}, Fraction{400}).value == 1);  // the same type: the later registration
}

TEST_CASE("L-19 extend: an extension for the same type replaces the transform's own, its other overloads stay") {
  CHECK(encode(Both{}, 1) == 101);
  CHECK(encode(Both{}, 1.) == 2.);
}

TEST_CASE("L-19 extend: an overload of the transform's own stays in front of an extension for a base of its type") {
  CHECK(encode(Overloaded{}, Percent{{1}}).value == 2);
  CHECK(decode(Overloaded{}, Percent{{1}}).value == 0);
  CHECK(encode(Overloaded{}, Fraction{1}).value == 101);
  CHECK(decode(Overloaded{}, Fraction{1}).value == -99);
  CHECK(encode(IntToFloatTensor{}, TensorImageBW(at::full({1}, 51))).item<float>() == doctest::Approx(.2));
  CHECK(encode(IntToFloatTensor{}, TensorText(at::full({1}, 51))).item<float>() == 52);
}

TEST_CASE("L-19 TR-05 extend: an extension gets what was drawn for the whole item") {
  auto const [number, text] = encode(Shift{}, std::tuple(1, std::string("a")));
  CHECK(number == 8);
  CHECK(text == "a7");
}
