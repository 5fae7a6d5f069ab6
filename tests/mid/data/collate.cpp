#include <fastxx/low/tensor/types.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <array>
#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

using fastxx::collate;
using fastxx::Tensor;
using fastxx::TensorCategory;
using fastxx::TensorImage;

namespace {

struct Point {
  int x, y;
};
struct Points {
  std::vector<int> xs;
};

struct Sized {
  int size;
};

struct Sample : std::tuple<TensorImage, int> {  // an int collates to a tensor
  using std::tuple<TensorImage, int>::tuple;
};
struct Twins : std::tuple<TensorImage, TensorImage> {
  using std::tuple<TensorImage, TensorImage>::tuple;
};

TensorImage image(std::int64_t height, std::int64_t width, double value = 0) {
  return TensorImage(at::full({3, height, width}, value));
}

template <class T>
std::vector<T> values(Tensor const& t) {
  return std::vector<T>(t.data_ptr<T>(), t.data_ptr<T>() + t.numel());
}

}  // namespace

template <>
struct fastxx::collate_for<Point> {
  static Points collate(std::vector<Point> const& items) {
    Points points;
    for (auto const& item : items) points.xs.push_back(item.x);
    return points;
  }
};
template <>
struct fastxx::collate_for<Sized> {
  static int collate(std::vector<Sized> const& items) {
    for (std::size_t i = 1; i < items.size(); ++i)
      if (items[i].size != items[0].size)
        throw collate_shapes_error("Sized", 0, std::to_string(items[0].size), i, std::to_string(items[i].size));
    return items[0].size;
  }
};

TEST_CASE("collate: numbers become a tensor of int64, float32, float64 or bool") {
  CHECK(values<std::int64_t>(collate(std::vector<int>{3, -1})) == std::vector<std::int64_t>{3, -1});
  CHECK(values<std::int64_t>(collate(std::vector<std::uint8_t>{200})) == std::vector<std::int64_t>{200});
  CHECK(values<float>(collate(std::vector<float>{.5f})) == std::vector<float>{.5f});
  CHECK(values<double>(collate(std::vector<double>{.1, .2})) == std::vector<double>{.1, .2});
  auto const flags = collate(std::vector<bool>{true, false, true});
  CHECK((flags.scalar_type() == at::kBool));
  CHECK(values<bool>(flags) == std::vector<bool>{true, false, true});
}

TEST_CASE("collate: lists of numbers become rows, of one length or told with both") {
  auto const rows = collate(std::vector<std::vector<float>>{{1, 2, 3}, {4, 5, 6}});
  CHECK(rows.equal(at::tensor({1.F, 2.F, 3.F, 4.F, 5.F, 6.F}).view({2, 3})));
  auto const [pairs, labels] = collate(std::vector<std::pair<std::array<int, 2>, int>>{{{1, 2}, 3}, {{4, 5}, 6}});
  CHECK(pairs.equal(at::tensor({1, 2, 4, 5}, at::kLong).view({2, 2})));
  CHECK(collate(std::vector<std::vector<bool>>{{true, false}}).sum(1).item<int>() == 1);
  CHECK(collate(std::vector<std::vector<double>>{{}, {}}).sizes() == at::IntArrayRef({2, 0}));
  try {
    (void)collate(std::vector<std::vector<double>>{{1, 2}, {1, 2, 3}});
    FAIL("no error");
  } catch (fastxx::tensor_error const& e) {
    CHECK(e.key() == "collate.shapes");
    CHECK(std::string(e.what()).find("item 1 of the batch of shape [3]") != std::string::npos);
  }
}

TEST_CASE("collate: tensors are stacked and keep their semantic type") {
  auto const batch = collate(std::vector{image(2, 2, 1), image(2, 2, 5)});
  static_assert(std::is_same_v<decltype(batch), TensorImage const>);
  CHECK(batch.sizes() == at::IntArrayRef{2, 3, 2, 2});
  CHECK(batch[1].max().item<float>() == 5);
  static_assert(std::is_same_v<decltype(collate(std::vector<Tensor>{})), Tensor>);
  auto const labels = collate(std::vector{TensorCategory(at::scalar_tensor(4)), TensorCategory(at::scalar_tensor(7))});
  static_assert(std::is_same_v<decltype(labels), TensorCategory const>);
  CHECK(labels.sizes() == at::IntArrayRef{2});
}

TEST_CASE("collate: strings stay a vector and an rvalue's are moved") {
  std::vector<std::string> words{"a string too long for the small buffer", "b"};
  char const* data = words[0].data();
  CHECK(collate(words) == words);
  CHECK(collate(std::move(words))[0].data() == data);
}

TEST_CASE("collate: tuples become tuples of columns, nested, and pairs stay pairs") {
  using Item = std::tuple<TensorImage, std::pair<int, std::string>>;
  std::vector<Item> items{{image(1, 1), {4, "x"}}, {image(1, 1), {5, "y"}}};
  auto const batch = collate(items);
  static_assert(std::is_same_v<std::decay_t<decltype(batch)>,
                               std::tuple<TensorImage, std::pair<Tensor, std::vector<std::string>>>>);
  CHECK(std::get<0>(batch).size(0) == 2);
  CHECK(values<std::int64_t>(std::get<1>(batch).first) == std::vector<std::int64_t>{4, 5});
  CHECK(std::get<1>(batch).second == std::vector<std::string>{"x", "y"});
  CHECK(std::get<0>(items[0]).defined());
}

TEST_CASE("collate: a class derived from tuple stays itself when its elements collate to their own types") {
  auto const twins = collate(std::vector{Twins(image(1, 1), image(1, 1))});
  static_assert(std::is_same_v<decltype(twins), Twins const>);
  CHECK(std::get<1>(twins).sizes() == at::IntArrayRef{1, 3, 1, 1});
  auto const sample = collate(std::vector{Sample(image(1, 1), 3)});
  static_assert(std::is_same_v<decltype(sample), std::tuple<TensorImage, Tensor> const>);
}

TEST_CASE("collate: a specialisation of collate_for is used alone and inside tuples") {
  std::vector<std::pair<Point, double>> items{{{1, 2}, .5}, {{3, 4}, .25}};
  CHECK(collate(std::vector<Point>{{7, 8}}).xs == std::vector{7});
  auto const [points, numbers] = collate(std::move(items));
  CHECK(points.xs == std::vector{1, 3});
  CHECK(values<double>(numbers) == std::vector{.5, .25});
}

TEST_CASE("collate: shapes that differ are told with element, type, both shapes and both item numbers") {
  std::vector<std::tuple<int, TensorImage>> items{{0, image(2, 2)}, {1, image(2, 2)}, {2, image(2, 5)}};
  try {
    collate(items);
    FAIL("no error");
  } catch (fastxx::tensor_error const& e) {
    CHECK(e.key() == "collate.shapes");
    std::string const text = e.what();
    for (char const* part :
         {"element 1", "TensorImage", "item 0", "(3, 2, 2)", "item 2", "(3, 2, 5)", "item transform"})
      CHECK_MESSAGE(text.find(part) != std::string::npos, part, " is missing in: ", text);
  }
}

TEST_CASE("collate: an error of a nested element, also of a user's collate_for, is told with the way to it") {
  std::vector<std::tuple<int, std::pair<Sized, int>>> items{{0, {{5}, 0}}, {1, {{6}, 0}}};
  try {
    collate(items);
    FAIL("no error");
  } catch (fastxx::tensor_error const& e) {
    CHECK(e.parts().where == "element 1, element 0");
    CHECK(e.key() == "collate.shapes");
  }
}

TEST_CASE("collate: tensors without data and empty batches are refused") {
  auto key = [](auto make) {
    try {
      make();
      return std::string("no error");
    } catch (fastxx::error const& e) {
      return e.key();
    }
  };
  CHECK(key([] { collate(std::vector{image(1, 1), TensorImage()}); }) == "collate.undefined");
  CHECK(key([] { collate(std::vector<int>{}); }) == "collate.empty");
  CHECK(key([] { collate(std::vector<std::tuple<int>>{}); }) == "collate.empty");
}
