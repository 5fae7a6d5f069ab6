#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/detail/loader_state.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/data/detail/refused.hpp>
#include <fastxx/mid/data/loader_parts.hpp>
#include <fastxx/mid/data/plan.hpp>
#include <fastxx/mid/data/skipped.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// How a DataLoader makes batches.
struct LoaderOptions {
  std::int64_t batch_size = 64;
  [[no_unique_address]] detail::BsIsBatchSize bs = {};
  int workers = 0;  ///< threads that prepare batches; 0 prepares them in the calling thread
  [[no_unique_address]] detail::NumWorkersIsWorkers num_workers = {};
  bool shuffle = false;                ///< a new order each epoch
  std::optional<bool> drop_last = {};  ///< leave out an incomplete last batch; unset: as `shuffle`
  std::uint64_t seed = 0;              ///< of the order and of all random transforms
  at::Device device = at::kCPU;        ///< where batches go before after_batch
  int split_idx = Split::none;         ///< what transforms are told about the subset
  int prefetch = 2;                    ///< batches per worker that may wait
  [[no_unique_address]] detail::PrefetchFactorIsPrefetch prefetch_factor = {};
  LoaderPlan plan = {};  ///< which items in which batches; unset: all, in order or shuffled
  [[no_unique_address]] detail::SamplerIsPlan sampler = {};
  OnItemError on_item_error = OnItemError::stop;  ///< what is done about an item that throws
  double timeout = 0;                             ///< seconds to wait for a batch of the workers; 0: for ever
  std::optional<bool> pin_memory = {};            ///< batches of workers lie ready for a GPU; unset: if there is one
  std::function<void(int)> worker_init = {};      ///< called with its number in each worker, before anything else
  std::function<void(std::int64_t)> before_iter = {};  ///< called with the epoch by begin(); workers may be ahead
  std::function<void(std::int64_t)> after_iter = {};   ///< called when the last batch of the epoch has been left
};

/// Datasets a DataLoader can read: `size()` with `operator[](index) const`, or with `item(index, CallContext) const`
/// when the dataset runs transforms itself, or with `item(index, CallContext, EpochPlan) const` when its items depend on
/// the plan of the epoch. Several threads read at once.
///
/// A dataset that can make a batch quicker than item by item has `batch(indices) const` as well (or `batch(indices,
/// CallContext)`, `batch(indices, CallContext, EpochPlan)`), which returns what collate() would make of these items; see
/// BatchIndices. A DataLoader uses it unless there is a before_batch, or an item transform that takes one item at a
/// time (one without `encodes_batch`, or one that draws): then it goes by items.
///
/// A dataset without numbers has `open(epoch) const` in place of the items: see IterableDataset.
///
/// How its items are collated it may say itself, by `before_batch(std::vector<Item>) const` or `create_batch(...) const`,
/// as the parts of these names do.
template <class Dataset>
concept LoadableDataset = (detail::HasItems<Dataset> ||
                           detail::IterableItems<Dataset>)&&requires(Dataset const& dataset) {
  { dataset.size() } -> std::convertible_to<std::size_t>;
};

namespace detail {

[[noreturn]] void refuse_option(std::string const& key, std::string expected, std::string got, std::string fix);

void check_loader(LoaderOptions const& options, std::size_t items);

// How the validation loader is made of a training without validation: as the training loader, but for validation.
LoaderOptions no_validation(LoaderOptions options);

std::unique_ptr<EpochPlans> make_plans(LoaderOptions const& options, std::size_t items);

// The batches in an epoch of items that come one after another.
std::size_t streamed_batches(LoaderOptions const& options, std::size_t items);

bool pins(LoaderOptions const& options);

template <class Dataset, class Batching>
using LoaderStateOf = LoaderState<LoaderOptions, BatchSource<Dataset, Batching>>;

template <class Dataset, class Batching>
std::shared_ptr<LoaderStateOf<Dataset, Batching>> loader_state(std::shared_ptr<Dataset const> dataset,
                                                               LoaderOptions const& options, Batching batching) {
  using Source = BatchSource<Dataset, Batching>;
  auto const items = static_cast<std::size_t>(dataset->size());
  LoaderOptions all = options;
  if constexpr (std::is_same_v<decltype(Batching::before_batch), CreateBatch<OnlyItem>>) all.batch_size = 1;
  check_loader(all, items);
  std::unique_ptr<EpochPlans> plans;
  std::size_t batches = 0;
  if constexpr (Source::streamed) {
    batches = streamed_batches(all, items);
  } else {
    plans = make_plans(all, items);
    batches = plans->batches();
  }
  batching.device = all.device;
  return std::make_shared<LoaderStateOf<Dataset, Batching>>(
      all, Source{.dataset = std::move(dataset),
                  .batching = std::move(batching),
                  .seed = all.seed,
                  .split_idx = all.split_idx,
                  .on_item_error = all.on_item_error,
                  .pin = pins(all),
                  .items = items,
                  .batch_size = static_cast<std::size_t>(all.batch_size),
                  .shuffle = all.shuffle,
                  .plans = std::move(plans),
                  .batches = batches});
}

// What the parts say, for a loader whose type may be written out.
template <class Wanted, class... Parts>
Wanted batching_of_type(Parts... parts) {
  constexpr bool same = std::is_same_v<decltype(loader_batching(std::move(parts)...)), Wanted>;
  static_assert(same,
                "fastxx::DataLoader<...>(dataset, options, parts...): these parts make a loader of another type; write "
                "DataLoader without <...>, and decltype(loader) for the type");
  if constexpr (same)
    return loader_batching(std::move(parts)...);
  else
    return never<Wanted>();
}

template <class Second>
consteval void refuse_second() {
  static_assert(sizeof(Second) == 0,
                "fastxx::DataLoader(dataset, options, parts...): options have names and come before the parts; write "
                "DataLoader(dataset, {.batch_size = 64}, item_tfms(...), batch_tfms(...))");
}

// What a loader was given must do something, though another loader's before_batch may be left out.
template <class BeforeBatch, class Item>
consteval void check_before_batch() {
  static_assert(
      std::is_same_v<BeforeBatch, NoBeforeBatch> || TakesItems<BeforeBatch, Item>,
      "fastxx: before_batch(f), create_batch(f): 'f' must be callable, unchanged, with a std::vector<item_type> and "
      "return the items to collate, or the batch; item_type is that of the loader, after item_tfms(...)");
}

}  // namespace detail

/// Batches of a dataset: items through item_tfms, collated (or whole from the dataset), moved to the device, through
/// batch_tfms: `DataLoader(dataset, {.batch_size = 64}, item_tfms(...), batch_tfms(...), before_batch(f))`, the parts in
/// any order or left out.
///
/// A cheap handle: copies are the same loader. The dataset is moved in and shared with new_with(); give a handle or a
/// std::move'd container. What a batch holds depends on (seed, epoch, item index) only, not on the workers.
///
/// Runs:    dataset, item_tfms, before_batch and collate in the workers (or the calling thread when there are none);
///          device move and batch_tfms in the calling thread. Workers start with the first begin() and live as long as
///          the loader; they run ahead into the next epoch, by `prefetch` batches each.
/// Errors:  data_error [loader.empty], [loader.size], [loader.batch_size], [loader.workers], [loader.prefetch],
///          [loader.plan], [loader.timeout_option] here; [loader.item] and [loader.batch] from begin() and ++, at the
///          batch they belong to, around what was thrown; [loader.timeout], after which the worker is left to itself;
///          [loader.all_skipped]; [loader.stream] and [loader.short_stream] for items without numbers
/// Source:  fastai 2.7.18 data/load.py, data/core.py TfmdDL (features M-35, M-39, TR-17, TR-18, TR-21)
/// Example: examples/doc/loader.cpp
template <class Dataset, class Batching = fastxx::Batching<>>
class DataLoader {
  using Source = detail::BatchSource<Dataset, Batching>;
  using State = detail::LoaderStateOf<Dataset, Batching>;

 public:
  using dataset_type = Dataset;
  using item_type = typename Source::Item;
  static_assert(Source::whole_type_fits(),
                "fastxx::DataLoader(dataset): batch(indices) of 'dataset' must return the type that its items collate "
                "to: see fastxx::collate");
  using batch_type = typename State::Batch;
  /// Whether batches come from the dataset at once, by its batch(indices), instead of item by item.
  static constexpr bool whole_batches = Source::whole;
  class iterator;

  template <class... Parts>
  explicit DataLoader(Dataset dataset, LoaderOptions const& options = {}, Parts... parts)
      : DataLoader(detail::loader_state(std::make_shared<Dataset const>(std::move(dataset)), options,
                                        detail::batching_of_type<Batching>(std::move(parts)...))) {
    detail::check_before_batch<decltype(Batching::before_batch), item_type>();
    decltype(Batching::after_item)::template check<typename Source::DatasetItem>();
    decltype(Batching::after_batch)::template check<typename Source::Collated>();
  }
  // From what new_with() and dataloaders() have at hand.
  explicit DataLoader(std::shared_ptr<State> state) : state_(std::move(state)) {}

  // What stands in the place of the options: one sentence says how it is written.
  template <class Second>
  requires(!std::is_same_v<Second, LoaderOptions>)
      DataLoader(Dataset const&, Second const&, LoaderOptions const& = {}) {
    detail::refuse_second<Second>();
  }
  template <class Second, class Third, class... More>
  requires(!std::is_same_v<Second, LoaderOptions>)
      DataLoader(Dataset const&, Second const&, Third const&, More const&...) {
    detail::refuse_second<Second>();
  }

  /// Start the next epoch. One that was left early has used its number all the same. While another iteration of this
  /// loader is alive, the new one is loaded in the calling thread.
  iterator begin() const { return iterator(state_, state_->use_epoch(), 0); }
  std::default_sentinel_t end() const { return {}; }

  /// The rest of an epoch, from any batch on, as it would have come: `for (auto& batch : loader.start(3, 120))`. The
  /// next begin() is the epoch after it.
  ///
  /// Errors:  data_error [loader.start] unless 0 <= epoch and 0 <= batch <= size()
  iterator start(std::int64_t epoch, std::int64_t batch) const {
    auto const batches = static_cast<std::int64_t>(size());
    if (epoch < 0 || batch < 0 || batch > batches)
      detail::refuse_option("start", "an epoch of 0 or more and a batch of 0 to " + std::to_string(batches),
                            "epoch " + std::to_string(epoch) + ", batch " + std::to_string(batch),
                            "a saved place may come from another batch size: begin with batch 0");
    state_->set_next_epoch(epoch + 1);
    return iterator(state_, epoch, batch);
  }

  /// Batches in an epoch.
  std::size_t size() const { return state_->source.batches; }
  /// Items in the dataset.
  std::size_t n_items() const { return state_->source.items; }

  /// The first batch of the next epoch, made here and now; the epochs go on as if nothing had happened.
  ///
  /// Errors:  data_error [loader.no_batches] where a training without validation has its validation loader
  batch_type one_batch() const {
    if (size() == 0)
      detail::refuse_option("no_batches", "a loader with batches", "the loader of a training without validation",
                            "ask the training loader, or one of test_dl(items)");
    auto builder = state_->builder();
    SkippedItems skipped;
    for (std::size_t batch = 0; batch < size(); ++batch) {
      auto const position = state_->position_of(epoch()) + batch;
      auto built = detail::build_here(builder, position);
      if (built.batch) return state_->finish(std::move(*built.batch), position);
      skipped.add(built.skipped);
    }
    detail::refuse_all_skipped(skipped);
  }

  /// What has been left out so far of the epoch that was begun last: see OnItemError and SkipItem.
  SkippedItems skipped() const { return state_->skipped(); }

  /// The batch of given items, made as the loader makes its own: items as the dataset gives them (all of an item or its
  /// inputs alone), or raw ones as its source has them, when the dataset can `encode(raw, context)`. Random transforms
  /// draw the same each time.
  ///
  /// Errors:  those of the transforms and of collate
  template <class Item>
  auto batch_of(std::vector<Item> items, int split_idx) const {
    CallContext const context{.split_idx = split_idx};
    constexpr bool raw = requires(Item const& item) { dataset().encode(item, context); };
    if constexpr (raw && !std::is_same_v<Item, typename Source::DatasetItem>) {
      std::vector<std::decay_t<decltype(dataset().encode(items[0], context))>> encoded;
      encoded.reserve(items.size());
      for (auto const& item : items) encoded.push_back(dataset().encode(item, context));
      return fastxx::batch_of(std::move(encoded), batching(), context);
    } else {
      return fastxx::batch_of(std::move(items), batching(), context);
    }
  }

  /// What turns items into batches; a copy of it needs neither the loader nor the dataset.
  Batching const& batching() const { return state_->source.batching; }

  /// The number the next begin() gives its epoch; setting it goes on where an earlier run stopped.
  std::int64_t epoch() const { return state_->next_epoch(); }
  void set_epoch(std::int64_t epoch) const {
    if (epoch < 0) detail::refuse_option("epoch", "0 or more", std::to_string(epoch), "epochs are counted from 0");
    state_->set_next_epoch(epoch);
  }

  Dataset const& dataset() const { return *state_->source.dataset; }
  LoaderOptions const& options() const { return state_->options; }
  auto const& after_item() const { return batching().after_item; }
  auto const& before_batch() const { return batching().before_batch; }
  auto const& after_batch() const { return batching().after_batch; }

  /// A loader of its own over the same dataset, with copies of the transforms; its epochs start at 0.
  DataLoader new_with(LoaderOptions const& options) const {
    return DataLoader(detail::loader_state(state_->source.dataset, options, batching()));
  }

  /// A loader of its own over another dataset, with these options and copies of the transforms; a before_batch that does
  /// not take the items of that dataset is left out.
  template <class Other>
  auto with_dataset(Other dataset) const {
    LoaderOptions all = options();
    if (all.plan.may_be_empty()) all.plan = {};  // the other one has items
    return with_dataset(std::move(dataset), all);
  }
  template <class Other>
  auto with_dataset(Other dataset, LoaderOptions const& other_options) const {
    if constexpr (LoadableDataset<Other>)
      return DataLoader<Other, Batching>(
          detail::loader_state(std::make_shared<Other const>(std::move(dataset)), other_options, batching()));
    else
      return DataLoader<Other, Batching>(dataset);
  }

 protected:
  DataLoader() = default;

 private:
  std::shared_ptr<State> state_;
};

template <class Dataset, class... Parts>
DataLoader(Dataset, LoaderOptions, Parts...)
    -> DataLoader<Dataset, decltype(detail::loader_batching(std::declval<Parts>()...))>;

// What cannot be loaded: one sentence says why, and a DataLoader of others keeps more errors away.
template <class Dataset, class Batching>
requires(!LoadableDataset<Dataset>) class DataLoader<Dataset, Batching>
    : public DataLoader<std::vector<detail::AnyLoaders::batch_type>> {
 public:
  static constexpr bool loadable = LoadableDataset<Dataset>;  // the compiler does not list how it was tried
  static_assert(loadable,
                "fastxx::DataLoader(dataset): 'dataset' needs size() and operator[](index) const, or size() and "
                "item(index, context) const");
  template <class... More>
  explicit DataLoader(Dataset const&, LoaderOptions const& = {}, More const&...) {}
  template <class Second, class... More>
  DataLoader(Dataset const&, Second const&, More const&...) {}
};

/// Reads one epoch, once (an input iterator that moves but does not copy); keeps the loader alive. The batch it shows
/// is the caller's until ++: to change, or to move from.
template <class Dataset, class Batching>
class DataLoader<Dataset, Batching>::iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = batch_type;
  using difference_type = std::ptrdiff_t;

  batch_type& operator*() const { return iteration_->batch(); }
  batch_type* operator->() const { return &iteration_->batch(); }
  iterator& operator++() {
    iteration_->advance();
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(iterator const& it, std::default_sentinel_t) { return it.iteration_->done(); }

  /// What was left out until here.
  SkippedItems const& skipped() const { return iteration_->skipped(); }

  // What is left of the epoch is a range, as a directory_iterator is.
  friend iterator begin(iterator& it) { return std::move(it); }
  friend std::default_sentinel_t end(iterator const&) { return {}; }

 private:
  friend DataLoader;
  iterator(std::shared_ptr<State> state, std::int64_t epoch, std::int64_t batch)
      : iteration_(std::make_unique<detail::Iteration<State>>(std::move(state), epoch, batch)) {
    iteration_->advance();
  }

  std::unique_ptr<detail::Iteration<State>> iteration_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/loader.ipp>
#endif
