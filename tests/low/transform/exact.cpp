#include <fastxx/low/core/error.hpp>
#include <fastxx/low/transform/any.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

using namespace fastxx;

namespace {

struct Over {  // overloaded
  int encodes(int x) const { return x + 1; }
  std::string encodes(std::string const& x) const { return x + "!"; }
  int decodes(int x) const { return x - 1; }
  std::string decodes(std::string const& x) const { return x.substr(1); }
};
struct Qualified {
  double encodes(double x) const& { return x / 2; }
};
struct Structured {  // a template, and an overload beside it
  template <class E>
  std::size_t encodes(std::vector<E> const& x) const {
    return x.size();
  }
  int encodes(int x) const { return -x; }
};
struct FirstOfMany : ItemTransform {  // the pack may be empty
  template <class... Rest>
  std::tuple<int, Rest...> encodes(std::tuple<int, Rest...> x) const {
    ++std::get<0>(x);
    return x;
  }
  template <class... Rest>
  std::tuple<int, Rest...> decodes(std::tuple<int, Rest...> const& x) const {
    auto changed = x;
    --std::get<0>(changed);
    return changed;
  }
};
struct Base {
  int value;
};
struct Derived : Base {
  int extra = 7;
};
struct Next {
  Base encodes(Base x) const { return {x.value + 1}; }
};
struct Overloaded : Next {
  Base encodes(Base const& x) const { return {x.value + 10}; }
  int encodes(int x) const { return x; }
};

struct Learn {
  int first = 0;
  template <class Items>
  void setups(Items const& items) {
    first = items[0];
  }
  int encodes(int x) const { return x - first; }
};
struct Data {
  std::vector<int> all, training;
  std::size_t size() const { return all.size(); }
  int operator[](std::size_t i) const { return all[i]; }
  std::vector<int> train() const { return training; }
};

template <class A, class B>
struct Siamese : std::tuple<A, B> {
  using std::tuple<A, B>::tuple;
};
struct Name : ItemTransform {
  template <class A, class B>
  std::tuple<std::string, B> encodes(std::tuple<A, B> const& item) const {
    return {"name", std::get<1>(item)};
  }
};

struct Shown final {
  int show(int context) const { return context + 1; }
};
struct Flagged {
  bool show = true;
};
struct ToNumber {
  int encodes(Shown) const { return 1; }
  Shown decodes(int) const { return {}; }
};

struct OnlyMoved {
  std::unique_ptr<int> by = std::make_unique<int>(3);
  int encodes(int x) const { return x + *by; }
};

}  // namespace

TEST_CASE("TR-02 transform: overloads are not called by conversion either") {
  auto const result = encode(Over{}, std::tuple(1, 2.75, std::string("s"), 'c', 1.5F, true));
  static_assert(
      std::same_as<std::remove_const_t<decltype(result)>, std::tuple<int, double, std::string, char, float, bool>>);
  CHECK(result == std::tuple(2, 2.75, std::string("s!"), 'c', 1.5F, true));
  CHECK(decode(Over{}, std::tuple(1, 2.75)) == std::tuple(0, 2.75));
  static_assert(!Encodes<Over, char const*>);
  static_assert(!Encodes<Qualified, int>);
  CHECK(encode(Qualified{}, 3.) == 1.5);
}

TEST_CASE("L-01 transform: overloads beside templates, and overloads for a base, are found") {
  CHECK(encode(Structured{}, std::vector{1., 2.}) == 2);
  CHECK(encode(Structured{}, 3) == -3);
  CHECK(encode(Structured{}, 3.5) == 3.5);
  CHECK(encode(Overloaded{}, Derived{{1}, 2}).value == 11);
}

TEST_CASE("L-01 transform: a template over the rest of a tuple takes a tuple that has no rest") {
  CHECK(encode(FirstOfMany{}, std::tuple(1, 2.5)) == std::tuple(2, 2.5));
  CHECK(encode(FirstOfMany{}, std::tuple(1)) == std::tuple(2));
  CHECK(decode(FirstOfMany{}, std::tuple(1)) == std::tuple(0));
  CHECK(pipeline(FirstOfMany{}, FirstOfMany{})(std::tuple(1)) == std::tuple(3));
  CHECK(encode(FirstOfMany{}, std::tuple(true)) == std::tuple(true));  // C++ would make an int of it
}

TEST_CASE("L-10 transform: an aggregate that comes back as its base keeps its own members") {
  Derived const kept = encode(Next{}, Derived{{1}, 99});
  CHECK(kept.value == 2);
  CHECK(kept.extra == 99);
}

TEST_CASE("L-04 L-05 setup: an empty training part is refused, in a static and in a run-time pipeline") {
  Data const data{{1, 2}, {}};
  auto p = pipeline(Learn{});
  CHECK_THROWS_WITH_AS(p.setup(data, true), doctest::Contains("pipeline.setup_empty"), data_error);
  AnyPipeline<int, double> any({Learn{}});
  CHECK_THROWS_WITH_AS(any.setup(data, true), doctest::Contains("pipeline.setup_empty"), data_error);
  Learn alone;
  CHECK_THROWS_WITH_AS(setup(alone, std::vector<int>{}), doctest::Contains("pipeline.setup_empty"), data_error);
  p.setup(data);
  CHECK(p(5) == 4);
}

TEST_CASE("L-08 transform: elements are encoded first to last, whatever types they become") {
  std::string order;
  auto const note = transform([&](int x) {
    order += std::to_string(x);
    return x / 2.;
  });
  encode(note, std::tuple(1, 2, 3));
  CHECK(order == "123");
  CHECK(encode(note, std::tuple(std::tuple(4))) == std::tuple(std::tuple(2.)));
}

TEST_CASE("L-11 transform: an ItemTransform's plain tuple takes the item's class over its new elements") {
  auto const named = encode(Name{}, Siamese<int, double>(1, 2.5));
  static_assert(std::same_as<std::remove_const_t<decltype(named)>, Siamese<std::string, double>>);
  CHECK(std::get<0>(named) == "name");
}

TEST_CASE("TR-10 pipeline: a final class with show() is showable, a data member of that name does not count") {
  static_assert(Showable<Shown> && !Showable<Flagged>);
  static_assert(std::same_as<decltype(pipeline(ToNumber{}).decode_until_shown(1)), Shown>);
  static_assert(std::same_as<decltype(pipeline(ToNumber{}).decode_until_shown(Shown{})), Shown>);
}

TEST_CASE("TR-14 pipeline: callables that hold something are never taken for the same") {
  auto const adder = [](int k) { return [k](int x) { return x + k; }; };
  CHECK(merge_pipelines(adder(1), adder(10))(10) == 21);
  std::function<int(int)> const a = [](int x) { return x + 1; }, b = [](int x) { return x * 2; };
  CHECK(merge_pipelines(a, b)(10) == 22);
}

TEST_CASE("L-13 pipeline: a stage that can only be moved is a stage") {
  CHECK(pipeline(OnlyMoved{}, [](int x) { return x * 2; })(1) == 8);
}
