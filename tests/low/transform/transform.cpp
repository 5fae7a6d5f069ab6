#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <concepts>
#include <cstdint>
#include <doctest/doctest.h>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

struct Path {
  std::string name;
};
struct Base {
  int value = 0;
};
struct Derived : Base {
  Derived() = default;
  explicit Derived(Base base) : Base(base) {}
};

// Overloads by type, with a state and an inverse for one of them.
struct AddN {
  int n = 1;
  constexpr int encodes(int x) const { return x + n; }
  constexpr int decodes(int x) const { return x - n; }
  std::string encodes(std::string const& x) const { return x + std::to_string(n); }
};

struct CountLetters {
  std::vector<std::size_t> lengths = {};
  void setups(std::vector<std::string> const& words) {
    for (auto const& word : words) lengths.push_back(word.size());
  }
};

template <int Subset>
struct NegateFor {
  static constexpr int split_idx = Subset;
  constexpr int encodes(int x) const { return -x; }
  constexpr int decodes(int x) const { return -x; }
};

// Random: one draw for the whole item, then each number is moved by it.
struct RandomShift {
  static constexpr int split_idx = Split::train;
  template <class Item>
  double draw(Item const&, Random& random) const {
    return random.uniform(1, 2);
  }
  double encodes(double x, double drawn) const { return x + drawn; }
};

struct Follows {
  std::size_t seen = 0;
  template <class Data>
  void setups(Data const& data) {
    seen = data.size();
  }
};

struct Swap : ItemTransform {
  template <class A, class B>
  std::tuple<B, A> encodes(std::tuple<A, B> const& item) const {
    return {std::get<1>(item), std::get<0>(item)};
  }
  template <class A, class B>
  std::tuple<B, A> decodes(std::tuple<A, B> const& item) const {
    return encodes(item);
  }
};

template <class T, class X>
concept EncodesTo = std::same_as<decltype(encode(std::declval<T>(), std::declval<X>())), X>;

}  // namespace

TEST_CASE("L-01 transform: encodes is chosen by the item's type, with the transform's own state") {
  AddN const add{.n = 3};
  CHECK(encode(add, 4) == 7);
  CHECK(encode(add, std::string("n")) == "n3");
  CHECK(decode(add, 7) == 4);
  static_assert(encode(AddN{2}, 5) == 7, "a constexpr transform runs in the compiler");
}

TEST_CASE("L-01 TR-02 transform: an item without an overload comes back as it went in") {
  AddN const add{};
  CHECK(encode(add, Path{"cat.png"}).name == "cat.png");
  CHECK(encode(add, std::vector{1, 2}) == std::vector{1, 2});
  auto const mixed = encode(add, std::tuple(1, Path{"a"}));
  CHECK(std::get<0>(mixed) == 2);
  CHECK(std::get<1>(mixed).name == "a");
}

TEST_CASE("L-01 TR-02 transform: there is no conversion, so a double is not taken by an encodes for int") {
  struct Half {
    int encodes(int x) const noexcept { return x / 2; }
    int decodes(int x) const { return x * 2; }
  };
  CHECK(encode(Half{}, 9) == 4);
  CHECK(encode(Half{}, 9.5) == 9.5);
  CHECK(decode(Half{}, 9.5) == 9.5);
  CHECK(encode(Half{}, 'a') == 'a');
  static_assert(EncodesTo<Half, double> && EncodesTo<Half, bool>);
}

TEST_CASE("L-01 transform: an overload for a base takes the derived type") {
  struct Double {
    Base encodes(Base x) const { return {x.value * 2}; }
  };
  Derived item;
  item.value = 4;
  CHECK(encode(Double{}, item).value == 8);
}

TEST_CASE("L-01 TR-02 setup: data without an overload are ignored") {
  CountLetters letters;
  setup(letters, std::vector<int>{1, 2, 3});
  CHECK(letters.lengths.empty());
  setup(letters, std::vector<std::string>{"a", "bcd"});
  CHECK(letters.lengths == std::vector<std::size_t>{1, 3});
  AddN stateless;
  setup(stateless, std::vector<std::string>{"a"});  // no setups at all
  CHECK(stateless.n == 1);
}

TEST_CASE("L-02 L-09 transform: what has no decodes stays as it is when decoding") {
  AddN const add{};
  CHECK(decode(add, std::string("text1")) == "text1");
  CHECK(decode(add, std::tuple(5, std::string("text1"))) == std::tuple(4, std::string("text1")));
  struct OneWay {
    int encodes(int x) const { return x * 0; }
  };
  CHECK(decode(OneWay{}, 5) == 5);
}

TEST_CASE("L-04 transform: with train_setup a transform sees the training items alone") {
  struct Items {
    std::vector<int> all{1, 2, 3};
    std::vector<int> train() const { return {all[0]}; }
    std::size_t size() const { return all.size(); }
  };
  struct Insists : Follows {
    bool train_setup = true;
  };
  struct Declines : Follows {
    bool train_setup = false;
  };
  Follows follows;
  setup(follows, Items{});
  CHECK(follows.seen == 3);
  setup(follows, Items{}, true);
  CHECK(follows.seen == 1);
  Insists insists;
  setup(insists, Items{}, false);
  CHECK(insists.seen == 1);
  Declines declines;
  setup(declines, Items{}, true);
  CHECK(declines.seen == 3);
  setup(follows, std::vector<int>{1, 2}, true);  // no training part: all of it
  CHECK(follows.seen == 2);
}

TEST_CASE("L-06 TR-04 split_idx: 0 is train only, 1 is valid only, and without a subset neither runs") {
  NegateFor<Split::train> const train;
  NegateFor<Split::valid> const valid;
  NegateFor<Split::none> const always;
  CallContext const in_train{.split_idx = Split::train}, in_valid{.split_idx = Split::valid};
  CHECK(encode(train, 3, in_train) == -3);
  CHECK(encode(train, 3, in_valid) == 3);
  CHECK(encode(train, 3) == 3);
  CHECK(encode(valid, 3, in_train) == 3);
  CHECK(encode(valid, 3, in_valid) == -3);
  CHECK(encode(valid, 3) == 3);
  CHECK(encode(always, 3, in_train) == -3);
  CHECK(encode(always, 3, in_valid) == -3);
  CHECK(encode(always, 3) == -3);
  CHECK(encode(AddN{}, 3, in_valid) == 4);  // no split_idx: always
}

TEST_CASE("L-06 L-02 split_idx: decode follows the same rule") {
  NegateFor<Split::train> const train;
  CHECK(decode(train, 3, {.split_idx = Split::train}) == -3);
  CHECK(decode(train, 3, {.split_idx = Split::valid}) == 3);
  CHECK(decode(train, 3) == 3);
  CHECK(decode(NegateFor<Split::none>{}, 3) == -3);
}

TEST_CASE("L-06 split_idx: it may be set per object") {
  struct Negate {
    int split_idx = Split::none;
    int encodes(int x) const { return -x; }
  };
  CHECK(encode(Negate{}, 3, {.split_idx = Split::valid}) == -3);
  CHECK(encode(Negate{.split_idx = Split::train}, 3, {.split_idx = Split::valid}) == 3);
}

TEST_CASE("L-07 TR-05 random: one draw serves all elements of a tuple, nested ones too") {
  Random random(7);
  auto const [a, b, nested] =
      encode(RandomShift{}, std::tuple(0.0, 0.0, std::tuple(0.0, 1)), {.split_idx = Split::train, .random = &random});
  CHECK(a >= 1);
  CHECK(b == a);
  CHECK(std::get<0>(nested) == a);
  CHECK(std::get<1>(nested) == 1);  // an int is not taken
  auto const again = encode(RandomShift{}, 0.0, {.split_idx = Split::train, .random = &random});
  CHECK(again != a);  // the next item has a draw of its own
}

TEST_CASE("L-07 random: validation items stay as they are and use up no random number") {
  Random random(7), untouched(7);
  CHECK(encode(RandomShift{}, 2.0, {.split_idx = Split::valid, .random = &random}) == 2.0);
  CHECK(encode(RandomShift{}, 2.0) == 2.0);
  CHECK(random.next() == untouched.next());
  CHECK(decode(RandomShift{}, 2.0, {.split_idx = Split::train, .random = &random}) == 2.0);
}

TEST_CASE("TR-37 random: a draw that is told the subset is random in training and fixed in validation") {
  struct Crop {  // the place where a window of 4 begins, within 100
    int draw(int const&, CallContext const& context) const {
      return context.split_idx == Split::train ? static_cast<int>(context.random->below(97)) : 48;
    }
    int encodes(int x, int drawn) const { return x + drawn; }
  };
  auto crops = [](int x, CallContext const& context) { return encode(Crop{}, x, context); };
  Random random(3), same(3);
  CHECK(crops(1000, {.split_idx = Split::train, .random = &random}) == 1000 + static_cast<int>(same.below(97)));
  CHECK(crops(1000, {.split_idx = Split::valid, .random = &random}) == 1048);
  CHECK(crops(1000, {.split_idx = 5}) == 1048);
  int const once = crops(0, {.split_idx = Split::train});  // without a stream: valid and repeatable
  CHECK(once == crops(0, {.split_idx = Split::train}));
}

TEST_CASE("L-07 random: without a stream the draw is valid and repeatable") {
  auto const first = encode(RandomShift{}, 0.0, {.split_idx = Split::train});
  CHECK(first >= 1);
  CHECK(first < 2);
  CHECK(encode(RandomShift{}, 0.0, {.split_idx = Split::train}) == first);
}

TEST_CASE("L-10 TR-01 transform: a result that is a base of the item's type gets the item's type back") {
  struct Twice {
    Base encodes(Base x) const { return {x.value * 2}; }
    Base decodes(Base x) const { return {x.value / 2}; }
  };
  static_assert(EncodesTo<Twice, Derived> && EncodesTo<Twice, Base>);
  static_assert(std::same_as<decltype(decode(Twice{}, Derived{})), Derived>);
}

TEST_CASE("L-10 TR-01 transform: Exactly keeps the result's own type") {
  struct Forget {
    Exactly<Base> encodes(Base x) const { return {x}; }
    Exactly<Base> decodes(Base x) const { return {x}; }
  };
  static_assert(std::same_as<decltype(encode(Forget{}, Derived{})), Base>);
  static_assert(std::same_as<decltype(decode(Forget{}, Derived{})), Base>);
}

TEST_CASE("L-10 TR-01 transform: a result of another type is left alone") {
  struct Name {
    std::string encodes(Base x) const { return std::to_string(x.value); }
    Derived encodes(int) const { return Derived{}; }
  };
  static_assert(std::same_as<decltype(encode(Name{}, Derived{})), std::string>);
  static_assert(std::same_as<decltype(encode(Name{}, 1)), Derived>);
}

TEST_CASE("L-11 transform: an ItemTransform gets the whole tuple, others get its elements") {
  auto const swapped = encode(Swap{}, std::tuple(1, std::string("one")));
  CHECK(swapped == std::tuple(std::string("one"), 1));
  CHECK(decode(Swap{}, swapped) == std::tuple(1, std::string("one")));
  CHECK(encode(Swap{}, 5) == 5);
}

namespace {
struct Sample : std::tuple<int, int> {
  Sample(int a, int b) : tuple(a, b) {}
  explicit Sample(std::tuple<int, int> item) : tuple(std::move(item)) {}
};
}  // namespace

TEST_CASE("L-11 L-10 transform: an ItemTransform's tuple becomes the item's tuple class again, Exactly a plain one") {
  struct Next : ItemTransform {
    std::tuple<int, int> encodes(std::tuple<int, int> const& item) const {
      return {std::get<0>(item) + 1, std::get<1>(item) + 1};
    }
  };
  struct Plain : ItemTransform {
    Exactly<std::tuple<int, int>> encodes(std::tuple<int, int> const& item) const { return {item}; }
  };
  static_assert(EncodesTo<Next, Sample>);
  CHECK(std::get<1>(encode(Next{}, Sample{1, 2})) == 3);
  static_assert(std::same_as<decltype(encode(Plain{}, Sample{1, 2})), std::tuple<int, int>>);
}

TEST_CASE("L-12 transform: what an InplaceTransform returns is ignored, the changed item comes back") {
  struct Clear : InplaceTransform {
    int encodes(std::vector<int>& x) const {
      x.clear();
      return 7;
    }
    void encodes(std::string& x) const { x.clear(); }
  };
  std::vector<int> const original{1, 2};
  static_assert(EncodesTo<Clear, std::vector<int>> && EncodesTo<Clear, std::string>);
  CHECK(encode(Clear{}, original).empty());
  CHECK(encode(Clear{}, std::string("text")).empty());
  CHECK(original.size() == 2);  // the caller's own object is not the one that is changed
}

namespace {
struct DrawsItsValue {  // for one type, and once for each item
  int draw(Base const& first, Random&) const { return first.value + 2; }
  Base encodes(Base x, int drawn) const { return {x.value + drawn}; }
};
struct DrawsWithSubset {
  int draw(Base const&, CallContext const& context) const { return context.split_idx == Split::train ? 10 : 20; }
  Base encodes(Base const& x, int drawn) const { return {x.value + drawn}; }
  std::string encodes(std::string const& x, int drawn) const { return x + std::to_string(drawn); }
};
struct DrawsForWhole : ItemTransform {  // wants the whole tuple, so its draw() has to take that as well
  int draw(Base const&, Random&) const { return 3; }
  std::tuple<Base, Base> encodes(std::tuple<Base, Base> const& x, int) const { return x; }
};
}  // namespace

TEST_CASE("L-06 transform: a draw() for one type draws for the first element of that type, and all get what it drew") {
  auto const [letter, first, second] = encode(DrawsItsValue{}, std::tuple('c', Base{1}, Derived{Base{5}}));
  CHECK(letter == 'c');
  CHECK(first.value == 4);
  static_assert(std::same_as<std::remove_cvref_t<decltype(second)>, Derived>);
  CHECK(second.value == 8);
  CHECK(std::get<0>(encode(DrawsItsValue{}, std::tuple(Derived{Base{1}}, 2))).value == 4);
  CHECK(encode(DrawsItsValue{}, Base{1}).value == 4);
  auto const nested = encode(DrawsItsValue{}, std::tuple(std::pair(2.5, Base{1}), Base{7}));
  CHECK(std::get<0>(nested).second.value == 4);
  CHECK(std::get<1>(nested).value == 10);
  CHECK(encode(DrawsItsValue{}, std::tuple(1, 2.5)) == std::tuple(1, 2.5));  // nothing to draw for
  CHECK(std::get<1>(pipeline(DrawsItsValue{}, DrawsItsValue{})(std::tuple(1, Base{1}))).value == 10);

  auto const item = std::tuple(std::string("x"), Base{1});
  CHECK(std::get<0>(encode(DrawsWithSubset{}, item, {.split_idx = Split::train})) == "x10");
  CHECK(std::get<1>(encode(DrawsWithSubset{}, item, {.split_idx = Split::valid})).value == 21);
  static_assert(!fastxx::detail::Draws<DrawsForWhole, std::tuple<Base, Base>>);
}

namespace {
struct Grandchild : Derived {
  using Derived::Derived;
};
struct ForBase {
  Base encodes(Base const& x) const { return {x.value + 1}; }
  Base decodes(Base const& x) const { return {x.value - 1}; }
};
struct ForDerived {
  Derived encodes(Derived const& x) const { return Derived{Base{x.value + 10}}; }
  Derived decodes(Derived const& x) const { return Derived{Base{x.value - 10}}; }
};
struct Joined : ForDerived, ForBase {
  using ForBase::decodes, ForDerived::decodes;
  using ForBase::encodes, ForDerived::encodes;
};
struct ByValue {
  Base encodes(Base x) const { return {x.value + 1}; }
  Derived encodes(Derived x) const { return Derived{Base{x.value + 10}}; }
};
}  // namespace

TEST_CASE(
    "L-01 transform: of overloads, from one class or from two bases, the one nearest to the item's type is used") {
  CHECK(encode(Joined{}, Base{1}).value == 2);
  CHECK(encode(Joined{}, Derived{Base{1}}).value == 11);
  CHECK(encode(Joined{}, Grandchild{Base{1}}).value == 11);
  CHECK(decode(Joined{}, Grandchild{Base{1}}).value == -9);
  CHECK(encode(ByValue{}, Grandchild{Base{1}}).value == 11);
  CHECK(std::get<0>(encode(Joined{}, std::tuple(Grandchild{Base{1}}, 2))).value == 11);
}
