#include <fastxx/low/transform/items.hpp>

#include <doctest/doctest.h>
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
