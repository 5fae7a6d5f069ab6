#include <fastxx/low/transform/pipeline.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <string>
#include <tuple>

using namespace fastxx;

namespace {

int halve(int x) { return x / 2; }
double third(double x) noexcept { return x / 3; }

struct Late {
  static constexpr int order = 7;
  constexpr int operator()(int x) const { return x * 10; }
};

struct OnlySetups {
  template <class Items>
  void setups(Items const&) {}
};

}  // namespace

TEST_CASE("L-03 transform: a lambda, a function pointer and a callable object are transforms") {
  auto constexpr next = transform([](int x) { return x + 1; });
  static_assert(encode(next, 4) == 5);
  CHECK(encode(transform(halve), 9) == 4);
  CHECK(encode(transform(Late{}), 2) == 20);
  CHECK(encode(transform([](auto const& x) { return x + x; }), std::string("ab")) == "abab");
}

TEST_CASE("L-03 transform: a function is not given a type it would have to convert") {
  CHECK(encode(transform(halve), 9.0) == 9.0);
  CHECK(encode(transform(third), 9) == 9);  // noexcept is part of a function's type, not of its argument's
  static_assert(std::same_as<decltype(encode(transform(third), 9)), int>);
  CHECK(encode(transform([](std::string const& x) { return x + "!"; }), "text") == std::string_view("text"));
  CHECK(encode(transform([](double x) noexcept { return x / 2; }), 9) == 9);
}

TEST_CASE("L-03 transform: the second function undoes the first") {
  auto constexpr shift = transform([](int x) { return x + 3; }, [](int x) { return x - 3; });
  static_assert(decode(shift, encode(shift, 4)) == 4);
  static_assert(decode(transform([](int x) { return x + 3; }), 4) == 4);
}

TEST_CASE("L-03 transform: order and split_idx are options, the function's own order wins") {
  auto const ordered = transform<TransformOptions{.order = 5}>(halve);
  static_assert(ordered.order == 5);
  static_assert(transform<TransformOptions{.order = 5}>(Late{}).order == 7);
  auto const train_only = transform<TransformOptions{.split_idx = Split::train}>([](int x) { return -x; });
  CHECK(encode(train_only, 3, {.split_idx = Split::train}) == -3);
  CHECK(encode(train_only, 3, {.split_idx = Split::valid}) == 3);
  CHECK(encode(train_only, 3) == 3);
  CHECK(decode(train_only, 3, {.split_idx = Split::train}) == 3);
}

TEST_CASE("L-03 L-13 transform: make_transform keeps transforms and wraps callables") {
  struct Next {
    int encodes(int x) const { return x + 1; }
  };
  struct OnlyDecodes {
    int decodes(int x) const { return x - 1; }
  };
  static_assert(std::same_as<decltype(make_transform(Next{})), Next>);
  static_assert(std::same_as<decltype(make_transform(OnlyDecodes{})), OnlyDecodes>);
  static_assert(std::same_as<decltype(make_transform(OnlySetups{})), OnlySetups>);
  CHECK(encode(make_transform(halve), 8) == 4);
  CHECK(encode(make_transform(Late{}), 8) == 80);
}

TEST_CASE("L-03 L-08 transform: a function is mapped over a tuple's elements") {
  CHECK(encode(transform(halve), std::tuple(8, 2.5, std::tuple(6))) == std::tuple(4, 2.5, std::tuple(3)));
}
