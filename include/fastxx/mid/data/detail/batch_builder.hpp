#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/data/detail/item_cursor.hpp>
#include <fastxx/mid/data/plan.hpp>
#include <fastxx/mid/data/skipped.hpp>
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

// What is done about the exception being handled: thrown with the item's name, or one item more among the skipped.
void skip_or_throw(OnItemError on_error, SkippedItems& skipped, std::int64_t index, std::string const& item,
                   std::int64_t epoch, std::int64_t batch);

[[noreturn]] void refuse_all_skipped(SkippedItems const& skipped);
[[noreturn]] void refuse_shrunk(std::size_t before, std::size_t now, std::int64_t epoch, std::int64_t batch);
[[noreturn]] void throw_worker_error(int worker);
[[noreturn]] void refuse_init_timeout(double seconds);
[[noreturn]] void refuse_timeout(double seconds, std::string const& item, std::int64_t epoch, std::int64_t batch);

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

// The items of a batch collated: as the loader was told, else as the dataset does it, else by collate().
template <class Dataset, class BeforeBatch, class Item>
auto collate_as(Dataset const& dataset, BeforeBatch const& before_batch, std::vector<Item>& items) {
  constexpr bool told = TakesItems<BeforeBatch, Item>;
  if constexpr (!told && requires { dataset.create_batch(std::move(items)); })
    return dataset.create_batch(std::move(items));
  else if constexpr (!told && requires { dataset.before_batch(std::move(items)); })
    return collate(dataset.before_batch(std::move(items)));
  else
    return collate_with(before_batch, items);
}

template <class Dataset>
consteval auto dataset_item_type() {
  if constexpr (IterableItems<Dataset>)
    return std::type_identity<typename ItemCursor<Dataset>::Item>{};
  else
    return std::type_identity<std::decay_t<decltype(dataset_item(std::declval<Dataset const&>(), 0, CallContext{},
                                                                 std::declval<EpochPlan const&>()))>>{};
}

// What all iterations and workers of a loader share and none changes.
template <class Dataset, class Batching>
struct BatchSource {
  using DatasetItem = typename decltype(dataset_item_type<Dataset>())::type;
  using Item =
      std::decay_t<decltype(std::declval<Batching const&>().after_item(std::declval<DatasetItem>(), CallContext{}))>;
  using Collated = decltype(collate_as(std::declval<Dataset const&>(), std::declval<Batching const&>().before_batch,
                                       std::declval<std::vector<Item>&>()));
  static constexpr bool streamed = IterableItems<Dataset>;
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
  OnItemError on_item_error;
  bool pin;                // whether batches go from pinned memory to the device
  std::size_t items;       // in the dataset
  std::size_t batch_size;  // of a streamed dataset, which has no plans
  bool shuffle;
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

// A batch on the CPU, none where all its items were left out, and what was.
template <class Collated>
struct BuiltBatch {
  std::optional<Collated> batch = {};
  SkippedItems skipped = {};
};

// What a builder makes of a position (epoch * batches + number), whoever gives it the items.
template <class Source>
class BatchMaker {
 public:
  using Built = BuiltBatch<typename Source::Collated>;

 protected:
  explicit BatchMaker(Source const& source) : source_(source) {}

  void begin_batch(std::uint64_t position) {
    epoch_ = static_cast<std::int64_t>(position / source_.batches);
    batch_ = static_cast<std::int64_t>(position % source_.batches);
  }

  void begin_items(std::size_t count) {
    items_.clear();
    items_.reserve(count);
    skipped_ = {};
  }

  // As it goes to the device.
  typename Source::Collated ready(typename Source::Collated batch) const {
    return source_.pin ? pinned(std::move(batch)) : std::move(batch);
  }

  // One item through the item transforms, or `place` among those that are left out. What is drawn for it depends on
  // `index`.
  template <class Get, class Name>
  void add_item(std::size_t index, std::size_t place, Get const& get, Name const& name) {
    try {
      auto random = Random::of(source_.seed, static_cast<std::uint64_t>(epoch_), index);
      CallContext const context{.split_idx = source_.split_idx, .random = &random};
      items_.push_back(source_.batching.after_item(get(context), context));
    } catch (...) {
      skip_or_throw(source_.on_item_error, skipped_, static_cast<std::int64_t>(place), name(place), epoch_, batch_);
    }
  }

  // `list` says which items they are.
  template <class List>
  Built collate_items(List const& list) {
    Built built{.batch = {}, .skipped = std::move(skipped_)};
    skipped_ = {};
    if (items_.empty()) {
      built.skipped.batches = 1;
      return built;
    }
    try {
      built.batch.emplace(ready(collate_as(*source_.dataset, source_.batching.before_batch, items_)));
      items_.clear();  // what an item holds is free before the next batch is asked for
      return built;
    } catch (...) {
      throw_batch_error(epoch_, batch_, list());
    }
  }

  Source const& source_;
  std::vector<typename Source::Item> items_;
  SkippedItems skipped_;
  std::int64_t epoch_ = -1;
  std::int64_t batch_ = 0;
};

// Makes batches of a dataset whose items have numbers; each thread has a builder, with a buffer of its own.
template <class Source>
class IndexedBuilder : private BatchMaker<Source> {
  using Maker = BatchMaker<Source>;
  using Maker::batch_, Maker::epoch_, Maker::source_;

 public:
  using Built = typename Maker::Built;
  // A consumer that would have to wait makes whole batches itself when they are quick. Not so item by item: item
  // transforms shall run with the workers' one thread each, so that the numbers do not depend on who waited.
  static constexpr bool helps = Source::whole;
  static constexpr bool reads_in_order = false;
  struct Shared {};  // what the builders of all workers have in common

  IndexedBuilder(Source const& source, std::shared_ptr<Shared> const&) : Maker(source) {}

  // Empty when cancelled() said between two items that nobody wants it any more.
  template <class Cancelled>
  std::optional<Built> operator()(std::uint64_t position, Cancelled const& cancelled) {
    start(position);
    if constexpr (Source::whole) {
      if (cancelled(indices_.front())) return std::nullopt;
      return load_whole();
    } else {
      if (!load_items(cancelled)) return std::nullopt;
      return collate_all();
    }
  }

 private:
  void start(std::uint64_t position) {
    auto const before = epoch_;
    this->begin_batch(position);
    if (epoch_ != before || !plan_) {
      plan_ = nullptr;  // a plan that throws leaves none, and is asked for again
      plan_ = source_.plans->of(epoch_);
    }
    if (auto const now = static_cast<std::size_t>(source_.dataset->size()); now < source_.items)
      refuse_shrunk(source_.items, now, epoch_, batch_);
    indices_ = plan_->batch(static_cast<std::size_t>(batch_));
  }

  Built load_whole() {
    try {
      auto random = Random::of(source_.seed, static_cast<std::uint64_t>(epoch_),
                               whole_stream + static_cast<std::uint64_t>(batch_));
      CallContext const context{.split_idx = source_.split_idx, .random = &random};
      auto whole = dataset_batch(*source_.dataset, indices_, context, *plan_);
      check_rows(whole, indices_.size());
      Built built;
      built.batch.emplace(this->ready(
          encode_whole<typename Source::DatasetItem>(source_.batching.after_item, std::move(whole), context)));
      return built;
    } catch (...) {
      // Which item was refused shows when they are made one by one; if none is, it was the batch.
      auto const refused = std::current_exception();
      load_items([](std::int64_t) { return false; });
      auto built = collate_all();
      if (built.skipped.count() > 0) return built;
      try {
        std::rethrow_exception(refused);
      } catch (...) {
        throw_batch_error(epoch_, batch_, item_list());
      }
    }
  }

  Built collate_all() {
    return this->collate_items([this] { return item_list(); });
  }

  template <class Cancelled>
  bool load_items(Cancelled const& cancelled) {
    this->begin_items(indices_.size());
    for (auto const signed_index : indices_) {
      if (cancelled(signed_index)) return false;
      auto const index = static_cast<std::size_t>(signed_index);
      this->add_item(
          index, index,
          [&](CallContext const& context) -> decltype(auto) {
            return dataset_item(*source_.dataset, index, context, *plan_);
          },
          [this](std::size_t refused) { return item_name(*source_.dataset, refused); });
    }
    return true;
  }

  std::string item_list() const {
    std::string text;
    for (auto index : indices_.first(std::min<std::size_t>(indices_.size(), 8)))
      text += (text.empty() ? "" : ", ") + std::to_string(index);
    return text + (indices_.size() > 8 ? ", ..." : "");
  }

  EpochPlans::Shared plan_;
  std::span<std::int64_t const> indices_;  // of the batch, within plan_
};

// Makes batches of items that come one after another. Who reads them does so in the order of the batches; what is done
// to them afterwards is done by all workers at once.
template <class Source>
class StreamBuilder : private BatchMaker<Source> {
  using Maker = BatchMaker<Source>;
  using Maker::batch_, Maker::epoch_, Maker::source_;

 public:
  using Built = typename Maker::Built;
  static constexpr bool helps = false;
  static constexpr bool reads_in_order = true;
  using Shared = ItemCursor<typename std::decay_t<decltype(*std::declval<Source const&>().dataset)>>;

  StreamBuilder(Source const& source, std::shared_ptr<Shared> cursor) : Maker(source), cursor_(std::move(cursor)) {}

  template <class Cancelled>
  void read(std::uint64_t position, Cancelled const& cancelled) {
    this->begin_batch(position);
    first_ = static_cast<std::size_t>(batch_) * source_.batch_size;
    std::size_t const last = std::min(first_ + source_.batch_size, source_.items);
    raw_.clear();
    cursor_->seek(source_, epoch_, first_, cancelled);
    for (std::size_t index = first_; index < last; ++index) {
      if (cancelled(static_cast<std::int64_t>(index))) return;
      raw_.push_back(cursor_->next(source_));
    }
  }

  // Of the batch that was read last.
  template <class Cancelled>
  std::optional<Built> operator()(std::uint64_t, Cancelled const& cancelled) {
    this->begin_items(raw_.size());
    for (std::size_t i = 0; i < raw_.size(); ++i) {
      if (cancelled(static_cast<std::int64_t>(first_ + i))) return std::nullopt;
      this->add_item(
          first_ + i, raw_[i].place, [&](CallContext const&) { return std::move(raw_[i].item); },
          [](std::size_t place) { return "item " + std::to_string(place) + " of the stream"; });
    }
    return this->collate_items(
        [this] { return std::to_string(first_) + " to " + std::to_string(first_ + raw_.size() - 1); });
  }

 private:
  std::shared_ptr<Shared> cursor_;
  std::vector<typename Shared::Read> raw_;
  std::size_t first_ = 0;  // the index of raw_[0]
};

template <class Source>
using BatchBuilder = std::conditional_t<Source::streamed, StreamBuilder<Source>, IndexedBuilder<Source>>;

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/mid/data/detail/batch_builder.ipp>
#endif
