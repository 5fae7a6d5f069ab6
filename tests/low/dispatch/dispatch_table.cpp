#include "animals.hpp"
#include <fastxx/low/dispatch/dispatch_table.hpp>

#include <doctest/doctest.h>
#include <string>

using namespace fastxx;

namespace {

struct named_set;
struct parent_set;

constexpr auto generic = [](auto&&...) { return 1; };

}  // namespace

template <>
struct fastxx::overload_for<named_set, Animal> {
  char operator()(Animal const&) const { return 'a'; }
};
template <>
struct fastxx::overload_for<named_set, Cat, double> {
  double operator()(Cat const&, double x) const { return x; }
};
template <>
struct fastxx::overload_for<named_set, Stone, Stone> {
  auto operator()(auto const&...) const { return 1; }
};
template <>
struct fastxx::overload_for<parent_set, Stone> {
  int operator()(Stone) const { return 2; }
};

TEST_CASE("L-19 dispatch_table: it has the extensions for the set's own types, and for those it is asked about") {
  auto const parent = typedispatch<parent_set>(overload<char>([](char) {}));
  auto const set =
      typedispatch<named_set>(overload<Animal>([](Animal const&) { return 1.f; }), overload<int, double>(generic));
  // The one for Animal replaces the set's own; those for Cat and Stone no type of the set leads to.
  std::string const table = dispatch_table(set);
  CHECK(table.find("Animal, Any) -> char\n") != std::string::npos);
  CHECK(table.find("float") == std::string::npos);
  CHECK(table.find("Stone") == std::string::npos);
  CHECK(table.find("Cat") == std::string::npos);
  CHECK(dispatch_table(set, type_list<Kitten>{}).find("Cat, double) -> double\n") != std::string::npos);
  CHECK(dispatch_table(set, type_list<Stone>{}).find("Stone) -> auto\n") != std::string::npos);
  CHECK(dispatch_table(set.inherit(parent), type_list<Stone>{}).find("Stone, Any) -> int\n") != std::string::npos);
  CHECK(dispatch_table(parent) == "(char, Any) -> void\n");
  CHECK(dispatch_table(typedispatch<parent_set>(), type_list<Stone>{}).ends_with("Stone, Any) -> int\n"));
}

TEST_CASE("L-18 dispatch_table: one line for each overload, the most derived first, the first type before the second") {
  auto const set = typedispatch(overload(generic), overload<Integral>(generic), overload<int>([](int) { return 'c'; }),
                                overload<Integral, double>(generic), overload<Number>([](double x) { return x; }),
                                overload<int, double>([](int x, double y) { return x + y; }));
  CHECK(dispatch_table(set) ==
        "(int, double) -> double\n"
        "(int, Any) -> char\n"
        "(Integral, double) -> auto\n"
        "(Integral, Any) -> auto\n"
        "(Number, Any) -> double\n"
        "(Any, Any) -> auto\n");
}

TEST_CASE("L-21 dispatch_table: unions are lines of their own, what was replaced is gone, inherited sets come last") {
  auto const parent = typedispatch(overload<char>([](char) {}));
  auto const set = typedispatch(overload<one_of<char, int>, one_of<bool, Any>>(generic),
                                overload<int>([](int, auto...) { return 2.f; }), overload<int>([](int) { return 2.f; }))
                       .inherit(parent);
  CHECK(dispatch_table(set) ==
        "(char, bool) -> auto\n"
        "(char, Any) -> auto\n"
        "(int, bool) -> auto\n"
        "(int, Any) -> float\n"
        "(char, Any) -> void\n");
  CHECK(dispatch_table(typedispatch()) == "");
}

TEST_CASE("L-18 dispatch_table: the order does not depend on the registration, where one type is above another") {
  auto const up = typedispatch(overload<Animal>(generic), overload<Cat>(generic));
  auto const down = typedispatch(overload<Cat>(generic), overload<Animal>(generic));
  CHECK(dispatch_table(up) == dispatch_table(down));
  CHECK(dispatch_table(up).find("Cat, Any) -> auto\n") < dispatch_table(up).find("Animal, Any) -> auto\n"));
}
