#include "animals.hpp"
#include <fastxx/low/dispatch/dispatch.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <string_view>

using namespace fastxx;

namespace {

struct greet_set;  // a name needs no definition
constexpr auto greet = typedispatch<greet_set>(says<Animal>("animal"), says<Cat, Label>("cat, label"));
constexpr auto anonymous = typedispatch(says<Animal>("animal"));
struct bare_set;
constexpr auto bare = typedispatch<bare_set>();

// What a user's header adds, for a type of hers and for types of others.
struct Tomcat : Cat {
  using base_type = Cat;
  int age = 0;
};
struct Says {
  std::string_view text;
  constexpr std::string_view operator()(auto&&...) const { return text; }
};

}  // namespace

template <>
struct fastxx::overload_for<greet_set, Tomcat> {
  constexpr int operator()(Tomcat const& kitten, auto&&...) const { return kitten.age; }
};
template <>
struct fastxx::overload_for<greet_set, Cat, Label> : Says {
  constexpr overload_for() : Says{"her cat, label"} {}
};
template <>
struct fastxx::overload_for<greet_set, Stone, Any> : Says {
  constexpr overload_for() : Says{"stone"} {}
};
template <>
struct fastxx::overload_for<bare_set, int, int> {
  int& operator()(int& x, int y) const { return x += y; }
};

TEST_CASE("L-19 open dispatch: a user's type reaches the user's function, nearer than the set's own") {
  static_assert(greet(Tomcat{{}, 3}) == 3);
  static_assert(greet(Tomcat{{}, 3}, Label{}) == 3);  // the first argument decides before the second
  CHECK(greet(Cat{}) == "animal");
  CHECK(greet(Animal{}, 1) == "animal");
}

TEST_CASE("L-19 open dispatch: at the same signature the extension wins, it is the later registration") {
  CHECK(greet(Cat{}, Label{}) == "her cat, label");
  CHECK(greet.extend(says<Cat, Label>("own again"))(Cat{}, Label{}) == "her cat, label");
  CHECK(greet.extend(says<Cat, Any>("cat"))(Cat{}, 1) == "cat");
}

TEST_CASE("L-19 open dispatch: a type that the set's author never saw gets its overload") {
  CHECK(greet(Stone{}) == "stone");
  CHECK(greet(Stone{}, Label{}) == "stone");
  CHECK(anonymous.matches<Tomcat>());
  CHECK(!anonymous.matches<Stone>());  // a set without a name is closed
}

TEST_CASE("L-19 open dispatch: a set may start without any overload, and references pass through") {
  int x = 1;
  bare(x, 2) = 7;
  CHECK(x == 7);
  CHECK(bare("text", 2) == std::string_view("text"));
  CHECK(bare(x) == 7);
  CHECK(std::is_empty_v<decltype(bare)>);
}

TEST_CASE("L-19 open dispatch: what was chosen can be asked for") {
  CHECK(std::same_as<decltype(greet)::chosen<Tomcat, Label>::first, Tomcat>);
  CHECK(std::same_as<decltype(greet)::chosen<Tomcat, Label>::second, Any>);
  CHECK(std::same_as<decltype(greet)::chosen<Tomcat>::signature::result, void>);  // generic: unknown
  CHECK(std::same_as<decltype(bare)::chosen<int, int>::signature::parameters, type_list<int&, int>>);
  CHECK(std::is_void_v<decltype(greet)::chosen<Label>>);
}
