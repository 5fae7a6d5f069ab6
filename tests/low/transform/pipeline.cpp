#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <concepts>
#include <doctest/doctest.h>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

struct Add {
  int n = 1;
  constexpr int encodes(int x) const { return x + n; }
  constexpr int decodes(int x) const { return x - n; }
};
struct Twice {
  constexpr int encodes(int x) const { return x * 2; }
  constexpr int decodes(int x) const { return x / 2; }
};

// Appends its letter: what a pipeline does to "" is the order of its stages.
template <char Letter, int Order>
struct Letters {
  static constexpr int order = Order;
  std::string encodes(std::string const& x) const { return x + Letter; }
  std::string decodes(std::string const& x) const { return x + Letter; }
};

struct Last {
  static constexpr int order = 50;
  int operator()(int x) const { return x * 100; }
};

std::string parent(std::string const& path) { return path.substr(0, path.find('/')); }

// A vocabulary: learns the words it sees.
struct Words {
  std::vector<std::string> seen = {};
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) seen.push_back(items[i]);
  }
  int encodes(std::string const& word) const {
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (seen[i] == word) return static_cast<int>(i);
    return -1;
  }
  std::string decodes(int index) const { return seen.at(static_cast<std::size_t>(index)); }
};

struct Count {
  std::vector<int> seen = {};
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) seen.push_back(items[i]);
  }
  int encodes(int x) const { return x; }
};

struct Paths {
  std::vector<std::string> all{"cat/1", "dog/2", "emu/3"};
  std::size_t size() const { return all.size(); }
  std::string operator[](std::size_t index) const { return all[index]; }
  std::vector<std::string> train() const { return {all[1]}; }
};

// What show() draws on: a context that is handed on from element to element.
struct Screen {
  std::string text = {};
};
struct Title {
  std::string text;
  Screen show(Screen screen) const {
    screen.text += "[" + text + "]";
    return screen;
  }
};
struct Image {
  int pixels;
  Screen show(Screen screen) const {
    screen.text += "#" + std::to_string(pixels);
    return screen;
  }
};

// int -> Image -> double -> float
struct ToImage {
  int decodes(Image x) const { return x.pixels; }
  Image encodes(int x) const { return {x}; }
};
struct ToDouble {
  double encodes(Image x) const { return x.pixels / 10.0; }
  Image decodes(double x) const { return {static_cast<int>(x * 10)}; }
};
struct ToTitle {
  char encodes(Title const& x) const { return x.text[0]; }
  Title decodes(char x) const { return {std::string(1, x)}; }
};

struct Named {
  std::string vocab = "ab";
  int encodes(int x) const { return x; }
};
struct NamedToo {
  std::string vocab = "cd";
  int encodes(int x) const { return x; }
};
constexpr auto vocab_of = [](auto const& stage) requires requires { stage.vocab; }
{ return stage.vocab; };
constexpr auto n_of = [](auto const& stage) requires requires { stage.n; }
{ return stage.n; };

}  // namespace

TEST_CASE("L-13 pipeline: stages run first to last, and the compiler can run them") {
  static_assert(pipeline(Add{3}, Twice{})(4) == 14);
  static_assert(pipeline(Twice{}, Add{3})(4) == 11);
  CHECK(pipeline(Add{1}, [](int x) { return x / 2.0; })(std::tuple(4, 'c')) == std::tuple(2.5, 'c'));
}

TEST_CASE("L-13 pipeline: without stages it is the identity") {
  static_assert(pipeline()(4) == 4);
  static_assert(pipeline().decode(std::tuple(4, 'c')) == std::tuple(4, 'c'));
  CHECK(pipeline().size() == 0);
}

TEST_CASE("L-13 TR-06 pipeline: stages are sorted by order, equal ones stay as they were given") {
  auto const sorted = pipeline(Letters<'d', 10>{}, Letters<'b', 1>{}, Letters<'a', -1>{}, Letters<'c', 1>{},
                               [](std::string const& x) { return x + '0'; });
  CHECK(sorted(std::string()) == "a0bcd");
  CHECK(sorted.decode(std::string()) == "dcba");
}

TEST_CASE("L-13 TR-06 pipeline: a pipeline inside another gives its stages, and all are sorted again") {
  auto const inner = pipeline(Letters<'c', 5>{}, Letters<'a', 1>{});
  auto const outer = pipeline(Letters<'z', 99>{}, inner, pipeline(), Letters<'b', 1>{});
  CHECK(outer(std::string()) == "abcz");
  CHECK(outer.size() == 4);
}

TEST_CASE("L-13 L-03 pipeline: functions are wrapped, their own order counts") {
  CHECK(pipeline(Last{}, Add{2}, transform<TransformOptions{.order = -1}>([](int x) { return -x; }))(5) == -300);
}

TEST_CASE("L-14 L-09 pipeline: decode undoes every stage, last to first, and leaves the rest as it is") {
  static_assert(pipeline(Add{3}, Twice{}).decode(14) == 4);
  auto const one_way = pipeline(Add{3}, [](int x) { return x * 5; });
  CHECK(one_way.decode(one_way(1)) == 17);
  CHECK(pipeline(Add{3}, Twice{}).decode(std::tuple(14, 'c')) == std::tuple(4, 'c'));
}

TEST_CASE("L-06 pipeline: every stage is told the subset, decoding too") {
  auto const negate = transform<TransformOptions{.split_idx = 1}>([](int x) { return -x; }, [](int x) { return -x; });
  auto const tfms = pipeline(Add{1}, negate);
  CHECK(tfms(4) == 5);
  CHECK(tfms(4, {.split_idx = Split::train}) == 5);
  CHECK(tfms(4, {.split_idx = Split::valid}) == -5);
  CHECK(tfms.decode(-5, {.split_idx = Split::valid}) == 4);
  CHECK(tfms.decode(-5) == -6);
  CHECK(tfms.decode_until_shown(-5, {.split_idx = Split::valid}) == 4);
}

TEST_CASE("L-05 TR-08 pipeline: stage i learns from items as the stages before it leave them") {
  auto tfms = pipeline(parent, Words{}, Count{});
  tfms.setup(Paths{});
  CHECK(tfms.get<Words>().seen == std::vector<std::string>{"cat", "dog", "emu"});  // labels, not paths
  CHECK(tfms.get<Count>().seen == std::vector{0, 1, 2});                           // through the vocabulary just learnt
  CHECK(tfms(std::string("dog/9")) == 1);
  CHECK(tfms.decode(2) == "emu");
}

TEST_CASE("L-04 L-05 pipeline: with train_setup every stage sees the training items alone") {
  auto tfms = pipeline(parent, Words{}, Count{});
  tfms.setup(Paths{}, /*train_setup=*/true);
  CHECK(tfms.get<Words>().seen == std::vector<std::string>{"dog"});
  CHECK(tfms.get<Count>().seen == std::vector{0});
}

TEST_CASE("L-05 L-06 pipeline: while it is set up, train stages run and valid stages do not") {
  auto tfms = pipeline(transform<TransformOptions{.split_idx = 0}>([](int x) { return x + 10; }),
                       transform<TransformOptions{.split_idx = 1}>([](int x) { return x + 100; }), Count{});
  tfms.setup(std::vector{1, 2});
  CHECK(tfms.get<Count>().seen == std::vector{11, 12});
}

TEST_CASE("L-05 pipeline: setting up on nothing is refused, and the stage named, only when one has to learn") {
  auto learns = pipeline(parent, Words{});
  try {
    learns.setup(std::vector<std::string>{});
    FAIL("an empty collection was accepted");
  } catch (data_error const& e) {
    CHECK(e.key() == "pipeline.setup_empty");
    CHECK(e.parts().where.find("Words") != std::string::npos);
  }
  auto stateless = pipeline(Add{}, Twice{});
  CHECK_NOTHROW(stateless.setup(std::vector<int>{}));
}

TEST_CASE("L-14 TR-10 pipeline: decoding for show stops at the first state that can show itself") {
  auto const tfms = pipeline(ToImage{}, ToDouble{}, [](double x) { return static_cast<float>(x); });
  static_assert(std::same_as<decltype(tfms.decode_until_shown(0.5)), Image>);
  static_assert(std::same_as<decltype(tfms.decode(0.5)), int>);
  CHECK(tfms.decode_until_shown(0.5).pixels == 5);
  CHECK(tfms.decode(0.5) == 5);
  static_assert(std::same_as<decltype(tfms.decode_until_shown(Image{4})), Image>, "checked before the first stage");
}

TEST_CASE("L-14 TR-10 pipeline: a tuple is shown when each of its elements can be") {
  auto const tfms = pipeline(ToImage{}, ToTitle{}, ToDouble{});
  auto const shown = tfms.decode_until_shown(std::tuple(0.5, 'x'));
  static_assert(std::same_as<decltype(shown), std::tuple<Image, Title> const>);
  // The image alone could be shown one stage earlier: the title keeps the pipeline going.
  auto const late = pipeline(
                        ToTitle{}, [](Image x) { return x; }, ToDouble{})
                        .decode_until_shown(std::tuple(0.5, 'x'));
  static_assert(std::same_as<decltype(late), std::tuple<Image, Title> const>);
  auto const never = tfms.decode_until_shown(std::tuple(0.5, 1L));
  static_assert(std::same_as<decltype(never), std::tuple<int, long> const>, "nothing shows a long: decoded to the end");
  auto const nested = tfms.decode_until_shown(std::tuple(std::tuple(0.5, 0.7), 'x'));
  static_assert(std::same_as<decltype(nested), std::tuple<std::tuple<Image, Image>, Title> const>);
}

TEST_CASE("L-15 pipeline: show draws each element and hands the context on") {
  auto const tfms = pipeline(ToImage{}, ToTitle{}, ToDouble{});
  CHECK(tfms.show(0.5, Screen{}).text == "#5");
  CHECK(tfms.show(std::tuple(0.5, 'x'), Screen{"> "}).text == "> #5[x]");
  CHECK(tfms.show(std::tuple('y', std::tuple(0.5, 'x')), Screen{}).text == "[y]#5[x]");
}

TEST_CASE("L-16 pipeline: find gives one attribute bare and several as a tuple, count says how many there are") {
  auto const tfms = pipeline(Named{}, Add{7}, NamedToo{});
  CHECK(tfms.find(n_of) == 7);
  CHECK(tfms.find(vocab_of) == std::tuple<std::string, std::string>("ab", "cd"));
  using Tfms = std::remove_const_t<decltype(tfms)>;
  static_assert(Tfms::count<decltype(vocab_of)>() == 2);
  static_assert(Tfms::count<decltype(n_of)>() == 1);
  static_assert(decltype(pipeline(Twice{}))::count<decltype(n_of)>() == 0);
}

TEST_CASE("L-16 pipeline: get gives the stage of a type, at the stage of a place") {
  auto tfms = pipeline(Letters<'b', 1>{}, Add{7}, Named{});
  CHECK(std::as_const(tfms).get<Add>().n == 7);
  tfms.get<Add>().n = 8;
  CHECK(tfms(1) == 9);
  static_assert(std::same_as<decltype(tfms.at<2>()), Letters<'b', 1> const&>);
  CHECK(tfms.at<0>().n == 8);
}

TEST_CASE("L-13 pipeline: a Pipeline type can be made without arguments, and each visits its stages in order") {
  Pipeline<Add, Twice> tfms;
  CHECK(tfms(4) == 10);
  std::string order;
  tfms.each([&](std::size_t index, auto& stage) {
    order += std::to_string(index) + type_name<std::decay_t<decltype(stage)>>().back();
  });
  CHECK(order == "0d1e");
}

TEST_CASE("L-11 pipeline: ItemGetter takes one element of the tuple") {
  CHECK(pipeline(ItemGetter<1>{}, Twice{})(std::pair('c', 4)) == 8);
  CHECK(pipeline(ItemGetter<0>{})(std::tuple('c', 4)) == 'c');
  CHECK(pipeline(ItemGetter<2>{})(std::tuple('c', 4)) == std::tuple('c', 4));  // no such element: not taken
}
