#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/data/plan.hpp>
#include <fastxx/mid/data/whole_batch.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Streams of one epoch: items have their own index, what else draws starts where no index can be.
inline constexpr std::uint64_t batch_stream = 1ULL << 63;
inline constexpr std::uint64_t order_stream = 1ULL << 62;
inline constexpr std::uint64_t whole_stream = batch_stream | order_stream;

template <class Dataset>
concept HasItems = requires(Dataset const& dataset, std::size_t index, CallContext const& context,
                            EpochPlan const& plan) {
  dataset.item(index, context, plan);
}
|| requires(Dataset const& dataset, std::size_t index, CallContext const& context) { dataset.item(index, context); }
|| requires(Dataset const& dataset, std::size_t index) { dataset[index]; };

// The item a dataset has at `index`, from item() when it runs pipelines of its own and wants the context, or the plan of
// the epoch as well.
template <class Dataset>
decltype(auto) dataset_item(Dataset const& dataset, std::size_t index, CallContext const& context,
                            EpochPlan const& plan) {
  if constexpr (requires { dataset.item(index, context, plan); })
    return dataset.item(index, context, plan);
  else if constexpr (requires { dataset.item(index, context); })
    return dataset.item(index, context);
  else
    return dataset[index];
}

// Which item it is, in the words of a dataset that knows where its items come from.
template <class Dataset>
std::string item_name(Dataset const& dataset, std::size_t index) {
  if constexpr (requires { std::string(dataset.item_name(index)); })
    return dataset.item_name(index);
  else
    return "item " + std::to_string(index);
}

[[noreturn]] void throw_item_error(std::string const& item, std::int64_t epoch, std::int64_t batch);

[[noreturn]] void throw_batch_error(std::int64_t epoch, std::int64_t batch, std::string const& items);

// The plans of a loader's epochs, each made once for all who ask for it at about the same time: an epoch and the one
// the workers run ahead into.
class EpochPlans {
 public:
  using Shared = std::shared_ptr<EpochPlan const>;

  EpochPlans(LoaderPlan plan, std::uint64_t seed, PlannedEpoch const& first);

  std::size_t batches() const { return batches_; }

  Shared of(std::int64_t epoch);

 private:
  struct Made {
    std::int64_t epoch = 0;
    Shared plan;
  };

  Shared make(std::int64_t epoch) const;

  [[noreturn]] static void refuse(std::string const& key, std::string expected, std::string got, std::string where);

  static constexpr std::size_t unknown = ~std::size_t(0);

  std::mutex mutex_;
  LoaderPlan plan_;
  std::uint64_t seed_;
  PlannedEpoch first_;
  std::array<Made, 2> latest_;
  std::size_t batches_ = unknown;  // in each epoch: the first plan says it
};

template <class Dataset>
using whole_batch_t = decltype(dataset_batch(std::declval<Dataset const&>(), std::declval<BatchIndices>(),
                                             CallContext{}, std::declval<EpochPlan const&>()));
// Whether the dataset gives batches at once, and the item transforms take them; a before_batch takes items.
template <class Dataset, class Batching, class DatasetItem, class Item>
consteval bool loads_whole() {
  if constexpr (GivesBatches<Dataset> && !TakesItems<decltype(Batching::before_batch), Item>)
    return goes_whole<decltype(Batching::after_item), DatasetItem, whole_batch_t<Dataset>>;
  return false;
}

// What all iterations and workers of a loader share and none changes.
template <class Dataset, class Batching>
struct BatchSource {
  using DatasetItem = std::decay_t<decltype(dataset_item(std::declval<Dataset const&>(), 0, CallContext{},
                                                         std::declval<EpochPlan const&>()))>;
  using Item =
      std::decay_t<decltype(std::declval<Batching const&>().after_item(std::declval<DatasetItem>(), CallContext{}))>;
  using Collated =
      decltype(collate_with(std::declval<Batching const&>().before_batch, std::declval<std::vector<Item>&>()));
  static constexpr bool whole = loads_whole<Dataset, Batching, DatasetItem, Item>();
  static consteval bool whole_type_fits() {
    if constexpr (GivesBatches<Dataset> && is_collatable<DatasetItem>())
      return std::is_same_v<whole_batch_t<Dataset>, decltype(collate(std::declval<std::vector<DatasetItem>>()))>;
    return true;
  }

  std::shared_ptr<Dataset const> dataset;
  Batching batching;
  std::uint64_t seed;
  int split_idx;
  std::size_t items;  // in the dataset
  std::unique_ptr<EpochPlans> plans;
  std::size_t batches;  // in an epoch
};

// Every column of a whole batch has a row for each index.
template <class Column>
void check_rows(Column const& column, std::size_t rows) {
  if constexpr (is_tuple_v<Column>) {
    [&]<std::size_t... I>(std::index_sequence<I...>) { (check_rows(std::get<I>(column), rows), ...); }
    (std::make_index_sequence<std::tuple_size_v<std_tuple_of<Column>>>{});
  } else {
    std::size_t const got = column_size(column);
    if (got != rows)
      throw data_error("loader.rows", {.call = "batch(indices)",
                                       .expected = {"as many rows as indices, ", rows},
                                       .got = {got, " rows of ", type_name<Column>()},
                                       .fix = "give one row for each index, in their order"});
  }
}

// Makes the batch of a position (epoch * batches + number) on the CPU; each thread has one, with a buffer of its own.
template <class Source>
class BatchBuilder {
 public:
  // A consumer that would have to wait makes whole batches itself when they are quick. Not so item by item: item
  // transforms shall run with the workers' one thread each, so that the numbers do not depend on who waited.
  static constexpr bool helps = Source::whole;

  explicit BatchBuilder(Source const& source) : source_(source) {}

  // Empty when cancelled() said between two items that nobody wants it any more.
  template <class Cancelled>
  std::optional<typename Source::Collated> operator()(std::uint64_t position, Cancelled const& cancelled) {
    start(position);
    if constexpr (Source::whole) {
      if (cancelled()) return std::nullopt;
      return load_whole();
    } else {
      if (!load_items(cancelled)) return std::nullopt;
      return collate_items();
    }
  }

 private:
  void start(std::uint64_t position) {
    auto const epoch = static_cast<std::int64_t>(position / source_.batches);
    batch_ = static_cast<std::int64_t>(position % source_.batches);
    if (epoch != epoch_) plan_ = source_.plans->of(epoch);
    epoch_ = epoch;
    indices_ = plan_->batch(static_cast<std::size_t>(batch_));
  }

  typename Source::Collated load_whole() {
    try {
      auto random = Random::of(source_.seed, static_cast<std::uint64_t>(epoch_),
                               whole_stream + static_cast<std::uint64_t>(batch_));
      CallContext const context{.split_idx = source_.split_idx, .random = &random};
      auto whole = dataset_batch(*source_.dataset, indices_, context, *plan_);
      check_rows(whole, indices_.size());
      return encode_whole<typename Source::DatasetItem>(source_.batching.after_item, std::move(whole), context);
    } catch (...) {
      // Which item was refused shows when they are made one by one; if none is, it was the batch.
      auto const refused = std::current_exception();
      load_items([] { return false; });
      (void)collate_items();
      try {
        std::rethrow_exception(refused);
      } catch (...) {
        throw_batch_error(epoch_, batch_, item_list());
      }
    }
  }

  typename Source::Collated collate_items() {
    try {
      auto batch = collate_with(source_.batching.before_batch, items_);
      items_.clear();  // what an item holds is free before the next batch is asked for
      return batch;
    } catch (...) {
      throw_batch_error(epoch_, batch_, item_list());
    }
  }

  template <class Cancelled>
  bool load_items(Cancelled const& cancelled) {
    items_.clear();
    items_.reserve(indices_.size());
    for (auto const signed_index : indices_) {
      if (cancelled()) return false;
      auto const index = static_cast<std::size_t>(signed_index);
      try {
        auto random = Random::of(source_.seed, static_cast<std::uint64_t>(epoch_), index);
        CallContext const context{.split_idx = source_.split_idx, .random = &random};
        items_.push_back(source_.batching.after_item(dataset_item(*source_.dataset, index, context, *plan_), context));
      } catch (...) {
        throw_item_error(item_name(*source_.dataset, index), epoch_, batch_);
      }
    }
    return true;
  }

  std::string item_list() const {
    std::string text;
    for (auto index : indices_.first(std::min<std::size_t>(indices_.size(), 8)))
      text += (text.empty() ? "" : ", ") + std::to_string(index);
    return text + (indices_.size() > 8 ? ", ..." : "");
  }

  Source const& source_;
  std::vector<typename Source::Item> items_;
  EpochPlans::Shared plan_;
  std::int64_t epoch_ = -1;
  std::int64_t batch_ = 0;
  std::span<std::int64_t const> indices_;  // of the batch, within plan_
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/data/detail/batch_builder.ipp>
#endif
