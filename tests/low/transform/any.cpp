#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/any.hpp>
#include <fastxx/low/transform/normalize.hpp>

#include <doctest/doctest.h>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

using namespace fastxx;

namespace {

using Text = std::string;
using OnDouble = AnyTransform<double>;
using Words = AnyPipeline<Text, int, double>;

struct Screen {
  std::string drawn;
};
struct Title {
  std::string text;
  Screen show(Screen screen) const {
    screen.drawn += "[" + text + "]";
    return screen;
  }
};

struct Length {
  int encodes(Text const& text) const { return int(text.size()); }
};
struct Centre {
  static constexpr int order = 10;
  int mean = 0;
  template <class Items>
  void setups(Items const& items) {
    mean = 0;
    for (auto const& item : items) mean += item;
    mean /= int(items.size());
  }
  int encodes(int x) const { return x - mean; }
  int decodes(int x) const { return x + mean; }
  void serialize(auto& archive) { archive("mean", mean); }
};
struct Twice {
  double encodes(double x) const { return 2 * x; }
  double decodes(double x) const { return x / 2; }
};
struct TrainOnly {
  static constexpr int split_idx = Split::train;
  double encodes(double x) const { return -x; }
};
struct Caption {
  Title encodes(Text const& text) const { return {text}; }
  int encodes(Title const& title) const { return int(title.text.size()); }
  Title decodes(int length) const { return {Text(std::size_t(length), 'x')}; }
};

struct Lines {
  std::vector<Text> all;
  std::size_t size() const { return all.size(); }
  Text operator[](std::size_t i) const { return all[i]; }
  Lines train() const { return {{all[0]}}; }
};

}  // namespace

TEST_CASE("any: stages chosen by name at run time encode and decode like a static pipeline") {
  std::map<std::string, std::function<OnDouble()>> const known{
      {"twice", [] { return OnDouble(Twice{}); }}, {"next", [] { return OnDouble([](double x) { return x + 1; }); }}};
  AnyPipeline<double> p;
  for (auto const* name : {"next", "twice"}) p.add(known.at(name)());
  CHECK(p(3.) == 8.);
  CHECK(p.decode(8.) == 4.);
  CHECK(p.size() == 2);
  CHECK(p[1].encodes(1.) == 2.);
}

TEST_CASE("any: items of several types change from one to another") {
  Words const p({Length{}, Twice{}, [](int x) { return x + .5; }});
  CHECK(std::get<double>(p(Text("four"))) == 4.5);  // a stage before Twice never saw a double
  CHECK(std::get<double>(p(4.)) == 8.);
}

TEST_CASE("TR-06 any: stages are sorted by order, stably, and again after each add") {
  AnyPipeline<Text> p;
  auto append = [](char c) { return [c](Text x) { return x + c; }; };
  p.add(transform<TransformOptions{.order = 5}>(append('c')));
  p.add(append('a'));
  p.add(append('b'));
  CHECK(p("") == "abc");
}

TEST_CASE(
    "L-05 L-04 any: each stage learns from what the stages before it make, with train_setup from training items") {
  Words p({Centre{}, Length{}});
  Lines const lines{{"four", "eighteen"}};
  p.setup(lines);
  CHECK(std::get<int>(p(Text("four"))) == -2);  // the mean length is 6
  CHECK(std::get<int>(p.decode(-2)) == 4);
  p.setup(lines, /*train_setup=*/true);
  CHECK(std::get<int>(p(Text("four"))) == 0);
  CHECK(p.to_string() == "Pipeline: " + stage_text(Length{}) + " -> " + stage_text(Centre{.mean = 4}));
}

TEST_CASE("any: setting up on nothing, or on items of several types, is refused and says where") {
  Words p({Centre{}});
  CHECK_THROWS_WITH_AS(p.setup(std::vector<Text>{}), doctest::Contains("pipeline.setup_empty"), data_error);
  std::vector<std::variant<Text, int, double>> const mixed{1, 2., 3};
  CHECK_THROWS_WITH_AS(p.setup(mixed), doctest::Contains("item 1"), data_error);
}

TEST_CASE("L-06 any: the subset reaches every stage") {
  AnyPipeline<double> const p({TrainOnly{}});
  CHECK(p(1., {.split_idx = Split::train}) == -1.);
  CHECK(p(1., {.split_idx = Split::valid}) == 1.);
  CHECK(p.decode(1., {.split_idx = Split::train}) == 1.);
}

TEST_CASE("L-14 L-15 any: an item is decoded until it can show itself, and shown") {
  AnyPipeline<Text, Title, int> const p({Caption{}});
  CHECK(p.show(3, Screen{}).drawn == "[xxx]");
  CHECK(p.show(Title{"a"}, Screen{}).drawn == "[a]");
  CHECK_THROWS_WITH_AS((void)p.show(Text("plain"), Screen{}), doctest::Contains("any_pipeline.show"), state_error);
}

TEST_CASE("L-17 any: the state of all stages goes to a file and back") {
  Words p({Length{}, Centre{}}), fresh({Length{}, Centre{}});
  p.setup(std::vector<Text>{"four"});
  SafeTensors file;
  StateWriter writer(file, "p.");
  p.serialize(writer);
  StateReader reader(file, "p.", "memory");
  fresh.serialize(reader);
  CHECK(std::get<int>(fresh(Text("sixsix"))) == 2);
}

TEST_CASE("any: a static pipeline gives its stages; tuples are mapped; copies are independent") {
  using Batch = std::tuple<TensorImage, TensorCategory>;
  auto const fixed = pipeline(Normalize::from_stats({1}, {2}));
  AnyPipeline<Batch> p(fixed);
  Batch const batch{TensorImage(at::full({1, 1, 1, 1}, 5.f)), TensorCategory(at::tensor({3}))};
  auto const [image, label] = p(batch);
  CHECK(image.item<float>() == 2.f);
  CHECK(label.item<std::int64_t>() == 3);

  AnyTransform<int> first = Centre{.mean = 1};
  AnyTransform<int> second = first;
  second.setup(AnyItems<int>(std::vector<int>{9}, [](int x) { return x; }));
  CHECK(first.encodes(0) == -1);
  CHECK(second.encodes(0) == -9);
}
