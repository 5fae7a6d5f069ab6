// What a loader does about items that fail, hang or come one after another, and where it can be changed.
#include "../../errors.hpp"
#include <fastxx/mid/data/iterable.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <optional>
#include <ostream>
#include <ranges>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

using fastxx::DataLoader;
using fastxx::item_tfms;
using fastxx::iterable_dataset;
using fastxx::LoaderOptions;
using fastxx::OnItemError;
using fastxx::SkipItem;
using namespace std::chrono_literals;

// Items without tensors: libtorch is not built for the thread sanitizer.
namespace {

struct Entry {
  std::size_t index = 0;
  std::uint64_t drawn = 0;
};
struct Entries {
  std::vector<std::size_t> indices;
  std::vector<std::uint64_t> drawn;
  std::size_t size() const { return indices.size(); }
  bool operator==(Entries const&) const = default;
  friend std::ostream& operator<<(std::ostream& out, Entries const& batch) {
    for (auto const index : batch.indices) out << index << ' ';
    return out;
  }
};

// 0, 1, 2, ...; some of them fail as their number says.
struct Failing {
  std::size_t n = 40;
  std::set<std::size_t> broken = {};
  std::set<std::size_t> unwanted = {};
  std::set<std::size_t> too_large = {};
  std::shared_ptr<std::atomic<std::size_t>> now = std::make_shared<std::atomic<std::size_t>>(n);

  std::size_t size() const { return *now; }
  Entry item(std::size_t index, fastxx::CallContext const& context) const {
    if (broken.contains(index)) throw std::runtime_error("number " + std::to_string(index) + " is broken");
    if (unwanted.contains(index)) throw SkipItem("number " + std::to_string(index) + " is not wanted");
    if (too_large.contains(index)) throw std::bad_alloc();
    return {index, context.random->next()};
  }
  std::string item_name(std::size_t index) const { return "entry " + std::to_string(index); }
};

template <class Loader>
auto all_of(Loader const& loader) {
  std::vector<Entries> batches;
  for (auto& batch : loader) batches.push_back(std::move(batch));
  return batches;
}

std::vector<std::vector<std::size_t>> indices_of(std::vector<Entries> const& batches) {
  std::vector<std::vector<std::size_t>> all;
  for (auto const& batch : batches) all.push_back(batch.indices);
  return all;
}

using Rows = std::vector<std::vector<std::size_t>>;

}  // namespace

template <>
struct fastxx::collate_for<Entry> {
  static Entries collate(std::vector<Entry> const& items) {
    Entries batch;
    for (auto const& item : items) {
      batch.indices.push_back(item.index);
      batch.drawn.push_back(item.drawn);
    }
    return batch;
  }
};

TEST_CASE("skipping: items that fail are left out when asked, the same batches and reports for any workers") {
  Failing const data{.broken = {3, 10, 17, 24, 31, 38}, .unwanted = {5}};
  for (auto const& plan :
       {fastxx::LoaderPlan(), fastxx::LoaderPlan(fastxx::WeightedPlan{std::vector<double>(40, 1)})}) {
    LoaderOptions options{
        .batch_size = 4, .shuffle = true, .seed = 3, .plan = plan, .on_item_error = OnItemError::skip};
    DataLoader const alone(data, options);
    std::vector<std::vector<Entries>> batches;
    std::vector<fastxx::SkippedItems> skipped;
    for (int epoch = 0; epoch < 3; ++epoch) {
      batches.push_back(all_of(alone));
      skipped.push_back(alone.skipped());
      CHECK(skipped.back().count() > 0);
    }
    for (int const workers : {1, 2, 8}) {
      options.workers = workers;
      DataLoader const loader(data, options);
      for (std::size_t epoch = 0; epoch < 3; ++epoch) {
        CHECK(all_of(loader) == batches[epoch]);
        CHECK(loader.skipped().indices == skipped[epoch].indices);
        CHECK(loader.skipped().first == skipped[epoch].first);
      }
    }
  }
}

TEST_CASE("skipping: what is left out is counted and named, in the order of the epoch") {
  DataLoader const loader(Failing{.n = 30, .broken = {1, 7}, .unwanted = {8}},
                          {.batch_size = 6, .workers = 2, .on_item_error = OnItemError::skip});
  CHECK(indices_of(all_of(loader)) == Rows{{0, 2, 3, 4, 5},
                                           {6, 9, 10, 11},
                                           {12, 13, 14, 15, 16, 17},
                                           {18, 19, 20, 21, 22, 23},
                                           {24, 25, 26, 27, 28, 29}});
  CHECK(loader.skipped().indices == std::vector<std::int64_t>{1, 7, 8});
  CHECK(loader.skipped().text() ==
        "3 items were left out\n  entry 1: number 1 is broken\n  entry 7: number 7 is broken\n"
        "  entry 8: number 8 is not wanted");
  auto iteration = loader.begin();
  CHECK(iteration.skipped().indices == std::vector<std::int64_t>{1});
  CHECK(loader.skipped().count() == 1);
  DataLoader const late(Failing{.n = 9, .broken = {8}}, {.batch_size = 3, .on_item_error = OnItemError::skip});
  all_of(late);
  CHECK(late.skipped().count() == 1);
  auto const second = late.begin();
  CHECK(late.skipped().count() == 0);  // of the epoch that was begun
}

TEST_CASE("skipping: ten texts at most, the rest is counted") {
  Failing data{.n = 30};
  for (std::size_t i = 1; i < 30; ++i) data.broken.insert(i);
  DataLoader const loader(data, {.batch_size = 30, .on_item_error = OnItemError::skip});
  CHECK(indices_of(all_of(loader)) == Rows{{0}});
  CHECK(loader.skipped().count() == 29);
  CHECK(loader.skipped().first.size() == 10);
  CHECK(contains(loader.skipped().text(), "\n  and 19 more"));
}

TEST_CASE("skipping: SkipItem leaves out in any mode, other exceptions stop unless asked, bad_alloc always") {
  DataLoader const unwanted(Failing{.n = 6, .unwanted = {2}}, {.batch_size = 3});
  CHECK(indices_of(all_of(unwanted)) == Rows{{0, 1}, {3, 4, 5}});
  CHECK(unwanted.skipped().indices == std::vector<std::int64_t>{2});
  CHECK(key_of([] { all_of(DataLoader(Failing{.broken = {2}}, {.batch_size = 3})); }) == "loader.item");
  CHECK(key_of([] {
          all_of(DataLoader(Failing{.too_large = {2}}, {.batch_size = 3, .on_item_error = OnItemError::skip}));
        }) == "loader.item");
}

TEST_CASE("skipping: a batch of which nothing is left does not come, and places keep their numbers") {
  for (int const workers : {0, 2}) {
    DataLoader const loader(Failing{.n = 12, .broken = {3, 4, 5, 10}},
                            {.batch_size = 3, .workers = workers, .on_item_error = OnItemError::skip});
    CHECK(loader.size() == 4);
    CHECK(indices_of(all_of(loader)) == Rows{{0, 1, 2}, {6, 7, 8}, {9, 11}});
    CHECK(loader.skipped().batches == 1);
    CHECK(contains(loader.skipped().text(), "4 items were left out, and 1 batch with them"));
    std::vector<Entries> rest;
    for (auto& batch : loader.start(0, 2)) rest.push_back(batch);
    CHECK(indices_of(rest) == Rows{{6, 7, 8}, {9, 11}});
  }
}

TEST_CASE("skipping: an epoch of which nothing is left is an error, one_batch takes the first batch there is") {
  LoaderOptions const options{.batch_size = 2, .on_item_error = OnItemError::skip};
  DataLoader const nothing(Failing{.n = 4, .broken = {0, 1, 2, 3}}, options);
  auto const e = error_of([&] { all_of(nothing); });
  CHECK(contains(e, "[loader.all_skipped]"));
  CHECK(contains(e, "all 4 were left out, as entry 0: number 0 is broken"));
  CHECK(key_of([&] { (void)nothing.one_batch(); }) == "loader.all_skipped");
  CHECK(DataLoader(Failing{.n = 6, .broken = {0, 1}}, options).one_batch().indices == std::vector<std::size_t>{2, 3});
}

namespace {
struct AtOnce : Failing {
  Entries batch(fastxx::BatchIndices indices) const {
    Entries all;
    for (auto const index : indices) {
      if (broken.contains(static_cast<std::size_t>(index))) throw std::runtime_error("somewhere in here");
      all.indices.push_back(static_cast<std::size_t>(index));
      all.drawn.push_back(0);
    }
    return all;
  }
};
}  // namespace

TEST_CASE("skipping: of a batch made at once the items that fail are left out") {
  DataLoader const loader(AtOnce{{.n = 6, .broken = {4}}}, {.batch_size = 3, .on_item_error = OnItemError::skip});
  static_assert(decltype(loader)::whole_batches);
  CHECK(indices_of(all_of(loader)) == Rows{{0, 1, 2}, {3, 5}});
  CHECK(loader.skipped().first == std::vector<std::string>{"entry 4: number 4 is broken"});
}

TEST_CASE("loading: a dataset that shrinks while it is read is an error, not a read behind its end") {
  Failing const data{.n = 8};
  DataLoader const loader(data, {.batch_size = 4});
  auto iteration = loader.begin();
  *data.now = 5;
  auto const e = error_of([&] { ++iteration; });
  CHECK(contains(e, "[loader.shrunk]"));
  CHECK(contains(e, "8 items"));
}

namespace {
// One item takes until it is released.
struct Hanging : Failing {
  std::size_t slow = 5;
  std::shared_ptr<std::atomic<bool>> released = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);
  std::shared_ptr<std::atomic<int>> by_caller = std::make_shared<std::atomic<int>>(0);
  std::thread::id caller = std::this_thread::get_id();
  Entry item(std::size_t index, fastxx::CallContext const& context) const {
    *by_caller += std::this_thread::get_id() == caller;
    if (index == slow && !*ended) {
      while (!*released) std::this_thread::sleep_for(1ms);
      *ended = true;
    }
    return Failing::item(index, context);
  }
};
}  // namespace

TEST_CASE("loading: a worker that hangs is told with its item after the timeout, and nobody waits for it at the end") {
  Hanging const data;
  {
    DataLoader const loader(data, {.batch_size = 4, .workers = 2, .timeout = .2});
    auto iteration = loader.begin();
    auto const e = error_of([&] { ++iteration; });
    CHECK(contains(e, "[loader.timeout]"));
    CHECK(contains(e, "within 0.2 seconds"));
    CHECK(contains(e, "entry 5 is still being made"));
    CHECK(contains(e, "batch 1 of epoch 0"));
    ++iteration;  // the rest comes in the calling thread
    CHECK(iteration->indices == std::vector<std::size_t>{8, 9, 10, 11});
    CHECK(*data.by_caller == 4);
    auto others = loader.start(1, 2);  // the next epoch has workers again
    CHECK(others->indices == std::vector<std::size_t>{8, 9, 10, 11});
    CHECK(*data.by_caller == 4);
  }
  CHECK(!*data.ended);  // the loader has gone, the thread still has all it needs
  *data.released = true;
  while (!*data.ended) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);  // what the thread still does with what it has belongs to this case
}

TEST_CASE("loading: a slow worker is no hanging one, and a wrong timeout is refused") {
  DataLoader const loader(Failing{.n = 8}, {.batch_size = 2, .workers = 2, .timeout = 30});
  CHECK(all_of(loader).size() == 4);
  CHECK(key_of([] { DataLoader(Failing{}, {.timeout = -1}); }) == "loader.timeout_option");
}

TEST_CASE("loading: each worker is initialised with its number, and what that throws comes with the batches") {
  std::mutex mutex;
  std::set<int> numbers;
  DataLoader const loader(Failing{.n = 8}, {.batch_size = 2, .workers = 3, .worker_init = [&](int number) {
                                              std::lock_guard lock(mutex);
                                              numbers.insert(number);
                                            }});
  all_of(loader);
  for (bool all = false; !all;
       std::this_thread::yield()) {  // one that came too late for this epoch begins all the same
    std::lock_guard lock(mutex);
    all = numbers.size() == 3;
  }
  CHECK(numbers == std::set<int>{0, 1, 2});
  DataLoader const failing(Failing{.n = 8}, {.batch_size = 2, .workers = 3, .worker_init = [](int number) {
                                               if (number == 2) throw std::runtime_error("no handle");
                                             }});
  for (int time = 0; time < 2; ++time) {  // each time, wherever the batches are made
    auto const e = error_of([&] { all_of(failing); });
    CHECK(contains(e, "[loader.worker_init]"));
    CHECK(contains(e, "no handle"));
    CHECK(contains(e, "worker 2"));
  }
}

TEST_CASE("loading: a worker_init that hangs is told after the timeout as well") {
  auto const released = std::make_shared<std::atomic<bool>>(false), ended = std::make_shared<std::atomic<bool>>(false);
  {
    DataLoader const loader(Failing{.n = 4}, {.workers = 1, .timeout = .1, .worker_init = [=](int) {
                                                while (!*released) std::this_thread::sleep_for(1ms);
                                                *ended = true;
                                              }});
    auto const e = error_of([&] { all_of(loader); });
    CHECK(contains(e, "[loader.timeout] worker_init"));
  }
  *released = true;
  while (!*ended) std::this_thread::sleep_for(1ms);
  std::this_thread::sleep_for(20ms);  // what the thread still does belongs to this case
}

namespace {
// Epochs from 1 on are refused until it is said otherwise; they are in reverse order.
struct Moody {
  std::shared_ptr<std::atomic<bool>> refuses = std::make_shared<std::atomic<bool>>(true);
  std::vector<std::int64_t> plan(fastxx::PlannedEpoch const& epoch, fastxx::Random&) const {
    if (epoch.number > 0 && *refuses) throw std::runtime_error("no plan today");
    std::vector<std::int64_t> order(static_cast<std::size_t>(epoch.items));
    std::iota(order.begin(), order.end(), 0);
    if (epoch.number > 0) std::reverse(order.begin(), order.end());
    return order;
  }
};
}  // namespace

TEST_CASE("loading: a plan that throws is an error wherever batches are made, and is asked for again") {
  for (int const workers : {0, 1, 2, 8}) {
    Moody const plan;
    DataLoader const loader(Failing{.n = 10}, {.batch_size = 2, .workers = workers, .plan = plan});
    CHECK(indices_of(all_of(loader))[0] == std::vector<std::size_t>{0, 1});
    for (std::int64_t const batch : {0, 2}) CHECK_THROWS_WITH((void)loader.start(1, batch), "no plan today");
    *plan.refuses = false;
    CHECK(loader.start(1, 1)->indices == std::vector<std::size_t>{7, 6});
  }
}

TEST_CASE("loading: a before_iter that throws keeps nothing: the workers work on") {
  bool throws = true;
  Hanging const data{{.n = 8}, 100};
  DataLoader const loader(data, {.batch_size = 2, .workers = 1, .before_iter = [&](std::int64_t) {
                                   if (throws) throw std::runtime_error("not yet");
                                 }});
  CHECK_THROWS_WITH((void)loader.begin(), "not yet");
  throws = false;
  CHECK(all_of(loader).size() == 4);
  CHECK(*data.by_caller == 0);
}

TEST_CASE("skipping: of two iterations the loader tells what the later one left out") {
  DataLoader const loader(Failing{.n = 9, .broken = {1, 4, 7}}, {.batch_size = 3, .on_item_error = OnItemError::skip});
  auto first = loader.begin();
  ++first;
  auto const second = loader.begin();
  ++first;
  CHECK(first.skipped().count() == 3);
  CHECK(second.skipped().count() == 1);
  CHECK(loader.skipped().count() == 1);
}

TEST_CASE("loading: before_iter and after_iter get the epoch; one that is left early has no end") {
  std::vector<std::string> calls;
  DataLoader const loader(
      Failing{.n = 4}, {.batch_size = 2,
                        .before_iter = [&](std::int64_t epoch) { calls.push_back("before " + std::to_string(epoch)); },
                        .after_iter = [&](std::int64_t epoch) { calls.push_back("after " + std::to_string(epoch)); }});
  all_of(loader);
  for (auto const& batch : loader) {
    calls.push_back(std::to_string(batch.indices.size()));
    break;
  }
  all_of(loader);
  CHECK(calls == std::vector<std::string>{"before 0", "after 0", "before 1", "2", "before 2", "after 2"});
}

namespace {
struct Sum {
  std::size_t operator()(std::vector<Entry> const& items) const {
    std::size_t sum = 0;
    for (auto const& item : items) sum += item.index;
    return sum;
  }
};
struct Summing : Failing {
  std::size_t create_batch(std::vector<Entry> const& items) const { return Sum{}(items); }
};
struct Doubling : Failing {
  std::vector<Entry> before_batch(std::vector<Entry> items) const {
    auto const count = items.size();
    for (std::size_t i = 0; i < count; ++i) items.push_back(items[i]);
    return items;
  }
};
}  // namespace

TEST_CASE("loading: create_batch takes the place of collate, at the call or as a member of the dataset") {
  LoaderOptions const options{.batch_size = 3, .workers = 1};
  auto const sums = [](auto const& loader) {
    std::vector<std::size_t> all;
    for (std::size_t sum : loader) all.push_back(sum);
    return all;
  };
  CHECK(sums(DataLoader(Failing{.n = 6}, options, fastxx::create_batch(Sum{}))) == std::vector<std::size_t>{3, 12});
  CHECK(sums(DataLoader(Summing{{.n = 6}}, options)) == std::vector<std::size_t>{3, 12});
  CHECK(indices_of(all_of(DataLoader(Doubling{{.n = 3}}, options))) == Rows{{0, 1, 2, 0, 1, 2}});
  // What is said at the call is nearer than what the dataset says.
  CHECK(sums(DataLoader(Doubling{{.n = 3}}, options, fastxx::create_batch(Sum{}))) == std::vector<std::size_t>{3});
}

TEST_CASE("loading: unbatched items come as they are") {
  DataLoader const loader(Failing{.n = 5}, {.batch_size = 2, .workers = 2, .shuffle = true}, fastxx::unbatched());
  static_assert(std::is_same_v<decltype(loader)::batch_type, Entry>);
  CHECK(loader.size() == 5);
  std::set<std::size_t> seen;
  for (auto const& item : loader) seen.insert(item.index);
  CHECK(seen == std::set<std::size_t>{0, 1, 2, 3, 4});
}

namespace {
// 0, 1, 2, ... for ever, 1000 times the epoch added.
struct Numbers {
  std::shared_ptr<std::atomic<int>> opened = std::make_shared<std::atomic<int>>(0);
  auto operator()(std::int64_t epoch) const {
    ++*opened;
    return [next = static_cast<std::size_t>(epoch) * 1000]() mutable { return std::optional(Entry{next++}); };
  }
};
struct Draw {
  std::uint64_t draw(Entry const&, fastxx::Random& random) const { return random.next(); }
  Entry encodes(Entry x, std::uint64_t drawn) const { return {x.index, drawn}; }
};

auto numbers_loader(LoaderOptions const& options, Numbers const& numbers = {}, std::int64_t size = 50,
                    std::int64_t shuffle_buffer = 12) {
  return DataLoader(iterable_dataset(numbers, {.size = size, .shuffle_buffer = shuffle_buffer}), options,
                    item_tfms(Draw{}));
}
}  // namespace

TEST_CASE("iterable: batches are the same for 0, 1, 2 and 8 workers, in order and shuffled, over epochs") {
  for (bool const shuffle : {false, true}) {
    LoaderOptions options{.batch_size = 7, .shuffle = shuffle, .seed = 5};
    std::vector<std::vector<Entries>> alone;
    auto const first = numbers_loader(options);
    for (int epoch = 0; epoch < 3; ++epoch) alone.push_back(all_of(first));
    CHECK(alone[0].size() == (shuffle ? 7u : 8u));  // a short last batch goes when the loader shuffles
    CHECK((alone[1][0].indices == std::vector<std::size_t>{1000, 1001, 1002, 1003, 1004, 1005, 1006}) == !shuffle);
    CHECK(alone[0][0].drawn != alone[1][0].drawn);
    for (int const workers : {1, 2, 8}) {
      options.workers = workers;
      auto const loader = numbers_loader(options);
      for (auto const& expected : alone) CHECK(all_of(loader) == expected);
    }
  }
}

TEST_CASE("iterable: shuffling draws from a buffer: every item once, none earlier than the buffer allows") {
  auto const loader = numbers_loader({.batch_size = 1, .shuffle = true, .seed = 1}, {}, 200, 20);
  std::vector<std::size_t> order;
  for (auto const& batch : all_of(loader)) order.push_back(batch.indices[0]);
  CHECK(order.size() == 200);
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] <= i + 19);
  CHECK(std::set(order.begin(), order.end()).size() == 200);
  CHECK(!std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("iterable: nothing behind the epoch's items is read, shuffled or not, out of a range either") {
  auto const loader = numbers_loader({.batch_size = 5, .shuffle = true}, {}, 10, 1000);
  std::set<std::size_t> seen;
  for (auto const& batch : all_of(loader)) seen.insert(batch.indices.begin(), batch.indices.end());
  CHECK(seen == std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  auto read = std::make_shared<int>(0);
  auto const open = [read](std::int64_t) {
    return std::views::iota(0, 100) | std::views::transform([read](int i) {
             *read = std::max(*read, i + 1);
             return Entry{static_cast<std::size_t>(i)};
           });
  };
  for (bool const shuffle : {false, true}) {
    CHECK(all_of(DataLoader(iterable_dataset(open, {.size = 10}), {.batch_size = 5, .shuffle = shuffle})).size() == 2);
    CHECK(*read == 10);
  }
}

TEST_CASE("iterable: a shuffled item that is left out is told by its place in the stream") {
  struct NoThree {
    Entry encodes(Entry x) const {
      if (x.index % 1000 == 3) throw std::runtime_error("a three");
      return x;
    }
  };
  DataLoader const loader(iterable_dataset(Numbers{}, {.size = 20, .shuffle_buffer = 10}),
                          {.batch_size = 5, .shuffle = true, .on_item_error = OnItemError::skip}, item_tfms(NoThree{}));
  all_of(loader);
  CHECK(loader.skipped().first == std::vector<std::string>{"item 3 of the stream: a three"});
  CHECK(loader.skipped().indices == std::vector<std::int64_t>{3});
}

TEST_CASE("iterable: an epoch left early, one begun inside, two at once") {
  for (int const workers : {0, 3}) {
    auto const loader = numbers_loader({.batch_size = 5, .workers = workers});
    for (auto const& batch : loader) {
      CHECK(batch.indices[0] == 0);
      break;
    }
    auto one = loader.begin();
    auto other = loader.begin();
    ++one;
    CHECK(one->indices[0] == 1005);
    CHECK(other->indices[0] == 2000);
    ++other;
    CHECK(other->indices == std::vector<std::size_t>{2005, 2006, 2007, 2008, 2009});
    auto inside = loader.start(7, 9);
    CHECK(inside->indices[0] == 7045);
    ++inside;
    CHECK(inside == loader.end());
    CHECK(loader.one_batch().indices[0] == 8000);
  }
}

TEST_CASE("iterable: another epoch is another stream, at a later place too") {
  auto const loader = numbers_loader({.batch_size = 5, .workers = 1, .prefetch = 1});
  CHECK(loader.begin()->indices[0] == 0);
  CHECK(loader.start(5, 8)->indices[0] == 5040);
}

TEST_CASE("iterable: each epoch is opened once, and read no further than it needs") {
  Numbers const numbers;
  auto const loader = numbers_loader({.batch_size = 10, .workers = 2}, numbers);
  all_of(loader);
  all_of(loader);
  CHECK(*numbers.opened >= 2);
  CHECK(*numbers.opened <= 3);  // the workers may be ahead
}

TEST_CASE("iterable: a range is a stream too, and a class with size() and open(epoch) a dataset") {
  auto const open = [](std::int64_t) { return std::vector<Entry>{{4}, {5}, {6}}; };
  CHECK(indices_of(all_of(DataLoader(iterable_dataset(open, {.size = 3}), {.batch_size = 2}))) == Rows{{4, 5}, {6}});
  struct Own {
    std::size_t size() const { return 4; }
    auto open(std::int64_t) const { return Numbers{}(0); }
  };
  CHECK(indices_of(all_of(DataLoader(Own{}, {.batch_size = 4}))) == Rows{{0, 1, 2, 3}});
}

TEST_CASE("iterable: a stream that ends too soon, throws or cannot be opened is one error with its place") {
  auto const three = [](std::int64_t) { return std::vector<Entry>(3); };
  auto const e = error_of([&] { all_of(DataLoader(iterable_dataset(three, {.size = 5}), {.batch_size = 2})); });
  CHECK(contains(e, "[loader.short_stream]"));
  CHECK(contains(e, "5 items"));
  CHECK(contains(e, "3 until"));
  auto const nothing = [](std::int64_t) { return std::vector<Entry>(); };
  CHECK(
      contains(error_of([&] { all_of(DataLoader(iterable_dataset(nothing, {.size = 5}))); }), "is the source there?"));
  auto const throwing = [](std::int64_t) {
    return [n = 0]() mutable {
      if (n == 3) throw std::runtime_error("line 3 is torn");
      return std::optional(Entry{static_cast<std::size_t>(n++)});
    };
  };
  for (int const workers : {0, 2}) {
    DataLoader const loader(iterable_dataset(throwing, {.size = 8}), {.batch_size = 2, .workers = workers});
    auto const torn = error_of([&] { all_of(loader); });
    CHECK(contains(torn, "[loader.stream]"));
    CHECK(contains(torn, "line 3 is torn"));
    CHECK(contains(torn, "item 3 of the stream, epoch 0"));
  }
  // A stream that has thrown is opened again.
  auto const once = [opened = std::make_shared<int>(0)](std::int64_t) {
    return [n = 0, first = (*opened)++ == 0]() mutable {
      if (n == 3 && first) throw std::runtime_error("a lost connection");
      return std::optional(Entry{static_cast<std::size_t>(n++)});
    };
  };
  DataLoader const lost(iterable_dataset(once, {.size = 8}), {.batch_size = 2});
  auto after = lost.begin();
  CHECK(contains(error_of([&] { ++after; }), "a lost connection"));
  ++after;
  CHECK(after->indices == std::vector<std::size_t>{4, 5});
  auto const closed = [](std::int64_t) -> std::vector<Entry> { throw std::runtime_error("no such file"); };
  CHECK(contains(error_of([&] { all_of(DataLoader(iterable_dataset(closed, {.size = 8}))); }), "no such file"));
}

TEST_CASE("iterable: options that cannot work are refused") {
  auto const open = [](std::int64_t) { return std::vector<Entry>(3); };
  CHECK(key_of([&] { iterable_dataset(open, {}); }) == "iterable.size");
  CHECK(key_of([&] { iterable_dataset(open, {.size = 3, .shuffle_buffer = 0}); }) == "iterable.shuffle_buffer");
  auto const data = iterable_dataset(open, {.size = 3});
  CHECK(key_of([&] { DataLoader(data, {.plan = fastxx::PartialPlan{2}}); }) == "loader.stream_plan");
  CHECK(key_of([&] { DataLoader(data, {.batch_size = 4, .shuffle = true}); }) == "loader.batch_size");
}

TEST_CASE("iterable: an item transform that fails is skipped when asked, with the item's place in the stream") {
  struct NoSevens {
    Entry encodes(Entry x) const {
      if (x.index % 7 == 0) throw std::runtime_error("a seven");
      return x;
    }
  };
  auto const loader =
      DataLoader(iterable_dataset(Numbers{}, {.size = 10}),
                 {.batch_size = 5, .workers = 2, .on_item_error = OnItemError::skip}, item_tfms(NoSevens{}));
  CHECK(indices_of(all_of(loader)) == Rows{{1, 2, 3, 4}, {5, 6, 8, 9}});
  CHECK(loader.skipped().first ==
        std::vector<std::string>{"item 0 of the stream: a seven", "item 7 of the stream: a seven"});
}
