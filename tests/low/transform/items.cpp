#include <fastxx/low/transform/any.hpp>
#include <fastxx/low/transform/items.hpp>
#include <fastxx/low/transform/pipeline.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <numeric>
#include <ranges>
#include <vector>

using namespace fastxx;

namespace {
template <class T>
concept KnowsTrain = requires(T const& items) {
  items.train();
};
struct Numbers {
  std::vector<int> all{1, 2, 3};
  std::size_t size() const { return all.size(); }
  int operator[](std::size_t index) const { return all[index]; }
  std::vector<int> train() const { return {all[2]}; }
};
}  // namespace

TEST_CASE("L-05 items: seen through a function, computed when asked for") {
  int calls = 0;
  std::vector<int> const numbers{1, 2, 3};
  MappedItems const seen(numbers, [&](int x) {
    ++calls;
    return x * 1.5;
  });
  CHECK(seen.size() == 3);
  CHECK(calls == 0);
  CHECK(seen[1] == 3.0);
  CHECK(calls == 1);
}

TEST_CASE("L-04 items: the training part is seen through the same function") {
  Numbers const numbers;
  MappedItems const seen(numbers, [](int x) { return -x; });
  auto const train = seen.train();
  CHECK(train.size() == 1);
  CHECK(train[0] == -3);
  std::vector<int> const plain{1};
  MappedItems const without(plain, [](int x) { return x; });
  static_assert(KnowsTrain<decltype(seen)> && !KnowsTrain<decltype(without)>);
}

namespace {
struct Celsius {
  double degrees;
};
struct Warmer {
  Celsius encodes(Celsius x) const { return {x.degrees + 1}; }
};
struct Centre {  // as in examples/doc/transform.cpp
  double mean = 0;
  template <class Items>
  void setups(Items const& items) {
    for (auto const& item : items) mean += item.degrees / static_cast<double>(items.size());
  }
  Celsius encodes(Celsius x) const { return {x.degrees - mean}; }
};
struct Temperatures {
  std::size_t size() const { return 3; }
  Celsius operator[](std::size_t index) const { return {18. + 2. * static_cast<double>(index)}; }
  std::vector<Celsius> train() const { return {{30}}; }
};
}  // namespace

TEST_CASE("L-05 items: setups() can loop over what it gets, behind another stage and in a run-time pipeline") {
  auto tfms = pipeline(Warmer{}, Centre{});
  tfms.setup(Temperatures{});
  CHECK(tfms(Celsius{25}).degrees == doctest::Approx(25 + 1 - 21));
  tfms = pipeline(Warmer{}, Centre{});
  tfms.setup(Temperatures{}, /*train_setup=*/true);
  CHECK(tfms(Celsius{25}).degrees == doctest::Approx(25 + 1 - 31));

  AnyPipeline<Celsius> one({Warmer{}, Centre{}});
  one.setup(Temperatures{});
  CHECK(one(Celsius{25}).degrees == doctest::Approx(5));
  AnyPipeline<Celsius, int> several({Warmer{}, Centre{}});
  several.setup(Temperatures{}, /*train_setup=*/true);
  CHECK(std::get<0>(several(Celsius{25})).degrees == doctest::Approx(-5));
}

TEST_CASE("L-05 items: what is seen through a function is a range") {
  Numbers const numbers;
  MappedItems const seen(numbers, [](int x) { return x * 1.5; });
  static_assert(std::ranges::input_range<decltype(seen)> && std::ranges::sized_range<decltype(seen)>);
  static_assert(std::ranges::input_range<decltype(seen.train())> && std::ranges::input_range<AnyItems<int>>);
  CHECK(std::accumulate(seen.begin(), seen.end(), 0.) == 9);
  CHECK(std::ranges::find(seen, 3.).index == 1);
  CHECK(std::vector<double>(seen.begin(), seen.end()) == std::vector{1.5, 3., 4.5});
}
