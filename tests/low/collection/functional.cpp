#include <fastxx/low/collection/functional.hpp>
#include <fastxx/low/collection/predicates.hpp>
#include <fastxx/low/transform/function.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <map>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct Name {
  std::string first;
};
struct Row {
  int id;
  Name name;
  int twice() const { return 2 * id; }
  Name copied() const { return name; }
};
struct Table {  // a row that is no map
  int operator[](std::string const& name) const { return static_cast<int>(name.size()); }
};
}  // namespace

TEST_CASE("L-30 noop: gives its first argument back and ignores the others") {
  static_assert(noop(3) == 3 && noop(3, "ignored", 4.5) == 3);
  std::string text = "a";
  static_assert(std::is_same_v<decltype(noop(text)), std::string>);
  CHECK(noop(text) == "a");
}

TEST_CASE("L-31 attrgetter: reads a field, a field of a field, or what a method gives") {
  Row const row{3, {"Ada"}};
  CHECK(attrgetter(&Row::id)(row) == 3);
  CHECK(attrgetter(&Row::name, &Name::first)(row) == "Ada");
  CHECK(attrgetter(&Row::twice)(row) == 6);
  Row const longer{4, {std::string(40, 'a')}};  // of a value that a method gives
  CHECK(attrgetter(&Row::copied, &Name::first)(longer) == std::string(40, 'a'));
}

TEST_CASE("L-31 attrgetter: reads a named field of a map or a row") {
  CHECK(attrgetter<"text">()(std::map<std::string, int>{{"text", 4}}) == 4);
  CHECK(attrgetter<"text">()(Table{}) == 4);
  CHECK_THROWS_WITH_AS((attrgetter<"text">()(std::map<std::string, int>{})),
                       "[attrgetter.name] attrgetter: expected the field 'text'; got a row without it", data_error);
}

TEST_CASE("itemgetter: elements of tuples by an index the compiler knows, of lists by any") {
  static_assert(itemgetter<1>()(std::pair(1, 2)) == 2);
  CHECK(itemgetter<1, 0>()(std::tuple(1, std::string("a"))) == std::tuple(std::string("a"), 1));
  CHECK(itemgetter(-1)(std::vector{1, 2, 3}) == 3);
  CHECK(itemgetter(0)(std::vector{true}) == true);
  CHECK_THROWS_AS(itemgetter(3)(std::vector{1, 2, 3}), data_error);
}

TEST_CASE("compose: the first function first, members too, and nothing is noop") {
  static_assert(compose(add(1), mul(3))(2) == 9);  // compose(add(1),mul(3))(2)
  static_assert(compose()(5) == 5);
  CHECK(compose(&Row::name, &Name::first, [](std::string const& text) { return text.size(); })(Row{1, {"Ada"}}) == 3);
}

TEST_CASE("repr: values as they are written in code, with none, true and false") {
  using Texts = std::vector<std::string>;
  CHECK(repr("it's") == "\"it's\"");
  CHECK(repr(std::string("a\n\\")) == "'a\\n\\\\'");
  CHECK(repr('c') == "'c'");
  CHECK(repr(1.0) == "1.0");
  CHECK(repr(.5) == "0.5");
  CHECK(repr(1e-7) == "1e-07");
  CHECK(repr(1.0 / 0.0) == "inf");
  CHECK(repr(true) == "true");
  CHECK(repr(std::tuple(1)) == "(1,)");
  CHECK(repr(std::pair(1, "a")) == "(1, 'a')");
  CHECK(repr(Texts{"a"}) == "['a']");
  CHECK(repr(std::map<std::string, Texts>{{"a", {"b"}}}) == "{'a': ['b']}");
  CHECK(repr(std::optional<int>()) == "none");
  CHECK(repr(std::optional<int>(2)) == "2");
  CHECK(repr(Table{}).find("Table") != std::string::npos);
  CHECK(text_of(std::string("a")) == "a");
  CHECK(text_of(1.0) == "1.0");
}
