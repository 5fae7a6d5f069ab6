#include <fastxx/low/collection/algorithms.hpp>
#include <fastxx/low/collection/names.hpp>
#include <fastxx/low/collection/numbers.hpp>

#include <limits>
#include <list>
#include <map>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

// last, after the headers under test
#include <doctest/doctest.h>

using namespace fastxx;

namespace {
struct TrainEvalCallback {};
struct Callback {};
template <class T>
struct XResNet50 {};
struct Countdown {  // as std::views::filter, it has no begin when it is const
  std::vector<int> items;
  auto begin() { return items.begin(); }
  auto end() { return items.end(); }
};
}  // namespace

// Beside an expected value: what fastcore 1.7.28 was asked.
TEST_CASE("first, last and only") {
  std::vector const l{3, 1, 2};
  CHECK_FALSE(first(std::vector<int>()).has_value());  // first([])
  CHECK(first(l) == 3);
  CHECK(first(l, eq(1)) == 1);
  CHECK_FALSE(first(l, eq(9)).has_value());
  CHECK(last(l) == 2);
  CHECK(last(l, gt(2)) == 3);
  CHECK_FALSE(last(std::list<int>()).has_value());
  CHECK(first(std::vector<std::string>{"a", "b"}) == "a");  // no bools
  CHECK(last(std::vector<std::pair<int, int>>{{1, 2}, {3, 4}}) == std::pair(3, 4));
  Countdown two{{2, 1}};
  CHECK(first(two) == 2);
  CHECK(last(Countdown{{2, 1}}) == 1);
  CHECK(only(Countdown{{1}}) == 1);
  CHECK(only(std::list{3}) == 3);
  CHECK_THROWS_WITH_AS(only(std::vector<int>()), "[only.count] only: expected one item; got none", data_error);
  CHECK_THROWS_WITH_AS(only(l), "[only.count] only: expected one item; got more than one", data_error);
}

TEST_CASE("range_of: the indices of a collection") { CHECK(range_of(std::list{7, 8}) == L{0, 1}); }

TEST_CASE("chunked: lists of one size, or a number of them") {
  auto const five = L<int>::range(5);
  CHECK(chunked(five, {.chunk_sz = 2}).to_string() == "(#3) [[0, 1],[2, 3],[4]]");
  CHECK(chunked(five, {.chunk_sz = 2, .drop_last = true}).to_string() == "(#2) [[0, 1],[2, 3]]");
  CHECK(chunked(L<int>::range(7), {.n_chunks = 3}).to_string() == "(#3) [[0, 1, 2],[3, 4, 5],[6]]");
  CHECK(chunked(L<int>::range(3), {.n_chunks = 5}).to_string() == "(#3) [[0],[1],[2]]");
  CHECK(chunked(L<int>(), {.n_chunks = 3}).empty());
  CHECK(chunked(five, {.chunk_sz = 100}).size() == 1);
  CHECK_THROWS_WITH_AS(
      chunked(five, {}),
      "[chunked.size] chunked: expected one of chunk_sz and n_chunks, at least 1; got chunk_sz none and n_chunks none",
      data_error);
  CHECK_THROWS_AS(chunked(five, {.chunk_sz = 0}), data_error);
  CHECK_THROWS_AS(chunked(five, {.chunk_sz = 1, .n_chunks = 1}), data_error);
}

TEST_CASE("groupby, uniqueify, partition, flatten and merge") {
  CHECK(repr(fastxx::groupby(std::vector{0, 1, 2, 3}, mod(2))) == "{0: [0, 2], 1: [1, 3]}");
  CHECK(uniqueify(std::list{2, 1, 2}) == L{2, 1});
  auto const [over, others] = fastxx::partition(L<int>::range(5), gt(2));  // partition(range(5),gt(2))
  CHECK(over == L{3, 4});
  CHECK(others == L{0, 1, 2});
  std::vector<std::vector<std::vector<int>>> const deep{{{1}, {2, 3}}, {{4}}};
  CHECK(fastxx::flatten(deep) == L{1, 2, 3, 4});
  CHECK(fastxx::flatten(std::vector{L{"ab"}, L{"c"}}) == L{"ab", "c"});
  using Map = std::map<std::string, int>;
  CHECK(fastxx::merge(Map{{"a", 1}, {"b", 2}}, Map{{"b", 3}}) == Map{{"a", 1}, {"b", 3}});
}

TEST_CASE("even_mults: each is the same multiple of the one before, and both ends are there") {
  auto const four = even_mults({.start = 1, .stop = 8, .n = 4});
  REQUIRE(four.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(four[i] == doctest::Approx(1 << i));
  CHECK(even_mults({.start = 1, .stop = 8, .n = 1}) == L{8.0});
  CHECK_THROWS_WITH_AS(even_mults({.start = 0, .stop = 8, .n = 2}),
                       "[even_mults.range] even_mults: expected start and stop of one sign, neither of them 0, and n "
                       "of at least 1; got start 0.0, stop 8.0, n 2",
                       data_error);
  CHECK_THROWS_AS(even_mults({.start = 1, .stop = 8, .n = 0}), data_error);
  CHECK(even_mults({.start = -1e-200, .stop = -2e-200, .n = 2})[0] == -1e-200);
  CHECK_THROWS_AS(even_mults({.start = -1, .stop = 8, .n = 2}), data_error);
}

TEST_CASE("round_multiple: the nearest multiple, or the one below") {
  CHECK(round_multiple(63, 32) == 64);
  CHECK(round_multiple(50, 32) == 64);
  CHECK(round_multiple(48, 32) == 64);  // one and a half: the even one
  CHECK(round_multiple(16, 32) == 0);
  CHECK(round_multiple(63, 32, {.round_down = true}) == 32);
  CHECK(round_multiple(-10, 8, {.round_down = true}) == -16);
  CHECK_THROWS_AS(round_multiple(1, 0), data_error);
  CHECK_THROWS_AS(round_multiple(std::numeric_limits<double>::quiet_NaN(), 8), data_error);
  CHECK_THROWS_AS(round_multiple(1e300, 8), data_error);
}

TEST_CASE("camel2snake, snake2camel and class2attr") {
  CHECK(camel2snake("ClassAreCamel") == "class_are_camel");
  CHECK(camel2snake("DBMDNFit") == "dbmdn_fit");
  CHECK(camel2snake("HTTPServer2Go") == "http_server2_go");
  CHECK(camel2snake("aBCd") == "a_b_cd");
  CHECK(camel2snake("already_snake") == "already_snake");
  CHECK(camel2snake("A") == "a");
  CHECK(camel2snake("a_Bc") == "a__bc");
  CHECK(camel2snake("XResNet50") == "x_res_net50");
  CHECK(snake2camel("a_b_cc") == "ABCc");
  CHECK(snake2camel("a2b_cD") == "A2BCd");
  CHECK(class2attr<TrainEvalCallback>("Callback") == "train_eval");
  CHECK(class2attr<Callback>("Callback") == "callback");
  CHECK(class2attr<XResNet50<int>>("Callback") == "x_res_net50");
}
