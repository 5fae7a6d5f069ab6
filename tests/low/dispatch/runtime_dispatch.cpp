#include "animals.hpp"
#include <fastxx/low/dispatch/runtime_dispatch.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

using namespace fastxx;

namespace {

using Thing = std::variant<Animal, Cat, Stone>;
using IntOrDouble = std::variant<int, double>;

constexpr auto meet =
    typedispatch(says<Animal, Animal>("two animals"), says<Cat, int>("cat, int"), says<Cat, Any>("cat, any"),
                 says<Stone, Any>("stone, any"), says<Any, double>("any, double"));

// A variant whose change of value failed on the way has none.
struct Throws {
  Throws() = default;
  Throws(int) { throw std::runtime_error("no"); }
  Throws(Throws const&) { throw std::runtime_error("no"); }  // else the old value would be kept aside
};
using Fragile = std::variant<std::string, Throws>;
Fragile valueless() {
  Fragile made = "text";
  try {
    made.emplace<Throws>(1);
  } catch (std::runtime_error const&) {
  }
  return made;
}

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (data_error const& error) {
    return error.key() + " " + error.parts().got;
  }
  return "nothing thrown";
}

}  // namespace

TEST_CASE("L-18 runtime_dispatch: for every pair of alternatives it does what the set does") {
  constexpr auto f = runtime_dispatch(meet);
  auto agree = [&]<class X, class Y>(X x, Y y) {
    auto const result = f(Thing(x), IntOrDouble(y));
    if constexpr (meet.matches<X, Y>())
      return std::get<std::string_view>(result) == meet(x, y);
    else
      return std::holds_alternative<X>(result);
  };
  CHECK(agree(Animal{}, 1));  // no match: the animal comes back
  CHECK(agree(Animal{}, 1.));
  CHECK(agree(Cat{}, 1));
  CHECK(agree(Cat{}, 1.));
  CHECK(agree(Stone{}, 1));
  CHECK(agree(Stone{}, 1.));
  CHECK(std::same_as<decltype(f(Thing(), IntOrDouble())), std::variant<Animal, std::string_view>>);
}

TEST_CASE("L-18 runtime_dispatch: plain values stand beside variants, and only the first two choose") {
  constexpr auto f = runtime_dispatch(
      typedispatch(overload<Cat, int>([](Cat, int x, auto const&...) { return x; }),
                   overload<Stone>([](Stone, auto const&... rest) { return static_cast<int>(sizeof...(rest)); }),
                   overload<Animal>([](auto const&...) { return -1; })));
  CHECK(f(Thing(Cat{}), 5) == 5);
  CHECK(f(Cat{}, std::variant<char, int>(6)) == 6);
  CHECK(f(Cat{}, std::variant<char, int>('c')) == -1);
  CHECK(f(Thing(Stone{})) == 0);
  CHECK(f(Thing(Stone{}), 1, IntOrDouble(2.)) == 2);
  CHECK(f(Cat{}, 7) == 7);
}

TEST_CASE("L-18 runtime_dispatch: it is constexpr where the variants are") {
  constexpr auto next = runtime_dispatch(
      typedispatch(overload<Integral>([](auto x) { return x + 1.; }), overload<double>([](double x) { return -x; })));
  static_assert(next(IntOrDouble(3)) == 4);
  static_assert(next(IntOrDouble(3.)) == -3);
  CHECK(std::same_as<decltype(next(IntOrDouble())), double>);
}

TEST_CASE("L-18 runtime_dispatch: the result is the common type, or a variant of the different ones") {
  auto const f = typedispatch(overload<int>([](int) { return 1; }), overload<double>([](double) { return 'c'; }),
                              overload<bool>([](bool) {}), overload<char>([](char) { return 2; }));
  auto const g = runtime_dispatch(f);
  std::variant<int, double, bool, char> v = 1.;
  CHECK(std::same_as<decltype(g(v)), std::variant<int, char, std::monostate>>);
  CHECK(std::get<char>(g(v)) == 'c');
  v = true;
  CHECK(g(v).index() == 2);
  v = 'x';
  CHECK(std::get<int>(g(v)) == 2);
  auto const h = runtime_dispatch(
      typedispatch(overload<double>([](double) { return 5; }), overload<int>([](int& x) -> int& { return x; })));
  std::variant<int, double> u = 3;
  CHECK(std::same_as<decltype(h(u)), int>);  // int and int&: a value
  CHECK(h(u) == 3);
  std::variant<int, char> same = 'x';
  CHECK(std::same_as<decltype(g(same)), int>);
  CHECK(std::same_as<decltype(g(std::variant<bool>(true))), void>);
  CHECK(std::same_as<decltype(runtime_dispatch(typedispatch())(same)), std::variant<int, char>>);
}

TEST_CASE("L-18 runtime_dispatch: references reach the function, and moved variants are moved out of") {
  auto const change = runtime_dispatch(typedispatch(overload<Integral>([](auto& x) -> void { ++x; })));
  std::variant<int, long> n = 4L;
  change(n);
  CHECK(std::get<long>(n) == 5);
  auto const first = runtime_dispatch(typedispatch(overload<std::string>([](std::string& s) -> char& { return s[0]; }),
                                                   overload<Stone>([](Stone) -> char& { throw 1; })));
  std::variant<std::string, Stone> text = "abc";
  first(text) = 'x';
  CHECK(std::get<0>(text) == "xbc");
  auto const take = runtime_dispatch(
      typedispatch(overload<std::unique_ptr<int>>([](std::unique_ptr<int> p, int more) { return *p + more; })));
  std::variant<std::unique_ptr<int>, int> owner = std::make_unique<int>(5);
  CHECK(take(std::move(owner), 2) == 7);
  CHECK(std::get<0>(owner) == nullptr);
  auto const third = runtime_dispatch(typedispatch(overload<int>([](int, int, std::unique_ptr<int> p) { return *p; })));
  CHECK(std::get<int>(third(std::variant<int, char>(1), 2, std::make_unique<int>(3))) == 3);
  auto const back = runtime_dispatch(typedispatch());
  CHECK(*std::get<0>(back(std::variant<std::unique_ptr<int>, int>(std::make_unique<int>(6)))) == 6);
}

TEST_CASE("L-19 runtime_dispatch: without a match it throws when asked, and names both types") {
  auto const f = runtime_dispatch<NoMatch::throws>(meet);
  Thing const animal, cat = Cat{};
  CHECK(std::same_as<decltype(f(animal, IntOrDouble())), std::string_view>);  // nothing passes through
  CHECK(f(cat, IntOrDouble(1)) == "cat, int");
  auto const message = message_of([&] { f(animal, IntOrDouble(1)); });
  CHECK(message.find("dispatch.no_match (") == 0);
  CHECK(message.find("Animal, int)") != std::string::npos);
  CHECK(message_of([&] { f(animal, 'c'); }).find("Animal, char)") != std::string::npos);
  CHECK(message_of([&] { f(animal); }).find("Animal)") != std::string::npos);
}

TEST_CASE("L-18 runtime_dispatch: a variant without a value is an error, whatever was asked for") {
  auto const f = typedispatch(says("any"));
  Fragile const empty = valueless();
  REQUIRE(empty.valueless_by_exception());
  CHECK(runtime_dispatch(f)(Fragile("text")) == "any");
  CHECK(message_of([&] { runtime_dispatch(f)(empty); }) == "dispatch.valueless (a variant without a value)");
  CHECK(message_of([&] { runtime_dispatch(f)(1, empty); }) == "dispatch.valueless (int, a variant without a value)");
  CHECK(message_of([&] { runtime_dispatch<NoMatch::throws>(f)(empty, IntOrDouble(2.)); }) ==
        "dispatch.valueless (a variant without a value, double)");
}

TEST_CASE("L-18 runtime_dispatch: a std::any is looked up among its candidates") {
  auto const f = runtime_dispatch(meet).any_holds<Cat, Stone, int, double>();
  std::any const cat = Cat{}, stone = Stone{}, one = 1, half = .5;
  auto text = [](auto const& result) { return std::get<std::string_view>(result); };
  CHECK(text(f(cat, one)) == "cat, int");
  CHECK(text(f(cat, half)) == "cat, any");
  CHECK(text(f(stone, one)) == "stone, any");
  CHECK(text(f(one, half)) == "any, double");
  CHECK(std::get<int>(f(one, one)) == 1);
  CHECK(text(f(cat, 1)) == "cat, int");                 // beside a plain value
  CHECK(text(f(Thing(Stone{}), one)) == "stone, any");  // and beside a variant
  auto const change = runtime_dispatch(typedispatch(overload<int>([](int& x) { return x += 2; }))).any_holds<int>();
  std::any number = 1;
  change(number);
  CHECK(std::any_cast<int>(number) == 3);
}

TEST_CASE("L-19 runtime_dispatch: a std::any with a type that is no candidate, or with nothing, is no match") {
  auto const set = typedispatch(overload<int>([](int x) { return x + 1; }));
  std::any const text = std::string("text"), one = 1, empty;
  auto const f = runtime_dispatch(set).any_holds<int>();
  CHECK(std::any_cast<std::string>(std::get<std::any>(f(text))) == "text");
  CHECK(std::get<int>(f(one)) == 2);
  CHECK(!std::get<std::any>(f(empty)).has_value());
  auto const strict = runtime_dispatch<NoMatch::throws>(set).any_holds<int>();
  CHECK(strict(one) == 2);
  CHECK(message_of([&] { strict(text); }).find("basic_string<char") != std::string::npos);
  CHECK(message_of([&] { strict(empty); }) == "dispatch.no_match (an empty std::any)");
  auto const any = runtime_dispatch(set.extend(says("something"))).any_holds<int>();  // an overload for Any takes it
  CHECK(std::get<std::string_view>(any(text)) == "something");
}
