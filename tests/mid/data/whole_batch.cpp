#include <fastxx/low/tensor/types.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using namespace fastxx;

namespace {

using Pair = std::tuple<std::int64_t, std::string>;
using Calls = std::shared_ptr<std::array<std::atomic<int>, 2>>;  // of operator[], of batch()

template <class Action>
data_error data_error_of(Action action) {
  try {
    action();
  } catch (data_error const& e) {
    return e;
  }
  FAIL("no data_error");
  return {"none", {}};
}

// The squares with their parity, held as two columns, as a table is; `bad` throws.
struct Squares {
  std::int64_t n = 23;
  std::int64_t bad = -1;
  std::string odd = "odd";
  Calls calls = std::make_shared<Calls::element_type>();

  std::size_t size() const { return static_cast<std::size_t>(n); }
  Pair row(std::int64_t index) const {
    if (index == bad) throw std::runtime_error("square " + std::to_string(index) + " is bad");
    return {index * index, index % 2 == 0 ? "even" : odd};
  }
  Pair operator[](std::size_t index) const {
    ++(*calls)[0];
    return row(static_cast<std::int64_t>(index));
  }
  std::tuple<Tensor, std::vector<std::string>> batch(std::span<std::int64_t const> indices) const {
    ++(*calls)[1];
    std::vector<std::string> labels;
    Tensor squares = at::empty({static_cast<std::int64_t>(indices.size())}, at::kLong);
    auto* out = squares.data_ptr<std::int64_t>();
    for (auto const index : indices) {
      auto [square, label] = row(index);
      *out++ = square;
      labels.push_back(std::move(label));
    }
    return {squares, std::move(labels)};
  }
};

// The same, one by one.
struct SquaresByItem : Squares {
  void batch() const = delete;
};

bool same(Tensor const& a, Tensor const& b) { return a.scalar_type() == b.scalar_type() && at::equal(a, b); }
bool same(std::vector<std::string> const& a, std::vector<std::string> const& b) { return a == b; }
template <class A, class B>
bool same(std::tuple<A, B> const& a, std::tuple<A, B> const& b) {
  return same(std::get<0>(a), std::get<0>(b)) && same(std::get<1>(a), std::get<1>(b));
}

// Whether two loaders give the same batches, over two epochs.
template <class A, class B>
bool same_epochs(A const& a, B const& b) {
  static_assert(std::is_same_v<typename A::batch_type, typename B::batch_type>);
  for (int epoch = 0; epoch < 2; ++epoch) {
    auto it = b.begin();
    for (auto const& batch : a) {
      if (it == b.end() || !same(batch, *it)) return false;
      ++it;
    }
    if (it != b.end()) return false;
  }
  return true;
}

std::vector<LoaderOptions> all_kinds(std::int64_t items) {
  std::vector<double> weights(static_cast<std::size_t>(items), 1.);
  weights[3] = 20;
  std::vector<LoaderOptions> kinds;
  for (int workers : {0, 1, 2, 8})
    for (LoaderPlan const& plan : {LoaderPlan(), LoaderPlan(WeightedPlan{weights}),
                                   LoaderPlan(ShardPlan{.rank = 1, .size = 2}), LoaderPlan(PartialPlan{7})})
      for (bool shuffle : {false, true})
        kinds.push_back({.batch_size = 4,
                         .workers = workers,
                         .shuffle = shuffle,
                         .drop_last = false,
                         .seed = 5,
                         .split_idx = Split::train,
                         .plan = plan});
  return kinds;
}

struct AddOne {  // takes one or many
  std::int64_t encodes(std::int64_t x) const { return x + 1; }
  Tensor encodes_batch(Tensor const& x) const { return x + 1; }
};
struct AddOneToTrain : AddOne {
  static constexpr int split_idx = Split::train;
};
struct AddTwoToOne : AddOne {  // inherits a promise that it does not keep
  std::int64_t encodes(std::int64_t x) const { return x + 2; }
};
struct AddDrawn {
  double draw(Pair const&, Random& random) const { return random.uniform(); }
  double draw(std::int64_t, Random& random) const { return random.uniform(); }
  std::int64_t encodes(std::int64_t x, double drawn) const { return x + static_cast<std::int64_t>(100 * drawn); }
  Tensor encodes_batch(Tensor const& x) const { return x; }
};
struct AddThree {
  std::int64_t encodes(std::int64_t x) const { return x + 3; }
  Tensor encodes_batch(Tensor const& x) const { return x + 3; }
};

auto const parity = pipeline(ItemGetter<1>{}, Categorize{});

template <class Items, class Pipeline>
auto loaders(Items items, Pipeline const& number, DataLoadersOptions const& options = {.batch_size = 4}) {
  return dataloaders(Datasets(std::move(items), RandomSplitter{.valid_pct = .3, .seed = 2}, number, parity), options);
}

}  // namespace

template <>
struct fastxx::overload_for<encodes_set, AddThree, std::int64_t> {
  std::int64_t operator()(AddThree const&, std::int64_t x) const { return x + 30; }
};

TEST_CASE("TR-25 whole batches: the same as item by item, for any plan and any number of workers") {
  for (auto const& options : all_kinds(23)) {
    DataLoader const whole(Squares{}, options);
    DataLoader const by_item(SquaresByItem{}, options);
    static_assert(decltype(whole)::whole_batches && !decltype(by_item)::whole_batches);
    CHECK(same_epochs(whole, by_item));
    CHECK((*whole.dataset().calls)[0] == 0);
    CHECK((*by_item.dataset().calls)[1] == 0);
  }
}

TEST_CASE("TR-25 whole batches: indices come as a span or as a vector, with the context and the plan if wanted") {
  struct Plan {
    EpochPlan plan(std::int64_t epoch, Random&) const { return EpochPlan({{0, 2}, {1}}).with(epoch); }
  };
  struct Told {
    std::size_t size() const { return 3; }
    std::int64_t operator[](std::size_t index) const { return static_cast<std::int64_t>(index); }
    Tensor batch(std::vector<std::int64_t> const& indices, CallContext const& context, EpochPlan const& plan) const {
      auto const drawn = static_cast<std::int64_t>(context.random->below(1000000));
      return at::tensor({indices.front(), plan.get<std::int64_t>(), std::int64_t(context.split_idx), drawn})
          .repeat({static_cast<std::int64_t>(indices.size()), 1});
    }
  };
  std::vector<Tensor> first;
  for (int workers : {0, 2}) {
    DataLoader const loader(Told{}, {.workers = workers, .seed = 3, .split_idx = Split::valid, .plan = Plan{}});
    std::vector<Tensor> batches;
    for (int epoch = 0; epoch < 2; ++epoch)
      for (auto& batch : loader) batches.push_back(batch);
    REQUIRE(batches.size() == 4);
    CHECK(at::equal(batches[3][0].slice(0, 0, 3), at::tensor({1, 1, Split::valid})));
    CHECK(!at::equal(batches[0][0][3], batches[1][0][3]));
    if (workers == 0) first = batches;
    for (std::size_t i = 0; i < 4; ++i) CHECK(at::equal(batches[i], first[i]));
  }
}

TEST_CASE("TR-25 whole batches: an item that is refused is named as item by item, and iterating goes on") {
  for (int workers : {0, 2}) {
    LoaderOptions const options{.batch_size = 4, .workers = workers};
    auto error = [](auto const& loader) {
      return data_error_of([&] {
        for (auto& batch : loader) (void)batch;
      });
    };
    DataLoader const whole(Squares{23, 9}, options);
    DataLoader const by_item(SquaresByItem{{23, 9}}, options);
    auto const a = error(whole), b = error(by_item);
    CHECK(a.key() == "loader.item");
    CHECK(std::string(a.what()) == b.what());
    CHECK(a.parts().where == "item 9, batch 2 of epoch 0");
    auto it = whole.start(0, 1);
    CHECK_THROWS_AS(++it, data_error);
    ++it;
    CHECK(std::get<0>(*it)[0].item<std::int64_t>() == 144);
  }
}

TEST_CASE("TR-25 whole batches: a batch() that fails where its items do not is told with the batch") {
  struct Broken : Squares {
    std::tuple<Tensor, std::vector<std::string>> batch(BatchIndices) const { throw std::runtime_error("no table"); }
  };
  auto const e = data_error_of([] { DataLoader(Broken{}, {.batch_size = 2}).begin(); });
  CHECK(e.key() == "loader.batch");
  CHECK(e.parts().got == "no table");
  CHECK(e.parts().where == "batch 0 of epoch 0, dataset items 0, 1");
}

TEST_CASE("TR-25 whole batches: rows that are missing, or too many, are refused") {
  struct Short : Squares {
    std::tuple<Tensor, std::vector<std::string>> batch(BatchIndices indices) const {
      auto whole = Squares::batch(indices);
      std::get<1>(whole).pop_back();
      return whole;
    }
  };
  auto const e = data_error_of([] { DataLoader(Short{}, {.batch_size = 2}).begin(); });
  CHECK(std::string(e.what()).find("as many rows as indices, 2; got 1 rows of std::vector<std::string") !=
        std::string::npos);
}

namespace {

// Numbers; a worker that makes every fourth waits a moment for the calling thread to make another one.
struct Slowed {
  std::shared_ptr<std::atomic<int>> by_caller = std::make_shared<std::atomic<int>>(0);
  std::thread::id caller = std::this_thread::get_id();

  std::size_t size() const { return 200; }
  std::int64_t operator[](std::size_t index) const {
    made(index);
    return static_cast<std::int64_t>(index);
  }
  Tensor batch(BatchIndices indices) const {
    made(static_cast<std::size_t>(indices[0]));
    return at::tensor(std::vector<std::int64_t>(indices));
  }
  void made(std::size_t index) const {
    if (std::this_thread::get_id() == caller) {
      ++*by_caller;
    } else if (index % 4 == 1) {
      auto const until = std::chrono::steady_clock::now() + std::chrono::milliseconds(5);
      for (int const before = *by_caller; *by_caller == before && std::chrono::steady_clock::now() < until;)
        std::this_thread::yield();
    }
  }
};
struct SlowedByItem : Slowed {
  void batch() const = delete;
};

}  // namespace

TEST_CASE(
    "TR-25 whole batches: who would have to wait makes quick ones itself, in the same order; never item by item") {
  auto count = [](auto dataset) {
    DataLoader const loader(dataset, {.batch_size = 1, .workers = 1, .prefetch = 4});
    std::int64_t expected = 0;
    for (auto const& batch : loader) CHECK(batch.template item<std::int64_t>() == expected++);
    CHECK(expected == 200);
    return dataset.by_caller->load();
  };
  CHECK(count(Slowed{}) > 0);
  CHECK(count(SlowedByItem{}) == 0);
}

TEST_CASE(
    "TR-25 whole batches: item transforms that take columns are applied to them, others and before_batch go by items") {
  auto loader = [](auto dataset, auto stage) { return DataLoader(dataset, {.batch_size = 4}, item_tfms(stage)); };
  auto const whole = loader(Squares{}, AddOne{});
  static_assert(decltype(whole)::whole_batches);
  CHECK(same_epochs(whole, loader(SquaresByItem{}, AddOne{})));
  auto plus = [](std::int64_t x) { return x + 1; };
  static_assert(!decltype(loader(Squares{}, plus))::whole_batches);
  static_assert(!decltype(loader(Squares{}, AddDrawn{}))::whole_batches);
  CHECK(same_epochs(loader(Squares{}, plus), loader(SquaresByItem{}, AddOne{})));
  auto last = [](std::vector<Pair> items) { return std::vector<Pair>{items.back()}; };
  DataLoader const last_only(Squares{}, {.batch_size = 4}, before_batch(last));
  static_assert(!decltype(last_only)::whole_batches);
  CHECK(std::get<0>(last_only.one_batch()).item<std::int64_t>() == 9);
  // One that takes other items is not in the way.
  auto const of_numbers =
      DataLoader(std::vector{1, 2}, {.batch_size = 4}, before_batch([](std::vector<int> items) { return items; }))
          .with_dataset(Squares{});
  static_assert(decltype(of_numbers)::whole_batches);
  CHECK(same_epochs(of_numbers, DataLoader(SquaresByItem{}, {.batch_size = 4})));
}

TEST_CASE("TR-25 datasets: columns go through the pipelines whole, the same as item by item") {
  auto compare = [](auto const& number) {
    for (int workers : {0, 2}) {
      DataLoadersOptions const options{.batch_size = 4, .workers = workers, .seed = 7};
      auto const whole = loaders(Squares{}, number, options);
      auto const by_item = loaders(SquaresByItem{}, number, options);
      static_assert(decltype(whole)::loader_type::whole_batches && !decltype(by_item)::loader_type::whole_batches);
      int const set_up = (*by_item.train().dataset().raw_items().calls)[0];
      CHECK(same_epochs(whole.train(), by_item.train()));
      CHECK(same_epochs(whole.valid(), by_item.valid()));
      CHECK((*whole.train().dataset().raw_items().calls)[0] == set_up);
    }
  };
  compare(pipeline(ItemGetter<0>{}));
  compare(pipeline(ItemGetter<0>{}, AddOne{}));
  compare(pipeline(AddOne{}, ItemGetter<0>{}));  // of the whole pair it takes the number
  compare(pipeline(ItemGetter<0>{}, AddOneToTrain{}));
}

TEST_CASE("TR-25 datasets: a stage that does not promise it is given items") {
  auto compare = [](auto const& stage) {
    auto const number = pipeline(ItemGetter<0>{}, stage);
    DataLoadersOptions const options{.batch_size = 4, .seed = 7};
    auto const ours = loaders(Squares{}, number, options);
    auto const by_item = loaders(SquaresByItem{}, number, options);
    static_assert(!decltype(ours)::loader_type::whole_batches);
    CHECK(same_epochs(ours.train(), by_item.train()));
  };
  compare([](std::int64_t x) { return x / 2; });
  compare(AddDrawn{});
  compare(AddTwoToOne{});
  compare(AddThree{});  // somebody extended its encodes()
}

TEST_CASE("TR-25 datasets: a label that is not in the vocabulary is named with its item") {
  auto const dls = loaders(Squares{}, pipeline(ItemGetter<0>{}));
  auto const test = dls.test_dl(Squares{.n = 9, .odd = "uneven"}, with_labels);
  static_assert(decltype(test)::whole_batches);
  auto const e = data_error_of([&] { test.begin(); });
  CHECK(e.key() == "loader.item");
  CHECK(e.parts().got.find("'uneven'") != std::string::npos);
  CHECK(e.parts().where == "item 1 of the test items, batch 0 of epoch 0");
}
