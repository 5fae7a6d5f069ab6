#include "animals.hpp"
#include <fastxx/low/dispatch/overload_for.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <vector>

using namespace fastxx;

namespace {

struct greet_set;  // the name of a set needs no definition
struct empty_set;

}  // namespace

template <>
struct fastxx::overload_for<greet_set, Animal> {};
template <>
struct fastxx::overload_for<greet_set, Cat, Label> {};
template <>
struct fastxx::overload_for<greet_set, Animal, Label> {};
template <class T>
struct fastxx::overload_for<greet_set, std::vector<T>> {};

template <class X, class Y, class First, class Second>
consteval bool found() {
  return std::same_as<fastxx::detail::nearest_extension_t<greet_set, X, Y>, overload_for<greet_set, First, Second>>;
}

TEST_CASE("L-19 overload_for: the specialisation nearest to the types is found, the first argument before the second") {
  CHECK(found<Animal, Any, Animal, Any>());
  CHECK(found<Kitten, Any, Animal, Any>());
  CHECK(found<Cat, Label, Cat, Label>());
  CHECK(found<Kitten, Label, Cat, Label>());
  CHECK(found<Animal, Label, Animal, Label>());
  CHECK(found<Kitten, Stone, Animal, Any>());  // all of Cat's have another second type
}

TEST_CASE(
    "L-19 overload_for: nothing is found for strangers, in a set that nobody extended, or for one argument of two") {
  CHECK(std::is_void_v<fastxx::detail::nearest_extension_t<greet_set, Stone, Label>>);
  CHECK(std::is_void_v<fastxx::detail::nearest_extension_t<empty_set, Cat, Label>>);
  CHECK(std::is_void_v<fastxx::detail::nearest_extension_t<greet_set, int>>);
  CHECK(found<Cat, Any, Animal, Any>());
}

TEST_CASE("L-19 overload_for: a partial specialisation stands for a family of types") {
  CHECK(found<std::vector<int>, Stone, std::vector<int>, Any>());
  CHECK(found<std::vector<Cat>, Any, std::vector<Cat>, Any>());
}
