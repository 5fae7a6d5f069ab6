#include "../../errors.hpp"
#include <fastxx/mid/data/loader.hpp>
#include <fastxx/mid/data/plan.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

// Items without tensors: libtorch is not built for the thread sanitizer.
namespace {

using Indices = std::vector<std::int64_t>;
struct Counted {
  std::int64_t index = 0;
  std::int64_t drawn = 0;
};
using NumberBatch = std::vector<std::pair<std::int64_t, std::int64_t>>;

struct Numbers {
  std::int64_t n = 10;
  std::size_t size() const { return static_cast<std::size_t>(n); }
  Counted item(std::size_t index, CallContext const& context) const {
    return {static_cast<std::int64_t>(index), static_cast<std::int64_t>(context.random->below(1000))};
  }
};

template <class Loader>
std::vector<Indices> indices_of(Loader const& loader) {
  std::vector<Indices> all;
  for (auto const& batch : loader) {
    all.emplace_back();
    for (auto const& [index, drawn] : batch) all.back().push_back(index);
  }
  return all;
}

Indices joined(std::vector<Indices> const& batches) {
  Indices all;
  for (auto const& batch : batches) all.insert(all.end(), batch.begin(), batch.end());
  return all;
}

template <class Loader>
std::vector<NumberBatch> epochs_of(Loader const& loader, int epochs) {
  std::vector<NumberBatch> all;
  for (int epoch = 0; epoch < epochs; ++epoch)
    for (auto& batch : loader) all.push_back(std::move(batch));
  return all;
}

// A plan of a user's own: two batches an epoch, turned around every other epoch.
struct Swinging {
  EpochPlan plan(std::int64_t epoch, Random&) const {
    if (epoch % 2 == 0) return EpochPlan({{0, 1, 2}, {7}});
    return EpochPlan({{7}, {2, 1, 0}});
  }
};

}  // namespace

template <>
struct fastxx::collate_for<Counted> {
  static NumberBatch collate(std::vector<Counted> const& items) {
    NumberBatch batch;
    for (auto const& item : items) batch.emplace_back(item.index, item.drawn);
    return batch;
  }
};

TEST_CASE("plan: a struct with plan(epoch, random) says which items come, in batches of its own") {
  DataLoader const loader(Numbers{}, {.batch_size = 64, .plan = Swinging{}});
  CHECK(loader.size() == 2);
  CHECK(indices_of(loader) == std::vector<Indices>{{0, 1, 2}, {7}});
  CHECK(indices_of(loader) == std::vector<Indices>{{7}, {2, 1, 0}});
}

TEST_CASE("plan: an order is cut into batches of the loader's size") {
  struct Backwards {
    Indices plan(std::int64_t, Random&) const { return {4, 3, 2, 1, 0}; }
  };
  CHECK(indices_of(DataLoader(Numbers{}, {.batch_size = 2, .plan = Backwards{}})) ==
        std::vector<Indices>{{4, 3}, {2, 1}, {0}});
  CHECK(indices_of(DataLoader(Numbers{}, {.batch_size = 2, .drop_last = true, .plan = Backwards{}})) ==
        std::vector<Indices>{{4, 3}, {2, 1}});
}

TEST_CASE("plan: shuffled is the permutation of seed and epoch, sequential the dataset's order") {
  DataLoader const loader(Numbers{7}, {.batch_size = 7, .shuffle = true, .seed = 5});
  for (std::uint64_t epoch : {0, 1}) {
    auto random = Random::of(5, epoch, 1ULL << 62);  // the stream orders were drawn from before there were plans
    CHECK(indices_of(loader) == std::vector<Indices>{random.permutation(7)});
  }
  CHECK(indices_of(DataLoader(Numbers{3}, {.batch_size = 2})) == std::vector<Indices>{{0, 1}, {2}});
}

TEST_CASE("plan: sorted by length, longest first; ties stay in order") {
  SortedPlan const plan{{3, 9, 1, 9, 5}};
  CHECK(indices_of(DataLoader(Numbers{5}, {.batch_size = 2, .plan = plan})) ==
        std::vector<Indices>{{1, 3}, {4, 0}, {2}});
  CHECK(key_of([&] { DataLoader(Numbers{6}, {.plan = plan}); }) == "plan.lengths");
}

TEST_CASE("plan: sorted and shuffled, the longest item is in the first batch and batches hold one length") {
  SortedPlan plan;
  for (std::int64_t i = 0; i < 40; ++i) plan.lengths.push_back(i / 4);  // four of each length
  plan.lengths[17] = 100;
  DataLoader const loader(Numbers{40}, {.batch_size = 4, .shuffle = true, .plan = plan});
  auto const first = indices_of(loader), second = indices_of(loader);
  CHECK(first != second);
  for (auto const& epoch : {first, second}) {
    CHECK(epoch[0][0] == 17);
    Indices all = joined(epoch);
    std::sort(all.begin(), all.end());
    Indices expected(40);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(all == expected);
    for (auto const& batch : epoch) {  // within one group all is sorted before it is cut
      auto const lengths = [&](std::int64_t i) { return plan.lengths[static_cast<std::size_t>(i)]; };
      if (batch[0] != 17) CHECK(lengths(batch.front()) - lengths(batch.back()) <= 1);
    }
    CHECK(plan.lengths[static_cast<std::size_t>(epoch.back()[0])] == 0);  // the last batch is the shortest
  }
}

TEST_CASE("plan: sorted and shuffled, the longest of all groups comes first") {
  SortedPlan plan{Indices(120, 1)};  // groups of 50 items: the longest may be drawn into any
  plan.lengths[7] = 2;
  DataLoader const loader(Numbers{120}, {.batch_size = 1, .shuffle = true, .plan = plan});
  for (int epoch = 0; epoch < 8; ++epoch) CHECK(indices_of(loader)[0] == Indices{7});
}

TEST_CASE("plan: weighted draws follow the weights, with replacement, other ones each epoch") {
  WeightedPlan const plan{.weights = {1, 0, 3, 0}, .n = 4000};
  DataLoader const loader(Numbers{4}, {.batch_size = 100, .plan = plan});
  CHECK(loader.size() == 40);
  auto const first = joined(indices_of(loader)), second = joined(indices_of(loader));
  CHECK(first != second);
  auto count = [&](std::int64_t index) { return std::count(first.begin(), first.end(), index); };
  CHECK(count(1) + count(3) == 0);
  CHECK(count(2) == doctest::Approx(3000).epsilon(.05));  // standard deviation 27
  CHECK(DataLoader(Numbers{4}, {.batch_size = 1, .plan = WeightedPlan{{1, 1, 1, 1}}}).size() == 4);
  CHECK(key_of([] { DataLoader(Numbers{2}, {.plan = WeightedPlan{{1, -1}}}); }) == "plan.weights");
  CHECK(key_of([] { DataLoader(Numbers{2}, {.plan = WeightedPlan{{0, 0}}}); }) == "plan.weights");
  CHECK(key_of([] { DataLoader(Numbers{2}, {.plan = WeightedPlan{{1}}}); }) == "plan.weights");
}

TEST_CASE("plan: a weighted draw that is rounded up to the sum is the last item that weighs anything") {
  std::vector<double> const sums{0, .1, .1 + .2, .1 + .2};  // weights 0, .1, .2, 0
  CHECK(fastxx::detail::weighted_choice(sums, 0) == 1);
  CHECK(fastxx::detail::weighted_choice(sums, .1) == 2);
  CHECK(fastxx::detail::weighted_choice(sums, std::nextafter(sums.back(), 0)) == 2);
  CHECK(fastxx::detail::weighted_choice(sums, sums.back()) == 2);
  double const smallest = std::numeric_limits<double>::denorm_min();
  CHECK((1 - 0x1p-53) * smallest == smallest);  // it happens: the largest fraction times this sum is the sum
}

TEST_CASE("plan: partial reads n other items each epoch, none twice") {
  DataLoader const loader(Numbers{50}, {.batch_size = 4, .plan = PartialPlan{10}});
  CHECK(loader.size() == 3);
  auto const first = joined(indices_of(loader)), second = joined(indices_of(loader));
  CHECK(first.size() == 10);
  CHECK(std::set<std::int64_t>(first.begin(), first.end()).size() == 10);
  CHECK(first != second);
  CHECK(joined(indices_of(DataLoader(Numbers{5}, {.plan = PartialPlan{10}}))).size() == 5);
}

TEST_CASE("plan: the shards of all ranks are one order, padded with its beginning, in equally many batches") {
  // fastai: 10 items and 4 ranks are padded to 12, a slice of 3 each; the last has 9 and the first two again.
  std::vector<Indices> const expected{{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 0, 1}};
  for (std::int64_t rank = 0; rank < 4; ++rank) {
    DataLoader const loader(Numbers{10}, {.batch_size = 2, .plan = ShardPlan{rank, 4}});
    CHECK(loader.size() == 2);
    CHECK(joined(indices_of(loader)) == expected[static_cast<std::size_t>(rank)]);
  }
  std::multiset<std::int64_t> seen;
  for (std::int64_t rank = 0; rank < 2; ++rank) {
    LoaderOptions const options{
        .batch_size = 2, .shuffle = true, .drop_last = false, .plan = ShardPlan{rank, 2, SortedPlan{Indices(8, 1)}}};
    for (auto index : joined(indices_of(DataLoader(Numbers{8}, options)))) seen.insert(index);
  }
  CHECK(seen == std::multiset<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7});
  CHECK(joined(indices_of(DataLoader(Numbers{1}, {.plan = ShardPlan{2, 3}}))) == Indices{0});
  CHECK(key_of([] { DataLoader(Numbers{4}, {.plan = ShardPlan{2, 2}}); }) == "plan.rank");
}

TEST_CASE("plan: every plan gives the same batches for 0, 1, 2 and 8 workers, over several epochs") {
  Indices lengths;
  std::vector<double> weights;
  for (std::int64_t i = 0; i < 30; ++i) lengths.push_back(i * 7 % 11), weights.push_back(1. + static_cast<double>(i));
  std::vector<LoaderPlan> const plans{
      {}, SortedPlan{lengths}, WeightedPlan{weights}, PartialPlan{13}, ShardPlan{1, 4}, Swinging{}};
  for (auto const& plan : plans) {
    LoaderOptions options{.batch_size = 4, .shuffle = true, .drop_last = false, .seed = 2, .plan = plan};
    auto const expected = epochs_of(DataLoader(Numbers{30}, options), 5);
    for (int workers : {1, 2, 8}) {  // eight run epochs ahead: a plan of two batches is short
      options.workers = workers;
      CHECK(epochs_of(DataLoader(Numbers{30}, options), 5) == expected);
    }
  }
}

TEST_CASE("plan: it is made once an epoch, however many workers read it") {
  struct CountsCalls {
    std::shared_ptr<std::atomic<int>> made;
    Indices plan(std::int64_t, Random& random) const {
      ++*made;
      return random.permutation(40);
    }
  };
  auto const made = std::make_shared<std::atomic<int>>(0);
  {
    DataLoader const loader(Numbers{40}, {.batch_size = 2, .workers = 4, .plan = CountsCalls{made}});
    epochs_of(loader, 3);
  }
  CHECK(*made >= 3);
  CHECK(*made <= 4);  // the workers may have begun the fourth
}

TEST_CASE("plan: an index that is no item and a changing number of batches are refused with the epoch") {
  struct Outside {
    Indices plan(std::int64_t epoch, Random&) const { return {0, 9 + epoch}; }
  };
  struct Growing {
    Indices plan(std::int64_t epoch, Random&) const { return Indices(static_cast<std::size_t>(2 + epoch), 0); }
  };
  for (int workers : {0, 2}) {
    DataLoader const outside(Numbers{10}, {.workers = workers, .plan = Outside{}});
    DataLoader const growing(Numbers{10}, {.batch_size = 1, .workers = workers, .plan = Growing{}});
    epochs_of(outside, 1), epochs_of(growing, 1);
    CHECK(key_of([&] { outside.begin(); }) == "plan.index");
    CHECK(key_of([&] { growing.begin(); }) == "plan.size");
  }
  CHECK(key_of([] { EpochPlan({{1}, {}}); }) == "plan.batch");
}

namespace {

// A language model's stream: the documents in a new order each epoch, joined; an item is a window of three tokens.
struct Stream {
  std::string tokens;
};
struct Documents {
  std::vector<std::string> texts{"abc", "de", "fghi"};
  std::size_t size() const { return 3; }  // windows
  Indices item(std::size_t index, CallContext const&, EpochPlan const& plan) const {
    std::string const window = plan.get<Stream>().tokens.substr(3 * index, 3);
    return Indices(window.begin(), window.end());
  }
};
struct Reshuffled {
  std::vector<std::string> texts;
  EpochPlan plan(PlannedEpoch const& epoch, Random& random) const {
    Stream stream;
    for (auto i : random.permutation(3)) stream.tokens += texts[static_cast<std::size_t>(i)];
    return EpochPlan({0, 1, 2}, epoch.batch_size, false).with(std::move(stream));
  }
};
struct Windows : std::vector<Indices> {};

}  // namespace

template <>
struct fastxx::collate_for<Indices> {
  static Windows collate(std::vector<Indices> const& items) { return Windows{items}; }
};

TEST_CASE("plan: an item can be a window of what the plan holds, the same for any workers") {
  Documents const documents;
  std::set<std::string> streams;
  for (int workers : {0, 2}) {
    DataLoader const loader(documents, {.batch_size = 2, .workers = workers, .plan = Reshuffled{documents.texts}});
    for (std::uint64_t epoch = 0; epoch < 6; ++epoch) {
      auto random = Random::of(0, epoch, 1ULL << 62);
      std::string expected, seen;
      for (auto i : random.permutation(3)) expected += documents.texts[static_cast<std::size_t>(i)];
      for (auto const& windows : loader)
        for (auto const& window : windows) seen.append(window.begin(), window.end());
      CHECK(seen == expected);
      streams.insert(seen);
    }
  }
  CHECK(streams.size() > 2);
  CHECK(key_of([&] { DataLoader(documents).begin(); }) == "loader.item");
  CHECK(key_of([] { EpochPlan({0}, 1, false).get<Stream>(); }) == "plan.get");
}

namespace {
struct NoMemory {
  std::vector<std::int64_t> plan(std::int64_t, Random&) const { throw std::bad_alloc(); }
};
struct Huge {
  std::size_t n;
  std::size_t size() const { return n; }
  std::size_t operator[](std::size_t i) const { return i; }
};
}  // namespace

TEST_CASE("plan: an order that memory cannot hold is refused with the bytes it takes, a number that is none at once") {
  auto text_of = [](auto const& body) -> std::string {
    try {
      body();
    } catch (data_error const& e) {
      return e.what();
    } catch (std::bad_alloc const&) {
      return "bad_alloc";
    }
    return "no error";
  };
  std::size_t const too_many = std::size_t{1} << 61;  // more bytes than there are addresses
  for (bool const shuffle : {false, true})
    CHECK(text_of([&] { DataLoader(Huge{too_many}, {.shuffle = shuffle}); }).find("[plan.memory]") !=
          std::string::npos);
  for (LoaderPlan const& plan : {LoaderPlan(PartialPlan{4}), LoaderPlan()})
    CHECK(text_of([&] { DataLoader(Huge{too_many}, {.plan = plan}); }).find("[plan.memory]") != std::string::npos);
  CHECK(text_of([&] {
          DataLoader(Huge{2}, {.plan = WeightedPlan{{1, 1}, std::int64_t{1} << 60}});
        }).find("1152921504606846976 items: 9223372036854775808 bytes") != std::string::npos);
  CHECK(text_of([&] { DataLoader(Huge{4}, {.plan = NoMemory{}}); }) == "bad_alloc");  // somebody else's
  CHECK(text_of([] { DataLoader(Huge{std::numeric_limits<std::size_t>::max()}, {}); }).find("[loader.size]") !=
        std::string::npos);
  CHECK(text_of([] { DataLoader(Huge{4}, {.plan = PartialPlan{0}}); }).find("[loader.plan]") != std::string::npos);
}
