#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <string>
#include <tuple>

using namespace fastxx;

namespace {

struct Next {
  int encodes(int x) const { return x + 1; }
};
struct OnlyDecodes {
  double decodes(int x) const { return x; }
};
struct Maybe {
  static constexpr bool optional = true;
  int encodes(std::string const&) const { return 0; }
};
struct Both : ItemTransform {
  int encodes(std::tuple<int, int> const& item) const { return std::get<0>(item); }
};
struct Shift {
  template <class Item>
  int draw(Item const&, Random&) const {
    return 3;
  }
  int encodes(int x, int drawn) const { return x + drawn; }
};
struct DrawsForInts {  // its draw takes no tuple: of a tuple it gets the first int
  int draw(int, Random&) const { return 3; }
  int encodes(int x, int drawn) const { return x + drawn; }
};

}  // namespace

TEST_CASE("L-01 pipeline: check accepts stages that take the item or an element of it, and optional ones") {
  pipeline(Next{}, OnlyDecodes{}, Maybe{}, Shift{}).check<std::tuple<char, std::tuple<int>>>();
  pipeline(Both{}, Next{}).check<std::tuple<int, int>>();
  pipeline(DrawsForInts{}).check<int>();
  pipeline(
      Next{}, [](int x) { return std::to_string(x); }, Maybe{})
      .check<int>();
  CHECK(true);  // the compiler did the checking
}

TEST_CASE("L-01 pipeline: a stage touches what it encodes with what it can draw") {
  static_assert(fastxx::detail::touches_item<Next, std::tuple<char, int>>());
  static_assert(!fastxx::detail::touches_item<Next, std::tuple<char, double>>());
  static_assert(fastxx::detail::touches_item<Both, std::tuple<int, int>>());
  static_assert(!fastxx::detail::touches_item<Both, std::tuple<int, char>>());
  static_assert(fastxx::detail::touches_item<Shift, std::tuple<char, int>>());
  static_assert(!fastxx::detail::touches_item<Shift, double>());
  static_assert(fastxx::detail::touches_item<DrawsForInts, int>());
  static_assert(fastxx::detail::touches_item<DrawsForInts, std::tuple<char, int>>());
  static_assert(!fastxx::detail::touches_item<DrawsForInts, std::tuple<char, double>>());
}

TEST_CASE("TR-10 pipeline: an item is showable when all of it is") {
  struct Shows {
    int show(int context) const { return context + 1; }
  };
  static_assert(fastxx::detail::showable_item<Shows>);
  static_assert(fastxx::detail::showable_item<std::tuple<Shows, std::pair<Shows, Shows>>>);
  static_assert(!fastxx::detail::showable_item<std::tuple<Shows, int>>);
  static_assert(!fastxx::detail::showable_item<int>);
  CHECK(fastxx::detail::show_item(std::tuple(Shows{}, std::pair(Shows{}, Shows{})), 0) == 3);
}
