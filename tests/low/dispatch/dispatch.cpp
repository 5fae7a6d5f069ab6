#include "animals.hpp"
#include <fastxx/low/dispatch/dispatch.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <string_view>

using namespace fastxx;

namespace {

struct Mineral {};
struct Quartz {};

// fastcore's example: (Integral, any) and (int, float).
constexpr auto f_td_test = typedispatch(overload<Integral>([](auto x, auto...) { return x + 1; }),
                                        overload<int, double>([](int x, double y) { return x + y; }));

}  // namespace

template <>
struct fastxx::parent_of<Quartz> {  // a type of somebody else's gets its place in a hierarchy from outside
  using type = Mineral;
};

TEST_CASE("L-20 typedispatch: (Integral, any) adds one, (int, float) adds both, a text comes back") {
  static_assert(f_td_test(3, 2.0) == 5);
  static_assert(f_td_test(3, 2) == 4);
  CHECK(f_td_test(std::string("a")) == "a");
  CHECK(f_td_test(3) == 4);
  CHECK(f_td_test(true, 'x') == 2);
}

TEST_CASE("L-18 typedispatch: the most derived match wins, whatever the order of registration") {
  auto const up = typedispatch(says<Animal>("animal"), says<Cat>("cat"), says("anything"));
  auto const down = typedispatch(says("anything"), says<Cat>("cat"), says<Animal>("animal"));
  CHECK(up(Kitten{}) == "cat");
  CHECK(down(Kitten{}) == "cat");
  CHECK(up(Cat{}) == "cat");
  CHECK(up(Animal{}) == "animal");
  CHECK(down(Animal{}) == "animal");
  CHECK(up(Stone{}) == "anything");
  CHECK(down(Stone{}) == "anything");
}

TEST_CASE("L-18 typedispatch: numbers are Integral and Number, as in Python") {
  auto const kind = typedispatch(says<Number>("number"), says<Integral>("integral"), says<bool>("bool"));
  CHECK(kind(true) == "bool");
  CHECK(kind(3) == "integral");
  CHECK(kind(3L) == "integral");
  CHECK(kind(3.5f) == "number");
  CHECK(kind.matches<unsigned char>());
  static_assert(!kind.matches<std::string>());
}

TEST_CASE("L-18 TR-11 typedispatch: the first argument decides before the second") {
  auto const f = typedispatch(says<int, Any>("int, any"), says<Integral, double>("Integral, double"));
  CHECK(f(1, 2.0) == "int, any");
  CHECK(f(1L, 2.0) == "Integral, double");
  CHECK(f.extend(says<int, double>("int, double"))(1, 2.0) == "int, double");
  CHECK(f.extend(says<int, double>("int, double"))(1, 2) == "int, any");
}

TEST_CASE("TR-11 typedispatch: a first match without a second one gives way to the next first match") {
  auto const f = typedispatch(says<Kitten, Stone>("kitten, stone"), says<Cat, Animal>("cat, animal"),
                              says<Animal, Any>("animal, any"));
  CHECK(f(Kitten{}, Stone{}) == "kitten, stone");
  CHECK(f(Kitten{}, Cat{}) == "cat, animal");
  CHECK(f(Kitten{}, 1) == "animal, any");
}

TEST_CASE("L-18 typedispatch: among equal first arguments the second decides") {
  auto const f = typedispatch(says<Cat, Any>("any"), says<Cat, Cat>("cat"), says<Cat, Animal>("animal"));
  CHECK(f(Kitten{}, Kitten{}) == "cat");
  CHECK(f(Kitten{}, Animal{}) == "animal");
  CHECK(f(Kitten{}, Stone{}) == "any");
}

TEST_CASE("L-18 typedispatch: only the first two arguments choose, the rest are handed on") {
  auto const f = typedispatch(overload<int, int>([](int a, int b, int c, int d) { return a + 10 * b + 100 * c + d; }));
  CHECK(f(1, 2, 3, 4000) == 4321);
}

TEST_CASE("L-18 typedispatch: constants and references are chosen by their type, and reach the function unchanged") {
  auto const address = typedispatch(overload<Cat>([](Cat const& cat) { return &cat; }));
  Cat const cat;
  CHECK(address(cat) == &cat);
  int value = 1;
  auto const change = typedispatch(overload<int>([](int& x) -> int& { return ++x; }));
  change(value) = 7;
  CHECK(value == 7);
}

TEST_CASE("L-19 typedispatch: without a match the first argument comes back") {
  auto const f = typedispatch(says<Cat, Cat>("cats"));
  CHECK(f(5, 6) == 5);
  CHECK(f(std::string("a"), Cat{}) == "a");
  CHECK(*f(std::make_unique<int>(3), 1) == 3);
  static_assert(std::same_as<decltype(f(Cat{}, 1)), Cat>);
  static_assert(!f.matches<Cat>() && f.matches<Cat, Kitten>());
  static_assert(typedispatch()(5) == 5);
}

TEST_CASE("L-19 typedispatch: a set is extended from outside, and the same signature replaces") {
  auto const f = typedispatch(says<Animal>("animal"), says<int>("int"));
  auto const more = f.extend(says<Cat>("cat"), says<int>("another int"));
  CHECK(more(Kitten{}) == "cat");
  CHECK(more(1) == "another int");
  CHECK(f(Kitten{}) == "animal");  // the set it was made from stays
  CHECK(f(1) == "int");
}

TEST_CASE("L-18 lineage: the distance counts the steps up to an ancestor") {
  static_assert(distance_to_ancestor<Kitten, Kitten>() == 0);
  static_assert(distance_to_ancestor<Kitten, Animal>() == 2);
  static_assert(distance_to_ancestor<Kitten, Any>() == 3);
  static_assert(distance_to_ancestor<Animal, Kitten>() == -1);
  static_assert(distance_to_ancestor<int, Number>() == 2);
  static_assert(distance_to_ancestor<double, Integral>() == -1);
  static_assert(distance_to_ancestor<Quartz, Mineral>() == 1);
  static_assert(distance_to_ancestor<Quartz, Any>() == 2);
  static_assert(distance_to_ancestor<Any, Any>() == 0);
  CHECK(typedispatch(says<Mineral>("mineral"))(Quartz{}) == "mineral");
}

TEST_CASE("L-21 typedispatch: one_of registers each of its types, and the nearest of them counts") {
  auto const f = typedispatch(says<one_of<Cat, Stone>, one_of<int, Mineral>>("cat or stone"), says<Animal>("animal"),
                              says<one_of<Animal, Kitten>, double>("kitten, double"), says<Cat, double>("cat, double"));
  CHECK(f(Kitten{}, 1) == "cat or stone");
  CHECK(f(Stone{}, Quartz{}) == "cat or stone");
  CHECK(f(Cat{}, 1.f) == "animal");
  CHECK(f(Kitten{}, 1.) == "kitten, double");
  CHECK(f(Animal{}, 1.) == "kitten, double");
  CHECK(f(Cat{}, 1.) == "cat, double");
  CHECK(!f.matches<Stone, float>());
  // Each member stands for itself: the later registration of its signature wins.
  CHECK(f.extend(says<Stone, one_of<Mineral, char>>("later"))(Stone{}, Quartz{}) == "later");
  CHECK(typedispatch(says<Stone>("stone"), says<one_of<int, Stone>>("one of"))(Stone{}) == "one of");
}

namespace {

// A chain of types, each derived from the one before.
template <int n>
struct Link {
  using base_type = Link<n - 1>;
};
template <>
struct Link<0> {};

template <int a, int b>
constexpr auto pair = overload<Link<a>, Link<b>>([](auto const&...) { return 10 * a + b; });

template <int x, int y, class... Pairs>
constexpr int chosen_among(Pairs... pairs) {
  return typedispatch(pairs...)(Link<x>{}, Link<y>{});
}

}  // namespace

TEST_CASE("TR-11 typedispatch: no two signatures are ever equally near, whatever the order of registration") {
  CHECK(chosen_among<2, 2>(pair<2, 0>, pair<1, 2>) == 20);
  CHECK(chosen_among<2, 2>(pair<1, 2>, pair<2, 0>) == 20);
  CHECK(chosen_among<2, 2>(pair<0, 2>, pair<1, 0>) == 10);
  CHECK(chosen_among<2, 2>(pair<1, 0>, pair<0, 2>) == 10);
  CHECK(chosen_among<2, 2>(pair<1, 1>, pair<1, 2>) == 12);
  CHECK(chosen_among<2, 2>(pair<1, 2>, pair<1, 1>) == 12);
  // The case that is ambiguous for C++'s own overloads: (derived, base) and (base, derived).
  CHECK(chosen_among<2, 2>(pair<1, 2>, pair<2, 1>) == 21);
  CHECK(chosen_among<2, 2>(pair<2, 1>, pair<1, 2>) == 21);
  CHECK(chosen_among<2, 1>(pair<1, 1>, pair<0, 0>, pair<0, 1>) == 11);
}

TEST_CASE("TR-11 typedispatch: a class with two bases is dispatched as the one that it names") {
  struct Named {};
  struct Dog : Animal, Named {
    using base_type = Animal;
  };
  auto const f = typedispatch(says<Named>("named"), says<Animal>("animal"));
  CHECK(f(Dog{}) == "animal");
}
