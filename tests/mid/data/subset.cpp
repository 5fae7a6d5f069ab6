#include "../../errors.hpp"
#include <fastxx/mid/data/subset.hpp>

#include <algorithm>
#include <list>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;

namespace {

// Knows its classes, gives whole batches, and has two inputs.
struct Numbers {
  static constexpr std::size_t n_inp = 2;
  std::size_t size() const { return 10; }
  std::tuple<double, double, std::int64_t> operator[](std::size_t i) const {
    return {static_cast<double>(i), 2. * static_cast<double>(i), static_cast<std::int64_t>(i % 2)};
  }
  std::tuple<at::Tensor, at::Tensor, at::Tensor> batch(std::vector<std::int64_t> const& indices) const {
    at::Tensor const x = at::tensor(indices).to(at::kDouble);
    return {x, x * 2, at::tensor(indices) % 2};
  }
  std::vector<std::string> classes() const { return {"even", "odd"}; }
  std::string item_name(std::size_t i) const { return "number " + std::to_string(i); }
};

template <class Loader>
std::vector<double> firsts_of(Loader const& loader) {
  std::vector<double> all;
  for (auto const& batch : loader)
    for (std::int64_t i = 0; i < std::get<0>(batch).size(0); ++i)
      all.push_back(std::get<0>(batch)[i].template item<double>());
  return all;
}

// What torch::data calls a dataset, as far as it matters here.
struct TorchLike {
  struct Example {
    using DataType = at::Tensor;
    using TargetType = at::Tensor;
    at::Tensor data, target;
  };
  Example get(std::size_t i) { return {at::full({2}, double(i)), at::scalar_tensor(std::int64_t(i), at::kLong)}; }
  c10::optional<std::size_t> size() const { return size_; }
  c10::optional<std::size_t> size_ = 5;
};

struct CentreFirst {  // an item transform that learns
  double mean = 0;
  template <class Items>
  void setups(Items const& items) {
    for (std::size_t i = 0; i < items.size(); ++i) mean += std::get<0>(items[i]) / static_cast<double>(items.size());
  }
  double encodes(double x) const { return x - mean; }
};

}  // namespace

TEST_CASE("H-59 subset: random parts hold each item once, in RandomSplitter's order, and keep the names") {
  auto const parts = random_split(Numbers{}, {7, 3}, 42);
  REQUIRE(parts.size() == 2);
  std::vector<std::int64_t> all = parts[0].indices();
  all.insert(all.end(), parts[1].indices().begin(), parts[1].indices().end());
  // torch 1.13.1: torch.manual_seed(42); torch.randperm(10)
  CHECK(all == std::vector<std::int64_t>{2, 6, 1, 8, 4, 5, 0, 9, 3, 7});
  CHECK(parts[1].classes() == std::vector<std::string>{"even", "odd"});
  CHECK(parts[1].item_name(0) == "number 9");
  CHECK(std::get<1>(parts[1][0]) == 18);
  CHECK(random_split(std::list<int>{1, 2, 3}, {1, 1, 1}).size() == 3);
  CHECK(contains(error_of([] { random_split(Numbers{}, {7, 2}); }), "add up to 10"));
  std::int64_t const seven = 7;
  CHECK(random_split(Numbers{}, {seven, 3}, 42)[1].indices() == parts[1].indices());
  CHECK(random_split(Numbers{}, std::vector<std::int64_t>{7, 3}, 42)[1].indices() == parts[1].indices());
  CHECK(contains(error_of([] { random_split(Numbers{}, {11, -1}); }), "[random_split.lengths]"));
  CHECK(contains(error_of([] { random_split(Numbers{}, {INT64_MAX, INT64_MAX, 12}); }), "[random_split.lengths]"));
}

TEST_CASE("H-59 subset: parts by fractions; what rounding leaves goes to the first parts") {
  CHECK(random_split(Numbers{}, {.7, .3}, 42)[1].indices() == std::vector<std::int64_t>{9, 3, 7});
  // Rounded down: 3, 3 and 3.
  auto const thirds = random_split(Numbers{}, {.35, .35, .3}, 1);
  CHECK(thirds[0].size() == 4);
  CHECK(thirds[1].size() == 3);
  CHECK(thirds[2].size() == 3);
  auto const quarters =
      random_split(Numbers{}, {.26, .26, .48}, 1);  // 2, 2 and 4, and one more for each of the first two
  CHECK(quarters[1].size() == 3);
  CHECK(random_split(Numbers{}, {1.}).size() == 1);
  CHECK(key_of([] { random_split(Numbers{}, {.8, .1}); }) == "random_split.fractions");
  CHECK(key_of([] { random_split(Numbers{}, {1.5, -.5}); }) == "random_split.fractions");
  CHECK(key_of([] {
          random_split(Numbers{}, std::vector{.99, .01});
        }) == "random_split.lengths");  // none for the second
}

TEST_CASE("M-48 H-60 subset: loaders of datasets that are apart") {
  auto const parts = random_split(Numbers{}, {7, 3}, 42);
  auto const dls = from_dsets(parts[0], parts[1], {.batch_size = 3, .seed = 1});
  static_assert(decltype(dls)::n_inp == 2 && decltype(dls)::loader_type::whole_batches);
  CHECK(dls.train().size() == 2);  // a short last batch is dropped
  CHECK(firsts_of(dls.valid()) == std::vector<double>{9, 3, 7});
  auto trained = firsts_of(dls.train());
  CHECK(trained.size() == 6);
  CHECK(dls.class_names() == std::vector<std::string>{"even", "odd"});

  auto several = from_dsets(std::vector<std::vector<double>>{{1, 2}, {3}, {4, 5, 6}}, {.batch_size = 2});
  CHECK(several.size() == 3);
  CHECK(several[2].n_items() == 3);
  auto const alone = from_dsets(std::vector<std::vector<double>>{{1, 2}}, {.batch_size = 2});
  CHECK(alone.valid().size() == 0);
  CHECK(contains(error_of([] { from_dsets(std::vector<std::vector<double>>{}); }), "[dataloaders.count]"));
  CHECK(contains(error_of([] { from_dsets(std::vector<double>{1}, std::vector<double>{}, {.batch_size = 1}); }),
                 "[loader.empty]"));
}

TEST_CASE("M-48 subset: item transforms learn from the training part, batch transforms are applied") {
  std::vector<std::tuple<double, int>> const train{{1, 0}, {3, 1}}, valid{{10, 0}};
  auto const dls = from_dsets(train, valid, {.batch_size = 2, .shuffle = false}, item_tfms(CentreFirst{}),
                              batch_tfms([](at::Tensor const& x) { return x * 10; }));
  CHECK(firsts_of(dls.train()) == std::vector<double>{-10, 10});
  CHECK(firsts_of(dls.valid()) == std::vector<double>{80});
}

TEST_CASE("subset: datasets of torch::data, whole or in parts") {
  auto const dls = from_dsets(TorchLike{}, TorchLike{3}, {.batch_size = 2});
  CHECK(dls.valid().n_items() == 3);
  auto const [x, y] = dls.valid().one_batch();
  CHECK(at::equal(x, at::tensor({0., 0., 1., 1.}, at::kDouble).view({2, 2})));
  CHECK(at::equal(y, at::tensor({0, 1})));
  CHECK(random_split(TorchLike{}, {3, 2}, 1)[0].size() == 3);
  CHECK(contains(error_of([] { from_dsets(TorchLike{c10::nullopt}, TorchLike{}); }), "[torch_items.size]"));
}
