#include <fastxx/low/transform/transform.hpp>

#include <array>
#include <concepts>
#include <doctest/doctest.h>
#include <list>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

struct Next {
  constexpr int encodes(int x) const { return x + 1; }
  constexpr int decodes(int x) const { return x - 1; }
};
struct Halve {
  constexpr double encodes(int x) const { return x / 2.0; }
};

struct Inherits : std::tuple<int, int> {  // made from its elements only
  using tuple::tuple;
};
struct Aggregate : std::tuple<int, int> {
  std::string note = {};
};
struct NamedPair : std::pair<int, int> {
  using pair::pair;
};
template <class... Ts>
struct Siamese : std::tuple<Ts...> {
  using std::tuple<Ts...>::tuple;
};
template <class... Ts>
struct SiameseAggregate : std::tuple<Ts...> {};

struct Point {  // a struct with names is one item
  int x, y;
};

}  // namespace

TEST_CASE("L-08 transform: a tuple is mapped element by element, nested too") {
  static_assert(encode(Next{}, std::tuple(1, 2)) == std::tuple(2, 3));
  static_assert(encode(Next{}, std::tuple(1, std::tuple(2, std::tuple(3)))) ==
                std::tuple(2, std::tuple(3, std::tuple(4))));
  CHECK(decode(Next{}, std::tuple(1, std::tuple(2, 'c'))) == std::tuple(0, std::tuple(1, 'c')));
  CHECK(encode(Next{}, std::tuple<>()) == std::tuple<>());
}

TEST_CASE("L-08 transform: an element may change its type, and its value is not cut to the old one") {
  auto const halves = encode(Halve{}, std::tuple(1, 3));
  static_assert(std::same_as<decltype(halves), std::tuple<double, double> const>);
  CHECK(halves == std::tuple(0.5, 1.5));
  CHECK(encode(Halve{}, std::pair(1, 'c')) == std::pair(0.5, 'c'));
}

TEST_CASE("L-08 TR-03 transform: a pair stays a pair") {
  static_assert(std::same_as<decltype(encode(Next{}, std::pair(1, 2))), std::pair<int, int>>);
  CHECK(encode(Next{}, std::pair(1, std::pair(2, 'c'))) == std::pair(2, std::pair(3, 'c')));
}

TEST_CASE("L-08 TR-03 transform: lists, arrays and structs are one item") {
  CHECK(encode(Next{}, std::vector{1, 2}) == std::vector{1, 2});
  CHECK(encode(Next{}, std::list{1, 2}) == std::list{1, 2});
  CHECK(encode(Next{}, std::array{1, 2}) == std::array{1, 2});
  CHECK(encode(Next{}, Point{1, 2}).x == 1);
  struct Sum {
    int encodes(std::vector<int> const& x) const { return x[0] + x[1]; }
  };
  CHECK(encode(Sum{}, std::tuple(std::vector{1, 2}, 5)) == std::tuple(3, 5));
}

TEST_CASE("L-08 TR-03 transform: a tuple class keeps its class, at each level") {
  static_assert(std::same_as<decltype(encode(Next{}, Inherits{1, 2})), Inherits>);
  static_assert(std::same_as<decltype(encode(Next{}, NamedPair{1, 2})), NamedPair>);
  CHECK(encode(Next{}, Inherits{1, 2}) == std::tuple(2, 3));
  CHECK(encode(Next{}, NamedPair{1, 2}).second == 3);
  auto const nested = encode(Next{}, std::tuple(1, Inherits{2, 3}));
  static_assert(std::same_as<std::tuple_element_t<1, decltype(nested)>, Inherits const>);
  CHECK(std::get<1>(nested) == std::tuple(3, 4));
}

TEST_CASE("L-08 transform: the other members of a tuple class survive") {
  Aggregate item{{1, 2}, "left and right"};
  auto const mapped = encode(Next{}, item);
  static_assert(std::same_as<decltype(mapped), Aggregate const>);
  CHECK(mapped.note == "left and right");
  CHECK(std::get<0>(mapped) == 2);
}

TEST_CASE(
    "L-08 transform: a class template over its elements follows them, another tuple class becomes a plain tuple") {
  auto const pair = encode(Halve{}, Siamese<int, int>{1, 3});
  static_assert(std::same_as<decltype(pair), Siamese<double, double> const>);
  CHECK(std::get<1>(pair) == 1.5);
  auto const aggregate = encode(Halve{}, SiameseAggregate<int, int>{{1, 3}});
  static_assert(std::same_as<decltype(aggregate), SiameseAggregate<double, double> const>);
  CHECK(std::get<1>(aggregate) == 1.5);
  auto const plain = encode(Halve{}, Inherits{1, 3});
  static_assert(std::same_as<decltype(plain), std::tuple<double, double> const>);
  CHECK(std::get<1>(plain) == 1.5);
}

TEST_CASE("L-08 transform: elements that can only be moved are moved through") {
  struct AddOne {
    std::unique_ptr<int> encodes(std::unique_ptr<int>& x) const { return std::make_unique<int>(*x + 1); }
  };
  auto const mapped = encode(AddOne{}, std::tuple(std::make_unique<int>(1), std::make_unique<double>(2.5)));
  CHECK(*std::get<0>(mapped) == 2);
  CHECK(*std::get<1>(mapped) == 2.5);
}

namespace {
struct Color {
  int hue = 0;
};
struct Tint : Color {
  explicit Tint(Color color) : Color(color) {}
};
struct Sealed : Color {  // cannot be made from its base
  explicit Sealed(int) {}
};
}  // namespace

TEST_CASE("L-10 retain_type: only a base of the old type that the old type can be made from is cast back") {
  static_assert(std::same_as<decltype(retain_type<Tint>(Color{})), Tint>);
  static_assert(std::same_as<decltype(retain_type<Color>(Tint{Color{}})), Tint>);
  static_assert(std::same_as<decltype(retain_type<Sealed>(Color{})), Color>);
  static_assert(std::same_as<decltype(retain_type<Tint>(1)), int>);
  static_assert(std::same_as<decltype(retain_type<Tint>(Exactly{Color{}})), Color>);
  CHECK(retain_type<Tint>(Color{3}).hue == 3);
}

TEST_CASE("L-10 transform: elements of a tuple get their types back one by one") {
  struct Darken {
    Color encodes(Color x) const { return {x.hue - 1}; }
  };
  auto const mapped = encode(Darken{}, std::tuple(Tint{Color{5}}, Color{7}));
  static_assert(std::same_as<decltype(mapped), std::tuple<Tint, Color> const>);
  CHECK(std::get<0>(mapped).hue == 4);
  CHECK(std::get<1>(mapped).hue == 6);
}

namespace {
struct SwapTwo : ItemTransform {  // of any tuple of two integers
  std::tuple<int, int> encodes(std::tuple<int, int> const& x) const { return {std::get<1>(x), std::get<0>(x)}; }
  std::tuple<int, int> decodes(std::tuple<int, int> const& x) const { return encodes(x); }
};
struct SwapPair : ItemTransform {
  std::pair<int, int> encodes(std::pair<int, int> const& x) const { return {x.second, x.first}; }
};
struct HalveBoth : ItemTransform {
  std::tuple<double, double> encodes(std::tuple<int, int> const& x) const {
    return {std::get<0>(x) / 2., std::get<1>(x) / 2.};
  }
};
}  // namespace

TEST_CASE("L-11 transform: what an ItemTransform makes of a tuple class has that class, as long as its elements fit") {
  auto const swapped = encode(SwapTwo{}, Inherits{1, 2});
  static_assert(std::same_as<decltype(swapped), Inherits const>);
  CHECK(swapped == std::tuple(2, 1));
  static_assert(std::same_as<decltype(decode(SwapTwo{}, Inherits{1, 2})), Inherits>);
  CHECK(decode(SwapTwo{}, swapped) == std::tuple(1, 2));

  auto const pair = encode(SwapPair{}, NamedPair{1, 2});
  static_assert(std::same_as<decltype(pair), NamedPair const>);
  CHECK(pair.first == 2);

  auto const aggregate = encode(SwapTwo{}, Aggregate{{1, 2}, "left and right"});
  static_assert(std::same_as<decltype(aggregate), Aggregate const>);
  CHECK(aggregate.note == "left and right");
  CHECK(std::get<0>(aggregate) == 2);

  static_assert(std::same_as<decltype(encode(HalveBoth{}, Inherits{1, 3})), std::tuple<double, double>>);
  static_assert(std::same_as<decltype(encode(SwapTwo{}, std::tuple(1, 2))), std::tuple<int, int>>);
}
