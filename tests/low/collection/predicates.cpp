#include <fastxx/low/collection/list.hpp>
#include <fastxx/low/collection/predicates.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

// Expected values: fastcore 1.7.28 basics.py.
TEST_CASE("L-29 predicates: two arguments are the operation, and the compiler can do it") {
  static_assert(lt(1, 2) && !lt(2, 2) && le(2, 2) && !le(3, 2) && gt(3, 2) && !gt(2, 2) && ge(2, 2) && !ge(3, 4));
  static_assert(eq(2, 2) && !eq(2, 3) && ne(2, 3) && !ne(2, 2));
  static_assert(add(2, 3) == 5 && sub(2, 3) == -1 && mul(2, 3) == 6 && truediv(7, 2) == 3.5);
  CHECK(add(std::string("a"), "b") == "ab");
}

TEST_CASE("L-29 predicates: one argument is a function with it on the right") {
  static_assert(lt(3)(2) && !lt(3)(3) && le(3)(3) && gt(3)(4) && !gt(3)(3) && ge(3)(3) && eq(3)(3) && ne(3)(4));
  static_assert(add(2)(3) == 5 && sub(3)(10) == 7 && mul(2)(3) == 6 && truediv(2)(7) == 3.5 && mod(3)(7) == 1);
  CHECK(eq("a")(std::string("a")));
  CHECK(L{"a", "b"}.filter(ne("a")) == L{"b"});
}

TEST_CASE("L-29 predicates: integers compare as numbers, whatever their signs") {
  static_assert(lt(-1, 1u) && gt(1u, -1) && !eq(-1, 4294967295u) && ne(-1, 4294967295u) && le(-1, 1u) && ge(1u, -1));
  CHECK(L<unsigned>{1, 5}.filter(gt(-1)).size() == 2);
}

TEST_CASE("L-29 predicates: mod has the sign of the divisor") {
  static_assert(mod(-7, 3) == 2 && mod(7, -3) == -2 && mod(6, 3) == 0 && mod(-6, 3) == 0);
  static_assert(mod(-7, 3u) == 2 && mod(7u, -3) == -2);
  CHECK(mod(-7.5, 2) == .5);
  CHECK(mod(7.5, -2) == -.5);
}

TEST_CASE("L-29 predicates: is_ asks for the same object, not for an equal one") {
  std::string const a = "text", b = "text";
  CHECK(is_(a, a));
  CHECK_FALSE(is_(a, b));
  CHECK(is_not(a, b));
  CHECK(is_(a)(a));
  CHECK_FALSE(is_(a)(b));
  auto const shared = std::make_shared<int>(1);
  auto const same = shared;
  CHECK(is_(shared, same));
  CHECK(is_not(shared)(std::make_shared<int>(1)));
  CHECK(is_(std::shared_ptr<int>(), nullptr));
  CHECK(is_(std::nullopt)(std::optional<int>()));  // is_(None)(None)
  CHECK(is_not(std::nullopt)(std::optional(3)));   // is_not(None)(3)
}

TEST_CASE("L-29 predicates: in_ looks into collections, keys and texts") {
  L const l{3, 1, 2};
  CHECK(in_(3, l));
  CHECK_FALSE(in_(4, l));
  CHECK(in_("b", "abc"));
  CHECK(in_('b', std::string("abc")));
  CHECK(in_(std::vector{1, 2})(2));
  CHECK(in_("a", std::map<std::string, int>{{"a", 1}}));
  CHECK_FALSE(in_("b", std::map<std::string, int>{{"a", 1}}));
  CHECK(l.filter(in_(L{1, 2})) == L{1, 2});
  CHECK_FALSE(in_(3.7, l));
  CHECK(in_(3.0, l));
  CHECK_FALSE(in_(-1, L<unsigned>{4294967295u}));
  CHECK_FALSE(in_(3.7, std::map<int, int>{{3, 0}}));
  CHECK(in_(3u, std::map<int, int>{{3, 0}}));
}
