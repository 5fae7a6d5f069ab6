#include <fastxx/low/collection/list.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <list>
#include <map>
#include <ranges>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct Inner {
  int depth;
  bool operator==(Inner const&) const = default;
};
struct Row {
  int id;
  std::string text;
  Inner inner;
};
L<Row> rows() { return {{2, "b", {20}}, {1, "a", {10}}}; }
using Mixed = L<std::tuple<int, std::string>>;
}  // namespace

static_assert(std::ranges::random_access_range<L<int>> && std::ranges::sized_range<L<int>>);
static_assert(std::ranges::random_access_range<L<bool>>);

TEST_CASE("P-19 L: itemgot, map, filter and sum make 14 of 1, -5 and 9, and 20 with 6 among them") {
  std::map<std::string, int> d{{"a", 1}, {"b", -5}, {"e", 9}};
  CHECK(L(d).itemgot<1>().map(abs).filter(gt(4)).sum() == 14);
  d["d"] = 6;
  CHECK(L(d).itemgot<1>().map(abs).filter(gt(4)).sum() == 20);
}

// Beside each expected value: what fastcore 1.7.28 was asked, with l = L(3,1,2).
TEST_CASE("L-26 L: is made of items, of any range, or of one text") {
  CHECK(L("abc").to_string() == "(#1) ['abc']");  // L('abc')
  CHECK(L(std::string("abc")).size() == 1);
  CHECK(L(std::string_view("abc")) == std::vector<std::string>{"abc"});
  CHECK(L(4).to_string() == "(#1) [4]");  // L(4)
  CHECK(L(std::vector{1, 2}).to_string() == "(#2) [1,2]");
  CHECK(L(std::list{1, 2}).to_string() == "(#2) [1,2]");
  CHECK(L(1, 2.5).to_string() == "(#2) [1.0,2.5]");
  CHECK(L("a", std::string("b")).to_string() == "(#2) ['a','b']");
  CHECK(L{"a", "b"}.to_string() == "(#2) ['a','b']");
  CHECK(L(L{1, 2}, L{3}).to_string() == "(#2) [[1, 2],[3]]");  // coll_repr(L([1,2],L(3)))
  CHECK(L(L{1, 2}).to_string() == "(#2) [1,2]");
  CHECK(L(std::filesystem::path("/a/b")).size() == 1);
  CHECK(L<int>().empty());
  static_assert(std::is_same_v<decltype(L{"a", "b"}), L<std::string>>);
  static_assert(std::is_same_v<decltype(L(L{1, 2})), L<int>>);
}

TEST_CASE("L-26 L: an index counts from the front, or, when negative, from the end") {
  L l{3, 1, 2};
  CHECK(l[0] == 3);
  CHECK(l[-1] == 2);  // l[-1]
  l[-1] = 7;
  CHECK(l == std::vector{3, 1, 7});
  L const constant = l;
  CHECK(constant[2u] == 7);
}

TEST_CASE("L-26 L: an index out of range names itself and the size") {
  L const l{3, 1, 2};
  CHECK_THROWS_WITH_AS(l[3], "[list.index] L: expected an index from -3 to 2 for 3 items; got 3", data_error);
  CHECK_THROWS_WITH_AS(l[-4], "[list.index] L: expected an index from -3 to 2 for 3 items; got -4", data_error);
  CHECK_THROWS_AS((l[{0, 3}]), data_error);
}

TEST_CASE("L-26 L: slices are Python's") {
  L const l{3, 1, 2};
  CHECK(l[Slice{.step = -1}] == L{2, 1, 3});                                      // l[::-1]
  CHECK(l[Slice{.start = 5}].empty());                                            // l[5:]
  CHECK(l[Slice{.start = -2}] == L{1, 2});                                        // l[-2:]
  CHECK(l[Slice{.start = 3, .stop = 0, .step = -2}] == L{2});                     // l[3:0:-2]
  CHECK(l[Slice{.start = -10, .stop = 10, .step = 2}] == L{3, 2});                // l[-10:10:2]
  CHECK(L<int>::range(10)[Slice{.start = 8, .stop = 2, .step = -3}] == L{8, 5});  // L.range(10)[8:2:-3]
  CHECK(l[Slice{.step = std::numeric_limits<std::int64_t>::max()}] == L{3});      // l[::sys.maxsize]
  CHECK(l[Slice{.step = std::numeric_limits<std::int64_t>::min()}] == L{2});      // l[::-sys.maxsize-1]
  CHECK(L<int>()[Slice{.step = -1}].empty());
  CHECK_THROWS_WITH_AS((l[Slice{.step = 0}]), "[list.step] L: expected a step that is not 0; got Slice{.step = 0}",
                       data_error);
}

TEST_CASE("L-26 L: a list of indices picks, a mask of bools keeps") {
  L const l{3, 1, 2};
  CHECK(l[{1, 2}] == L{1, 2});  // l[1,2]
  CHECK(l[{-1, 0, 0}] == L{2, 3, 3});
  CHECK(l[std::vector<long>{2, 0}] == L{2, 3});
  CHECK(l[L{2, 0}] == L{2, 3});
  CHECK(l[std::vector{true, false, true}] == L{3, 2});  // l[[True,False,True]]
  CHECK(l[l.map(gt(1))] == L{3, 2});
  CHECK(l[~l.map(gt(1))] == L{1});
  CHECK_THROWS_WITH_AS((l[L{true}]), "[list.mask] L: expected a mask as long as the list, 3 items; got a mask of 1",
                       data_error);
}

TEST_CASE("L-26 L: set changes one item, those of a list or those of a mask") {
  L l{3, 1, 2, 5};
  l.set(-1, 6);
  l.set(L{0, 1}, L{30, 10});
  CHECK(l == L{30, 10, 2, 6});
  l.set(l.map(lt(10)), 0);
  CHECK(l == L{30, 10, 0, 0});
  l.set({0, -1}, L{7, 8});
  CHECK(l[0] == 7);
  CHECK(l[-1] == 8);
  l.set({0, 1}, 9);
  CHECK(l[{0, 1}] == L{9, 9});
  l.set(Slice{.stop = 1}, 4);
  CHECK(l[0] == 4);
}

TEST_CASE("L-26 L: equal to any sequence with equal items, never to a text or a map") {
  L const l{3, 1, 2};
  CHECK(l == std::vector{3, 1, 2});
  CHECK(std::list<long>{3, 1, 2} == l);
  CHECK(l == L<std::int64_t>{3, 1, 2});
  CHECK(l == L<double>{3, 1, 2});
  CHECK(l != L{3, 1});
  CHECK(l != L{3, 1, 4});
  CHECK_FALSE(L{'a', 'b'} == "ab");  // L('a','b')=='ab'
  CHECK_FALSE(L{'a', 'b'} == std::string("ab"));
  CHECK_FALSE(L(std::map<int, int>{{1, 2}}) == std::map<int, int>{{1, 2}});
  CHECK(L(L{1}, L{2, 3}) == std::vector<std::vector<int>>{{1}, {2, 3}});
  CHECK(L<unsigned>{4294967295u} != L{-1});
}

TEST_CASE("L: sorted by nothing, a member, an index or a function, and equal ones keep their order") {
  L const l{3, 1, 2};
  CHECK(l.sorted() == L{1, 2, 3});
  CHECK(l.sorted(noop, {.reverse = true}) == L{3, 2, 1});  // l.sorted(reverse=True)
  CHECK(rows().sorted(&Row::id).map(&Row::text) == L{"a", "b"});
  Mixed const mixed{{1, "b"}, {2, "a"}, {1, "c"}};
  CHECK(mixed.sorted(itemgetter<0>()).to_string() == "(#3) [(1, 'b'),(1, 'c'),(2, 'a')]");
  CHECK(mixed.sorted(itemgetter<0>(), {.reverse = true}).to_string() == "(#3) [(2, 'a'),(1, 'b'),(1, 'c')]");
  CHECK(L(L{2, 1}, L{1, 5}).sorted(0) == L(L{1, 5}, L{2, 1}));
  CHECK(L(L{2, 1}, L{1, 5}, L{1}).sorted() == L(L{1}, L{1, 5}, L{2, 1}));
  CHECK(l.reversed() == L{2, 1, 3});
}

TEST_CASE("L-28 L: map takes a function, a member, a format text, a list or a map") {
  L const l{3, 1, 2};
  CHECK(l.map("item {}") == L{"item 3", "item 1", "item 2"});  // l.map('item {}')
  CHECK(L{"a"}.map("{{{0}}}") == L{"{a}"});
  CHECK(l.map(std::vector{10, 20, 30, 40}) == L{40, 20, 30});  // l.map([10,...])
  CHECK(l.map(std::map<int, char>{{1, 'a'}, {2, 'b'}, {3, 'c'}}).to_string() == "(#3) ['c','a','b']");  // l.map({...})
  CHECK(l.map(sub, 10) == L{7, 9, 8});  // l.map(operator.sub,10)
  CHECK(rows().map(&Row::text) == L{"b", "a"});
  CHECK(L{-1.5, 4.0}.map(std::abs).sum() == 5.5);
  int calls = 0;
  CHECK(l.map([&calls](int) mutable { return ++calls; }) == L{1, 2, 3});
  CHECK_THROWS_WITH_AS(l.map(std::map<int, int>{{1, 1}}), "[list.lookup] L::map: expected a key of the map; got 3",
                       data_error);
  CHECK_THROWS_AS(l.map(std::vector{1, 2}), data_error);
}

TEST_CASE("L: filter, argwhere and argfirst") {
  L const l{3, 1, 2};
  CHECK(L{1, 0, 2}.filter() == L{1, 2});  // L(1,0,2).filter()
  CHECK(L{"a", ""}.filter() == L{"a"});
  CHECK(l.filter(gt(1), {.negate = true}) == L{1});  // l.filter(gt(1),negate=True)
  CHECK(l.argwhere(gt(1)) == L{0, 2});               // l.argwhere(gt(1))
  CHECK(l.argwhere(gt(1), {.negate = true}) == L{1});
  CHECK(l.argfirst(eq(2)) == 2);  // l.argfirst(eq(2))
  CHECK(l.argfirst(gt(1), {.negate = true}) == 1);
  CHECK_FALSE(l.argfirst(eq(7)).has_value());  // l.argfirst(eq(7)) -> None
}

TEST_CASE("L: enumerate and renumerate, unique, val2idx, cycle") {
  L const l{3, 1, 2};
  CHECK(l.enumerate().to_string() == "(#3) [(0, 3),(1, 1),(2, 2)]");
  CHECK(l.renumerate().to_string() == "(#3) [(3, 0),(1, 1),(2, 2)]");
  CHECK(L{3, 1, 3, 2, 1}.unique() == L{3, 1, 2});
  CHECK(L{3, 1, 3, 2, 1}.unique({.sort = true}) == L{1, 2, 3});
  CHECK(L{Inner{1}, Inner{2}, Inner{1}}.unique().size() == 2);  // neither hash nor order
  CHECK(Mixed{{1, "a"}, {1, "a"}}.unique().size() == 1);        // order, no hash
  CHECK(L{3, 1, 3}.val2idx() == std::map<int, std::int64_t>{{3, 2}, {1, 1}});
  CHECK(L<int>::range(5).zipwith(L{1, 2}.cycle()).itemgot<1>() == L{1, 2, 1, 2, 1});
  CHECK_THROWS_WITH_AS(L<int>().cycle(), "[list.cycle] L::cycle: expected at least one item; got an empty list",
                       data_error);
}

TEST_CASE("L: groupby, map_dict and map_first") {
  L const l{3, 1, 2};
  CHECK(repr(L{1, 2, 3, 4}.groupby(mod(2))) == "{0: [2, 4], 1: [1, 3]}");
  CHECK(repr(Mixed{{1, "a"}, {2, "b"}, {1, "c"}}.groupby(itemgetter<0>(), itemgetter<1>())) ==
        "{1: ['a', 'c'], 2: ['b']}");  // groupby(0,1)
  CHECK(repr(L(L{1, 7}, L{2, 8}, L{1, 9}).groupby(0, 1)) == "{1: [7, 9], 2: [8]}");
  CHECK(l.map_dict(mul(2)) == std::map<int, int>{{3, 6}, {1, 2}, {2, 4}});
  CHECK(l.map_first(mul(10), gt(25)) == 30);    // l.map_first(lambda x:x*10, gt(25))
  CHECK_FALSE(l.map_first(gt(9)).has_value());  // l.map_first(gt(9)) -> None
}

TEST_CASE("L: itemgot and attrgot go into tuples, lists, structs and maps") {
  L const nested{std::tuple(1, std::tuple(2, 3)), std::tuple(4, std::tuple(5, 6))};
  CHECK(nested.itemgot<1, 0>() == L{2, 5});  // itemgot(1,0)
  CHECK(L(L{1, 2}, L{3, 4}).itemgot(-1) == L{2, 4});
  CHECK_THROWS_WITH_AS(L(L{1, 2}, L{3}).itemgot(1),
                       "[list.index] itemgetter: expected an index from -1 to 0 for 1 items; got 1", data_error);
  CHECK(rows().attrgot(&Row::text) == L{"b", "a"});
  CHECK(rows().attrgot(&Row::inner, &Inner::depth) == L{20, 10});
  using Map = std::map<std::string, int>;
  CHECK(L<Map>{{{"a", 1}}, {{"b", 2}}}.attrgot("a", 7) == L{1, 7});  // attrgot('a',7)
  auto changed = rows();
  changed.setattrs(&Row::id, 5);
  CHECK(changed.attrgot(&Row::id) == L{5, 5});
}

TEST_CASE("L: zip, zipwith, starmap and their maps") {
  L const l{3, 1, 2};
  CHECK(L(L{1, 2, 3}, L{4, 5}).zip() == L(L{1, 4}, L{2, 5}));
  CHECK(L(L{1, 2, 3}, L{4, 5}).zip({.cycled = true}) == L(L{1, 4}, L{2, 5}, L{3, 4}));
  CHECK_THROWS_AS(L(L{1}, L<int>()).zip({.cycled = true}), data_error);
  CHECK(L(L{1}, L<int>()).zip().empty());
  CHECK(l.zipwith(L{"a", "b"}).to_string() == "(#2) [(3, 'a'),(1, 'b')]");
  auto const [numbers, texts] = l.zipwith(L{"a", "b", "c"}).zip();
  CHECK(numbers == l);
  CHECK(texts == L{"a", "b", "c"});
  CHECK(l.zipwith(l).starmap(add) == L{6, 2, 4});
  CHECK(L{std::tuple(1, 2), std::tuple(3, 4)}.starmap([](int a, int b, int c) { return a * 100 + b * 10 + c; }, 9) ==
        L{912, 934});
  CHECK(l.map_zipwith(add, std::vector{1, 2, 3}) == L{4, 3, 5});  // l.map_zipwith(operator.add,[1,2,3])
  CHECK(L(L{1, 2}, L{3, 4}).map_zip([](L<int> const& column) { return column.product(); }) == L{3, 8});
}

TEST_CASE("L: concat, reduce, sum and product") {
  L const l{3, 1, 2};
  CHECK(L(L{1, 2}, L{3}).concat() == L{1, 2, 3});
  CHECK(L{"ab", "c"}.concat() == L{"ab", "c"});
  CHECK(l.reduce(sub) == 0);      // l.reduce(operator.sub)
  CHECK(l.reduce(sub, 10) == 4);  // l.reduce(operator.sub,10)
  CHECK(l.sum() == 6);
  CHECK(l.product() == 6);
  CHECK(L<int>().sum() == 0);
  CHECK(L<double>().product() == 1);
  CHECK(L{true, false, true}.sum() == 2);
  CHECK(L<signed char>{100, 100}.sum() == 200);
  CHECK_THROWS_WITH_AS(L<int>().reduce(add),
                       "[list.empty] L::reduce: expected at least one item, or an initial value; got an empty list",
                       data_error);
}

TEST_CASE("L: a seed or a stream of random numbers decides a shuffle, and the list itself stays") {
  auto const l = L<int>::range(20);
  auto const first = l.shuffle(7);
  CHECK(first == l.shuffle(7));
  CHECK(first != l.shuffle(8));
  CHECK(first != l);
  CHECK(first.sorted() == l);
  Random random(7);
  CHECK(l.shuffle(random) == first);
  CHECK(l.shuffle(random) != first);
}

TEST_CASE("L: split, splitlines and range are Python's") {
  using Texts = L<std::string>;
  CHECK(Texts::split("a b  c ") == L{"a", "b", "c"});
  CHECK(Texts::split("a,b,,c", {.sep = ","}) == L{"a", "b", "", "c"});
  CHECK(Texts::split("a b  c d ", {.maxsplit = 2}) == L{"a", "b", "c d "});
  CHECK(Texts::split("", {.sep = ","}) == L{""});
  CHECK(Texts::split("").empty());
  CHECK(Texts::split("a,b,c", {.sep = ",", .maxsplit = 1}) == L{"a", "b,c"});
  CHECK(Texts::splitlines("x\ny\r\n\rz\n") == L{"x", "y", "", "z"});
  CHECK_THROWS_AS(Texts::split("a", {.sep = ""}), data_error);
  CHECK(L<int>::range(3) == L{0, 1, 2});
  CHECK(L<int>::range(2, 8, 3) == L{2, 5});
  CHECK(L<int>::range(5, 0, -2) == L{5, 3, 1});
  CHECK_THROWS_AS(L<int>::range(1, 2, 0), data_error);
}

TEST_CASE("L: + adds lists, ranges and single items on both sides, * repeats, ~ negates") {
  L const l{3, 1, 2};
  CHECK(l + 4 == L{3, 1, 2, 4});
  CHECK(4 + l == L{4, 3, 1, 2});
  CHECK(l + std::vector{5, 6} == L{3, 1, 2, 5, 6});
  CHECK(std::vector{5, 6} + l == L{5, 6, 3, 1, 2});
  CHECK(l + l == L{3, 1, 2, 3, 1, 2});
  CHECK(L{"a"} + "bc" == L{"a", "bc"});
  CHECK("bc" + L{"a"} == L{"bc", "a"});
  CHECK(L<L<int>>{L{1}} + L{2} == L(L{1}, L{2}));
  CHECK(l * 2 == L{3, 1, 2, 3, 1, 2});
  CHECK((l * -1).empty());
  CHECK(~L{true, false} == L{false, true});
  CHECK(~L{0, 2} == L{true, false});
  auto twice = l;
  twice += twice;
  CHECK(twice.size() == 6);
  CHECK(l.contains(3));
}

TEST_CASE("L: prints its size and its first 20 items") {
  CHECK(L<int>::range(30).to_string() == "(#30) [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19...]");
  CHECK(L<int>::range(20).to_string() == "(#20) [0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19]");
  std::ostringstream out;
  out << L{true, false};
  CHECK(out.str() == "(#2) [true,false]");
}

TEST_CASE("L: copy is a list of its own, and the vector inside is at hand") {
  L const l{3, 1, 2};
  auto other = l.copy();
  other[0] = 9;
  other.items().pop_back();
  CHECK(other.append(4).extend(std::set{8, 7}) == L{9, 1, 4, 7, 8});
  CHECK(l[0] == 3);
}

TEST_CASE("L: is a range for the standard library's algorithms and made of its views") {
  L l{3, 1, 2};
  std::ranges::sort(l);
  CHECK(l == L{1, 2, 3});
#if !defined(__clang__) || __clang_major__ >= 16  // older ones cannot compile libstdc++'s views
  CHECK(L(l | std::views::transform([](int x) { return x * x; }) | std::views::drop(1)) == L{4, 9});
  CHECK(L(std::views::iota(0, 3)) == L{0, 1, 2});
  CHECK(L(std::views::keys(std::map<std::string, int>{{"a", 1}})) == L{"a"});
  CHECK(L(L{1, 2}.cycle() | std::views::take(3)) == L{1, 2, 1});
#endif
}

TEST_CASE("L: a list can be added to itself") {
  L<std::string> l{"a", "b", "c"};
  l.items().shrink_to_fit();
  CHECK(l.extend(l) == L{"a", "b", "c", "a", "b", "c"});
  l.items().shrink_to_fit();
  CHECK(l.extend(l.items()).size() == 12);
}

TEST_CASE("L: range counts before it steps, so that the ends of a type and fractions are met") {
  CHECK(L<std::uint8_t>::range(0, 255, 10).size() == 26);
  CHECK(L<std::uint8_t>::range(0, 255, 10)[-1] == 250);
  constexpr int least = std::numeric_limits<int>::min(), most = std::numeric_limits<int>::max();
  CHECK(L<int>::range(most - 3, most, 2) == L{most - 3, most - 1});
  CHECK(L<int>::range(least, most, most) == L{least, -1, most - 1});
  CHECK(L<int>::range(5, 0, -2) == L{5, 3, 1});
  CHECK(L<int>::range(0, 5, -1).empty());
  CHECK(L<double>::range(0, 1, .1).size() == 10);
  CHECK(L<double>::range(1, 0, -.25) == L{1., .75, .5, .25});
  CHECK_THROWS_AS(L<double>::range(std::numeric_limits<double>::infinity()), data_error);
}
