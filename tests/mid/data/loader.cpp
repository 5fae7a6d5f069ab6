#include "../../process.hpp"
#include <fastxx/low/tensor/types.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <utility>
#include <vector>

using fastxx::batch_tfms;
using fastxx::before_batch;
using fastxx::DataLoader;
using fastxx::item_tfms;
using fastxx::LoaderOptions;
using fastxx::Tensor;
using namespace std::chrono_literals;

// Most cases use items without tensors: libtorch is not built for the thread sanitizer.
namespace {

struct Drawn {
  std::size_t index = 0;
  std::uint64_t drawn = 0;
  int split_idx = 0;
};
struct DrawnBatch {
  std::vector<std::size_t> indices;
  std::vector<std::uint64_t> drawn;
  int split_idx = 0;
  bool operator==(DrawnBatch const&) const = default;
  friend std::ostream& operator<<(std::ostream& out, DrawnBatch const& batch) {
    for (auto index : batch.indices) out << index << ' ';
    return out;
  }
};

// 0, 1, 2, ..., told the context; `bad` throws, `delay` passes before an item is there.
struct Counting {
  std::size_t n = 20;
  std::size_t bad = ~std::size_t(0);
  std::chrono::microseconds delay{0};

  std::size_t size() const { return n; }
  Drawn item(std::size_t index, fastxx::CallContext const& context) const {
    if (delay.count() != 0) std::this_thread::sleep_for(delay);
    if (index == bad) throw std::runtime_error("number " + std::to_string(index) + " is bad");
    return {index, context.random->next(), context.split_idx};
  }
};

struct OnlyTrain {
  static constexpr int split_idx = fastxx::Split::train;
  Drawn encodes(Drawn const& x) const { return {x.index + 100, x.drawn, x.split_idx}; }
};
struct OnlyValid {
  static constexpr int split_idx = fastxx::Split::valid;
  DrawnBatch encodes(DrawnBatch x) const {
    x.indices.clear();
    return x;
  }
};

// Draws once per item.
struct DrawMore {
  std::uint64_t draw(Drawn const&, fastxx::Random& random) const { return random.next(); }
  Drawn encodes(Drawn x, std::uint64_t drawn) const {
    x.drawn = drawn;
    return x;
  }
};
// What each part does shows in the indices: item_tfms multiplies, before_batch adds the sum as one more item,
// batch_tfms adds 1.
struct TimesTen {
  Drawn encodes(Drawn x) const {
    x.index *= 10;
    return x;
  }
};
struct WithSum {
  std::vector<Drawn> operator()(std::vector<Drawn> items) const {
    Drawn sum;
    for (auto const& item : items) sum.index += item.index;
    items.push_back(sum);
    return items;
  }
};
struct PlusOne {
  DrawnBatch encodes(DrawnBatch x) const {
    for (auto& index : x.indices) ++index;
    return x;
  }
};

// Becomes slow when the test says so.
struct Slowing : Counting {
  std::shared_ptr<std::atomic<int>> delay_ms;

  Drawn item(std::size_t index, fastxx::CallContext const& context) const {
    if (*delay_ms != 0) std::this_thread::sleep_for(delay_ms->load() * 1ms);
    return Counting::item(index, context);
  }
};

// Counts what it is asked for.
struct Watched : Counting {
  std::shared_ptr<std::atomic<int>> asked = std::make_shared<std::atomic<int>>(0);

  Drawn item(std::size_t index, fastxx::CallContext const& context) const {
    ++*asked;
    std::this_thread::sleep_for(1ms);
    return Counting::item(index, context);
  }
  // The count when nobody has asked for a while.
  int settled() const {
    for (int before = -1; before != *asked; std::this_thread::sleep_for(200ms)) before = *asked;
    return *asked;
  }
};

template <class Loader>
auto epoch_of(Loader const& loader) {
  std::vector<DrawnBatch> batches;
  for (auto& batch : loader) batches.push_back(std::move(batch));
  return batches;
}

std::vector<std::size_t> all_indices(std::vector<DrawnBatch> const& batches) {
  std::vector<std::size_t> all;
  for (auto const& batch : batches) all.insert(all.end(), batch.indices.begin(), batch.indices.end());
  return all;
}

template <class Action>
fastxx::data_error data_error_of(Action action) {
  try {
    action();
  } catch (fastxx::data_error const& e) {
    return e;
  }
  FAIL("no data_error");
  return {"none", {}};
}

}  // namespace

template <>
struct fastxx::collate_for<Drawn> {
  static DrawnBatch collate(std::vector<Drawn> const& items) {
    DrawnBatch batch;
    for (auto const& item : items) {
      batch.indices.push_back(item.index);
      batch.drawn.push_back(item.drawn);
      batch.split_idx = item.split_idx;
    }
    return batch;
  }
};

TEST_CASE("loader: the batches are the same for 0, 1, 2 and 5 workers, over several epochs") {
  LoaderOptions options{.batch_size = 7, .shuffle = true, .drop_last = false, .seed = 11};
  DataLoader const alone(Counting{50}, options);
  std::vector expected{epoch_of(alone), epoch_of(alone), epoch_of(alone)};
  for (int workers : {1, 2, 5}) {
    options.workers = workers;
    DataLoader const loader(Counting{50}, options);
    for (auto const& batches : expected) CHECK(epoch_of(loader) == batches);
  }
}

TEST_CASE("loader: every item comes once an epoch, in another order each epoch and with other draws, repeatably") {
  LoaderOptions const options{.batch_size = 8, .workers = 2, .shuffle = true, .drop_last = false, .seed = 3};
  DataLoader const loader(Counting{50}, options);
  auto const first = epoch_of(loader), second = epoch_of(loader);
  CHECK(all_indices(first) != all_indices(second));
  for (auto const& epoch : {first, second}) {
    auto sorted = all_indices(epoch);
    std::sort(sorted.begin(), sorted.end());
    std::vector<std::size_t> expected(50);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(sorted == expected);
  }
  DataLoader const again(Counting{50}, options);
  CHECK(epoch_of(again) == first);
  CHECK(epoch_of(again) == second);
  CHECK(epoch_of(DataLoader(Counting{50}, {.batch_size = 8, .shuffle = true, .drop_last = false, .seed = 4})) != first);
}

TEST_CASE("loader: what is drawn for an item depends on seed, epoch and index alone") {
  DataLoader const loader(Counting{20}, {.batch_size = 6, .workers = 2, .shuffle = true, .seed = 9});
  loader.set_epoch(5);
  for (auto const& batch : loader)
    for (std::size_t i = 0; i < batch.indices.size(); ++i)
      CHECK(batch.drawn[i] == fastxx::Random::of(9, 5, batch.indices[i]).next());
}

TEST_CASE("loader: without shuffle the order is the dataset's") {
  auto const indices = all_indices(epoch_of(DataLoader(Counting{5}, {.batch_size = 2, .workers = 1})));
  CHECK(indices == std::vector<std::size_t>{0, 1, 2, 3, 4});
}

TEST_CASE("loader: drop_last follows shuffle unless it is said, and size() is what comes") {
  struct Row {
    std::size_t n;
    bool shuffle;
    std::optional<bool> drop_last;
    std::size_t batches;
  };
  for (auto const& row : {Row{10, false, {}, 4}, Row{10, true, {}, 3}, Row{10, false, true, 3}, Row{10, true, false, 4},
                          Row{9, false, {}, 3}, Row{9, true, {}, 3}, Row{2, false, {}, 1}}) {
    DataLoader const loader(Counting{row.n}, {.batch_size = 3, .shuffle = row.shuffle, .drop_last = row.drop_last});
    CHECK(loader.size() == row.batches);
    CHECK(epoch_of(loader).size() == row.batches);
    CHECK(loader.n_items() == row.n);
  }
}

TEST_CASE("loader: options that cannot work are refused with numbers and a way out") {
  auto refusal = [](std::size_t n, LoaderOptions options) {
    return data_error_of([&] { DataLoader(Counting{n}, options); });
  };
  CHECK(refusal(0, {}).key() == "loader.empty");
  CHECK(refusal(5, {.batch_size = 0}).key() == "loader.batch_size");
  CHECK(refusal(5, {.workers = -1}).key() == "loader.workers");
  CHECK(refusal(5, {.prefetch = 0}).key() == "loader.prefetch");
  auto const too_large = refusal(5, {.batch_size = 8, .shuffle = true});
  CHECK(too_large.key() == "loader.batch_size");
  for (char const* part : {"batch size 8", "5 items", "at most 5", ".drop_last = false"})
    CHECK(std::string(too_large.what()).find(part) != std::string::npos);
  CHECK(data_error_of([] { DataLoader(Counting{5}).set_epoch(-1); }).key() == "loader.epoch");
}

TEST_CASE("loader: an exception reaches the caller at its batch, names its item, and iterating goes on") {
  for (int workers : {0, 1, 3}) {
    for (std::size_t bad : {0, 9, 19}) {
      DataLoader const loader(Counting{20, bad}, {.batch_size = 4, .workers = workers});
      for (std::int64_t epoch = 0; epoch < 2; ++epoch) {
        std::size_t batches = 0;
        auto const e = data_error_of([&] {
          for (auto& batch : loader) batches += batch.indices.size() == 4;
        });
        CHECK(batches == bad / 4);
        CHECK(e.key() == "loader.item");
        CHECK(e.parts().got == "number " + std::to_string(bad) + " is bad");
        CHECK(e.parts().where == "item " + std::to_string(bad) + ", batch " + std::to_string(bad / 4) + " of epoch " +
                                     std::to_string(epoch));
      }
    }
  }
}

TEST_CASE("loader: after an exception ++ goes on with the batch behind it") {
  for (int workers : {0, 2}) {
    DataLoader const loader(Counting{6, 2}, {.batch_size = 2, .workers = workers});
    auto it = loader.begin();
    CHECK_THROWS_AS(++it, fastxx::data_error);
    ++it;
    CHECK(it->indices == std::vector<std::size_t>{4, 5});
    ++it;
    CHECK(it == loader.end());
  }
}

TEST_CASE("loader: the original exception is nested, and the key of a fastxx::error stays readable") {
  auto refuse = [](Drawn const&) -> Drawn { throw fastxx::io_error("idx.truncated", {.call = "read"}); };
  DataLoader const loader(Counting{}, {.workers = 1}, item_tfms(refuse));
  try {
    loader.begin();
    FAIL("no error");
  } catch (fastxx::data_error const& e) {
    CHECK(std::string(e.what()).find("[idx.truncated]") != std::string::npos);
    CHECK_THROWS_AS(std::rethrow_if_nested(e), fastxx::io_error);
  }
}

TEST_CASE("loader: items that do not collate are told with batch and items") {
  std::vector<std::pair<Tensor, int>> items{
      {at::ones({2}), 0}, {at::ones({2}), 1}, {at::ones({3}), 2}, {at::ones({2}), 3}};
  DataLoader const loader(items, {.batch_size = 2, .workers = 1});
  auto const e = data_error_of([&] {
    for (auto& batch : loader) (void)batch;
  });
  CHECK(e.key() == "loader.batch");
  for (char const* part : {"[collate.shapes]", "element 0", "(3)", "(2)", "batch 1 of epoch 0", "items 2, 3"})
    CHECK_MESSAGE(std::string(e.what()).find(part) != std::string::npos, part, " is missing in: ", e.what());
}

TEST_CASE("loader: an epoch left early has used its number, and nothing of it turns up in the next") {
  LoaderOptions options{.batch_size = 3, .shuffle = true, .seed = 1};
  DataLoader const alone(Counting{30}, options);
  std::vector const expected{epoch_of(alone), epoch_of(alone), epoch_of(alone)};
  for (int workers : {0, 1, 4}) {
    options.workers = workers;
    DataLoader const loader(Counting{30, 30, 200us}, options);  // slow: workers are in the middle of a batch
    for (auto& batch : loader) {
      CHECK(batch == expected[0][0]);
      break;
    }
    CHECK(loader.epoch() == 1);
    CHECK(epoch_of(loader) == expected[1]);
    CHECK(epoch_of(loader) == expected[2]);
    loader.set_epoch(1);
    CHECK(epoch_of(loader) == expected[1]);
  }
}

TEST_CASE("loader: an epoch can be started at any batch, draws included, and the next one follows") {
  for (int workers : {0, 2}) {
    LoaderOptions const options{.batch_size = 4, .workers = workers, .shuffle = true, .drop_last = false, .seed = 6};
    DataLoader const loader(Counting{22}, options);
    std::vector const expected{epoch_of(loader), epoch_of(loader), epoch_of(loader)};
    for (std::size_t from = 0; from <= 6; ++from) {
      std::vector<DrawnBatch> tail;
      for (auto& batch : loader.start(1, static_cast<std::int64_t>(from))) tail.push_back(std::move(batch));
      CHECK(tail == std::vector(expected[1].begin() + static_cast<std::ptrdiff_t>(from), expected[1].end()));
      CHECK(epoch_of(loader) == expected[2]);
    }
    CHECK(data_error_of([&] { loader.start(0, 7); }).key() == "loader.start");
    CHECK(data_error_of([&] { loader.start(0, -1); }).key() == "loader.start");
    CHECK(data_error_of([&] { loader.start(-1, 0); }).key() == "loader.start");
  }
}

TEST_CASE("loader: one_batch is the first batch to come and disturbs no epoch") {
  DataLoader const loader(Counting{30}, {.batch_size = 4, .workers = 2, .shuffle = true});
  auto const before = loader.one_batch();
  auto const first = epoch_of(loader);
  CHECK(before == first[0]);
  auto it = loader.begin();
  auto const second = loader.one_batch();  // of epoch 2: epoch 1 has begun
  CHECK(loader.epoch() == 2);
  while (it != loader.end()) ++it;
  CHECK(epoch_of(loader)[0] == second);
}

TEST_CASE("loader: two iterations at the same time are two epochs, each right") {
  for (int workers : {0, 2}) {
    LoaderOptions options{.batch_size = 4, .shuffle = true};
    DataLoader const alone(Counting{20}, options);
    std::vector const expected{epoch_of(alone), epoch_of(alone), epoch_of(alone)};
    options.workers = workers;
    DataLoader const loader(Counting{20}, options);
    auto a = loader.begin(), b = loader.begin();
    for (std::size_t i = 0; i < expected[0].size(); ++i, ++a, ++b) {
      CHECK(*a == expected[0][i]);
      CHECK(*b == expected[1][i]);
    }
    CHECK(a == loader.end());
    CHECK(epoch_of(loader) == expected[2]);
  }
}

TEST_CASE("loader: a loader can go at any moment, with full queues and with blocked or slow workers") {
  for (int workers : {1, 3}) {
    for (int taken : {0, 1, 3}) {
      DataLoader const loader(Counting{40}, {.batch_size = 2, .workers = workers, .prefetch = 1});
      auto it = loader.begin();
      for (int i = 0; i < taken; ++i) ++it;
      if (taken == 3) std::this_thread::sleep_for(5ms);  // the queue is full and the workers wait
    }
    DataLoader(Counting{40}, {.workers = workers});  // no epoch ever began
  }
  auto const start = std::chrono::steady_clock::now();
  {
    DataLoader const slow(Counting{1000, 1000, 10ms}, {.batch_size = 2, .workers = 2});
    slow.begin();
    DataLoader const large(Counting{1000, 2, 10ms}, {.batch_size = 500, .workers = 1});
    CHECK_THROWS(large.begin());  // leaves a worker in the second batch, which takes five seconds
  }
  {
    auto const delay = std::make_shared<std::atomic<int>>(0);
    DataLoader const loader(Slowing{{500}, delay}, {.batch_size = 500, .workers = 1, .prefetch = 1});
    epoch_of(loader);
    auto it = loader.begin();  // the one batch of the next epoch was ready
    *delay = 10;
    while (it != loader.end()) ++it;
    std::this_thread::sleep_for(20ms);  // the worker is in a batch of yet another epoch
  }
  CHECK(std::chrono::steady_clock::now() - start < 3s);
}

TEST_CASE("loader: an iterator keeps its loader alive") {
  auto it = DataLoader(Counting{9}, {.batch_size = 3, .workers = 2}).begin();
  ++it;
  CHECK(it->indices == std::vector<std::size_t>{3, 4, 5});
  auto moved = std::move(it);
  ++moved;
  CHECK(moved->indices.front() == 6);
}

TEST_CASE("loader: the next epoch is prepared while the caller is still busy with this one") {
  Watched const dataset{{8}};
  DataLoader const loader(dataset, {.batch_size = 2, .workers = 1, .prefetch = 2});
  auto it = loader.begin();
  while (it != loader.end()) ++it;
  CHECK(dataset.settled() == 12);  // 8 of this epoch, and the queue of 2 batches is full
  it = loader.begin();
  CHECK(dataset.settled() == 14);  // the first batch was there: one more could be made
  while (it != loader.end()) ++it;
  it = loader.begin();  // an iterator at its end has let go of the workers
  CHECK(dataset.settled() == 22);
}

TEST_CASE("loader: after an epoch left early the workers rest") {
  Watched const dataset{{1000}};
  DataLoader const loader(dataset, {.batch_size = 2, .workers = 1, .prefetch = 400});
  loader.begin();
  int const asked = dataset.settled();
  CHECK(asked < 700);
}

TEST_CASE("loader: copies are the same loader, new_with is another over the same dataset") {
  DataLoader loader(Counting{10}, {.batch_size = 2, .shuffle = true, .seed = 5});
  auto copy = loader;
  epoch_of(copy);
  CHECK(loader.epoch() == 1);
  auto options = loader.options();
  options.shuffle = false;
  options.batch_size = 3;
  auto const valid = loader.new_with(options);
  CHECK(&valid.dataset() == &loader.dataset());
  CHECK(valid.epoch() == 0);
  CHECK(valid.size() == 4);  // drop_last followed shuffle
  CHECK(loader.with_dataset(Counting{30}).size() == 15);
}

TEST_CASE("loader: split_idx reaches dataset, item transforms and batch transforms") {
  for (int split : {fastxx::Split::train, fastxx::Split::valid}) {
    DataLoader const loader(Counting{2}, {.workers = 1, .split_idx = split}, item_tfms(OnlyTrain{}),
                            batch_tfms(OnlyValid{}));
    auto const batch = loader.one_batch();
    CHECK(batch.split_idx == split);
    CHECK(batch.indices == (split == 0 ? std::vector<std::size_t>{100, 101} : std::vector<std::size_t>{}));
  }
}

TEST_CASE("loader: batch transforms run in the calling thread and draw once per batch, the same for any workers") {
  struct Draw {
    std::thread::id caller = std::this_thread::get_id();
    std::uint64_t draw(DrawnBatch const&, fastxx::Random& random) const { return random.next(); }
    DrawnBatch encodes(DrawnBatch x, std::uint64_t drawn) const {
      x.drawn = {drawn, std::this_thread::get_id() == caller};
      return x;
    }
  };
  std::vector<DrawnBatch> first;
  for (int workers : {0, 2}) {
    auto const batches = epoch_of(DataLoader(Counting{}, {.batch_size = 5, .workers = workers}, batch_tfms(Draw{})));
    for (auto const& batch : batches) CHECK(batch.drawn[1] == 1);
    CHECK(batches[0].drawn[0] != batches[1].drawn[0]);
    CHECK(batches[0].drawn[0] != fastxx::Random::of(0, 0, 0).next());
    if (workers == 0) first = batches;
    CHECK(batches == first);
  }
}

TEST_CASE("loader: before_batch sees the items of a batch and may change them") {
  auto reverse = [](std::vector<Drawn> items) {
    std::reverse(items.begin(), items.end());
    return items;
  };
  for (int workers : {0, 2}) {
    DataLoader const loader(Counting{6}, {.batch_size = 3, .workers = workers}, before_batch(reverse));
    CHECK(all_indices(epoch_of(loader)) == std::vector<std::size_t>{2, 1, 0, 5, 4, 3});
  }
}

TEST_CASE("loader: the parts are named and stand in any order") {
  using Indices = std::vector<std::size_t>;
  for (int workers : {0, 2}) {
    LoaderOptions const options{.batch_size = 2, .workers = workers};
    DataLoader const loader(Counting{5}, options, item_tfms(TimesTen{}), batch_tfms(PlusOne{}),
                            before_batch(WithSum{}));
    auto const batches = epoch_of(loader);
    REQUIRE(batches.size() == 3);
    CHECK(batches[0].indices == Indices{1, 11, 11});
    CHECK(batches[1].indices == Indices{21, 31, 51});
    CHECK(batches[2].indices == Indices{41, 41});
    auto const sum = before_batch(WithSum{});
    DataLoader const turned(Counting{5}, options, sum, batch_tfms(PlusOne{}), item_tfms(TimesTen{}));
    static_assert(std::is_same_v<decltype(turned), decltype(loader)>);
    CHECK(epoch_of(turned) == batches);
    DataLoader const alone(Counting{5}, options, sum);
    CHECK(alone.one_batch().indices == Indices{0, 1, 1});
  }
}

TEST_CASE("loader: new_with and with_dataset keep all parts, and leave a before_batch of other items out") {
  using Indices = std::vector<std::size_t>;
  DataLoader const loader(Counting{4}, {.batch_size = 4}, before_batch(WithSum{}), item_tfms(TimesTen{}),
                          batch_tfms(PlusOne{}));
  CHECK(loader.new_with({.batch_size = 3}).one_batch().indices == Indices{1, 11, 21, 31});
  CHECK(loader.with_dataset(Counting{2}).one_batch().indices == Indices{1, 11, 11});
  CHECK(loader.with_dataset(Counting{2}, {.batch_size = 1}).size() == 2);
  auto const words = loader.with_dataset(std::vector<std::string>{"a", "b"});
  CHECK(words.one_batch() == std::vector<std::string>{"a", "b"});
  CHECK(words.with_dataset(Counting{2}).one_batch().indices == Indices{1, 11, 11});
  CHECK(loader.before_batch()({{.index = 2}, {.index = 3}}).back().index == 5);
}

TEST_CASE("loader: item transforms draw behind the dataset, the same for any workers") {
  LoaderOptions options{.batch_size = 3, .shuffle = true, .drop_last = false, .seed = 6};
  DataLoader const alone(Counting{10}, options, item_tfms(DrawMore{}));
  auto const epoch_0 = epoch_of(alone), epoch_1 = epoch_of(alone);
  for (auto const& batch : epoch_1)
    for (std::size_t i = 0; i < batch.indices.size(); ++i) {
      auto random = fastxx::Random::of(6, 1, batch.indices[i]);
      random.next();  // the dataset's
      CHECK(batch.drawn[i] == random.next());
    }
  options.workers = 2;
  DataLoader const loader(Counting{10}, options, item_tfms(DrawMore{}));
  CHECK(epoch_of(loader) == epoch_0);
  CHECK(epoch_of(loader) == epoch_1);
}

TEST_CASE("loader: a vector of pairs is a dataset") {
  std::vector<std::pair<float, std::string>> items{{.5f, "a"}, {.25f, "b"}, {.125f, "c"}};
  DataLoader const loader(std::move(items), {.batch_size = 2, .workers = 1});
  static_assert(std::is_same_v<decltype(loader)::item_type, std::pair<float, std::string>>);
  static_assert(std::is_same_v<decltype(loader)::batch_type, std::pair<Tensor, std::vector<std::string>>>);
  auto it = loader.begin();
  ++it;
  CHECK(it->first.item<float>() == .125f);
  CHECK(it->second == std::vector<std::string>{"c"});
}

TEST_CASE("loader: tensors go to the device before the batch transforms and keep their types") {
  using Item = std::tuple<fastxx::TensorImage, int>;
  std::vector<Item> items(4, Item{fastxx::TensorImage(at::ones({3, 2, 2})), 1});
  auto seen = std::make_shared<std::vector<at::Device>>();
  auto note = [seen](fastxx::TensorImage const& x) {
    seen->push_back(x.device());
    return x;
  };
  DataLoader const loader(items, {.device = at::kMeta}, batch_tfms(note));
  auto [x, y] = loader.one_batch();
  static_assert(std::is_same_v<decltype(x), fastxx::TensorImage>);
  CHECK(x.device().is_meta());
  CHECK(y.device().is_meta());
  REQUIRE(seen->size() == 1);
  CHECK(seen->front().is_meta());
  CHECK(std::get<0>(loader.new_with({}).one_batch()).device().is_cpu());
}

TEST_CASE("loader: it is an input range") {
  using Loader = DataLoader<Counting>;
  static_assert(std::input_iterator<Loader::iterator>);
  static_assert(std::sentinel_for<std::default_sentinel_t, Loader::iterator>);
  static_assert(std::is_copy_constructible_v<Loader> && std::is_nothrow_move_constructible_v<Loader>);
  CHECK(sizeof(Loader) == sizeof(std::shared_ptr<int>));
}

TEST_CASE("loader: memory is flat over epochs" * doctest::skip(sanitized)) {
  using Item = std::pair<Tensor, int>;
  std::vector<Item> const items(256, Item{at::ones({64, 64}), 1});  // batches of 256 KiB
  DataLoader const loader(items, {.batch_size = 16, .workers = 2, .shuffle = true});
  auto run = [&](int epochs) {
    std::int64_t batches = 0;
    for (int epoch = 0; epoch < epochs; ++epoch)
      for (auto& batch : loader) batches += batch.first.size(0) == 16;
    return batches;
  };
  run(10);
  auto const before = resident_kb();
  CHECK(run(100) == 1600);
  CHECK_MESSAGE(resident_kb() - before < 4096, "grew by ", resident_kb() - before, " KiB");
}
