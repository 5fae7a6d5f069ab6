#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Streams of one epoch: items have their own index, what else draws starts where no index can be.
inline constexpr std::uint64_t batch_stream = 1ULL << 63;
inline constexpr std::uint64_t order_stream = 1ULL << 62;

// The item a dataset has at `index`, from item() when it runs pipelines of its own and wants the context.
template <class Dataset>
decltype(auto) dataset_item(Dataset const& dataset, std::size_t index, CallContext const& context) {
  if constexpr (requires { dataset.item(index, context); })
    return dataset.item(index, context);
  else
    return dataset[index];
}

template <class Hooks, class Item>
concept HasBeforeBatch = requires(Hooks const& hooks, std::vector<Item> items) {
  hooks.before_batch(std::move(items));
};

template <class Hooks, class Item>
auto collate_hooked(Hooks const& hooks, std::vector<Item>& items) {
  if constexpr (HasBeforeBatch<Hooks, Item>)
    return collate(hooks.before_batch(std::move(items)));
  else
    return collate(std::move(items));
}

// What the exception being handled says; libtorch appends its call stack, which tells a reader nothing.
inline std::string current_message() {
  try {
    throw;
  } catch (std::exception const& e) {
    std::string_view const text = e.what();
    return std::string(text.substr(0, text.find("\nException raised from ")));
  } catch (...) {
    return "an exception that is no std::exception";
  }
}

[[noreturn]] inline void throw_item_error(std::size_t index, std::int64_t epoch, std::int64_t batch) {
  std::string const number = std::to_string(index);
  std::throw_with_nested(
      data_error("loader.item",
                 {.call = "DataLoader",
                  .got = current_message(),
                  .where = "item " + number + ", batch " + std::to_string(batch) + " of epoch " + std::to_string(epoch),
                  .fix = "repair or leave out item " + number + " of the dataset, or the transform that refused it"}));
}

[[noreturn]] inline void throw_batch_error(std::int64_t epoch, std::int64_t batch, std::string const& items) {
  std::throw_with_nested(data_error("loader.batch", {.call = "DataLoader",
                                                     .got = current_message(),
                                                     .where = "batch " + std::to_string(batch) + " of epoch " +
                                                              std::to_string(epoch) + ", dataset items " + items}));
}

using Order = std::shared_ptr<std::vector<std::int64_t> const>;

// The shuffled order of an epoch, made once for all who ask for it at about the same time.
class EpochOrders {
 public:
  Order of(std::uint64_t seed, std::int64_t epoch, std::size_t items) {
    std::lock_guard lock(mutex_);
    if (!latest_ || epoch != epoch_) {
      auto random = Random::of(seed, static_cast<std::uint64_t>(epoch), order_stream);
      latest_ = std::make_shared<std::vector<std::int64_t>>(random.permutation(static_cast<std::int64_t>(items)));
      epoch_ = epoch;
    }
    return latest_;
  }

 private:
  std::mutex mutex_;
  std::int64_t epoch_ = 0;
  Order latest_;
};

// What all iterations and workers of a loader share and none changes.
template <class Dataset, class AfterItem, class Hooks>
struct BatchSource {
  using Item = std::decay_t<decltype(std::declval<AfterItem const&>()(
      dataset_item(std::declval<Dataset const&>(), 0, CallContext{}), CallContext{}))>;
  using Collated = decltype(collate_hooked(std::declval<Hooks const&>(), std::declval<std::vector<Item>&>()));

  std::shared_ptr<Dataset const> dataset;
  AfterItem after_item;
  Hooks hooks;
  std::uint64_t seed;
  int split_idx;
  bool shuffle;
  std::size_t items;  // in the dataset
  std::size_t batch_size;
  std::size_t batches;  // in an epoch
  std::unique_ptr<EpochOrders> orders = std::make_unique<EpochOrders>();

  Order order(std::int64_t epoch) const { return shuffle ? orders->of(seed, epoch, items) : nullptr; }
};

// Makes the batch of a position (epoch * batches + number) on the CPU; each thread has one, with a buffer of its own.
template <class Source>
class BatchBuilder {
 public:
  explicit BatchBuilder(Source const& source) : source_(source) {}

  // Empty when cancelled() said between two items that nobody wants it any more.
  template <class Cancelled>
  std::optional<typename Source::Collated> operator()(std::uint64_t position, Cancelled const& cancelled) {
    start(position);
    if (!load_items(cancelled)) return std::nullopt;
    try {
      std::optional batch(collate_hooked(source_.hooks, items_));
      items_.clear();  // what an item holds is free before the next batch is asked for
      return batch;
    } catch (...) {
      throw_batch_error(epoch_, batch_, item_list());
    }
  }

 private:
  void start(std::uint64_t position) {
    auto const epoch = static_cast<std::int64_t>(position / source_.batches);
    batch_ = static_cast<std::int64_t>(position % source_.batches);
    if (epoch != epoch_) order_ = source_.order(epoch);
    epoch_ = epoch;
    first_ = static_cast<std::size_t>(batch_) * source_.batch_size;
    last_ = std::min(first_ + source_.batch_size, source_.items);
  }

  template <class Cancelled>
  bool load_items(Cancelled const& cancelled) {
    items_.clear();
    items_.reserve(last_ - first_);
    for (std::size_t place = first_; place < last_; ++place) {
      if (cancelled()) return false;
      std::size_t const index = index_at(place);
      try {
        auto random = Random::of(source_.seed, static_cast<std::uint64_t>(epoch_), index);
        CallContext const context{.split_idx = source_.split_idx, .random = &random};
        items_.push_back(source_.after_item(dataset_item(*source_.dataset, index, context), context));
      } catch (...) {
        throw_item_error(index, epoch_, batch_);
      }
    }
    return true;
  }

  std::size_t index_at(std::size_t place) const { return order_ ? static_cast<std::size_t>((*order_)[place]) : place; }

  std::string item_list() const {
    std::string text;
    for (std::size_t place = first_; place < last_ && place < first_ + 8; ++place)
      text += (text.empty() ? "" : ", ") + std::to_string(index_at(place));
    return text + (last_ - first_ > 8 ? ", ..." : "");
  }

  Source const& source_;
  std::vector<typename Source::Item> items_;
  Order order_;
  std::int64_t epoch_ = -1;
  std::int64_t batch_ = 0;
  std::size_t first_ = 0;
  std::size_t last_ = 0;
};

}  // namespace fastxx::detail
