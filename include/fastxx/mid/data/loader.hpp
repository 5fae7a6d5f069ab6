#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/detail/loader_state.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/data/detail/refused.hpp>
#include <fastxx/mid/data/plan.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
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
};

/// Datasets a DataLoader can read: `size()` with `operator[](index) const`, or with `item(index, CallContext) const`
/// when the dataset runs transforms itself, or with `item(index, CallContext, EpochPlan) const` when its items depend on
/// the plan of the epoch. Several threads read at once.
///
/// A dataset that can make a batch quicker than item by item has `batch(indices) const` as well (or `batch(indices,
/// CallContext)`, `batch(indices, CallContext, EpochPlan)`), which returns what collate() would make of these items; see
/// BatchIndices. A DataLoader uses it unless there is a before_batch hook, or an item transform that takes one item at a
/// time (one without `encodes_batch`, or one that draws): then it goes by items.
template <class Dataset>
concept LoadableDataset = detail::HasItems<Dataset> && requires(Dataset const& dataset) {
  { dataset.size() } -> std::convertible_to<std::size_t>;
};

namespace detail {

// Where a DataLoader wants a pipeline: no part of dataloaders(...), no single stage.
template <class Transforms>
concept LoaderTransforms = !is_part_v<Transforms> && !NamesEncodes<Transforms>;

[[noreturn]] void refuse_option(std::string const& key, std::string expected, std::string got, std::string fix);

void check_loader(LoaderOptions const& options, std::size_t items);

std::unique_ptr<EpochPlans> make_plans(LoaderOptions const& options, std::size_t items);

}  // namespace detail

/// Batches of a dataset: items through after_item, collated (or whole from the dataset), moved to the device, through
/// after_batch.
///
/// A cheap handle: copies are the same loader. The dataset is moved in and shared with new_with(); give a handle or a
/// std::move'd container. What a batch holds depends on (seed, epoch, item index) only, not on the workers.
///
/// Runs:    dataset, after_item, before_batch and collate in the workers (or the calling thread when there are none);
///          device move and after_batch in the calling thread. Workers start with the first begin() and live as long as
///          the loader; they run ahead into the next epoch, by `prefetch` batches each.
/// Errors:  data_error [loader.empty], [loader.batch_size], [loader.workers], [loader.prefetch] here; [loader.item] and
///          [loader.batch] from begin() and ++, at the batch they belong to, around what was thrown
/// Source:  fastai 2.7.18 data/load.py, data/core.py TfmdDL (features M-35, M-39, TR-17, TR-18, TR-21)
/// Example: examples/doc/loader.cpp
template <class Dataset, class AfterItem = Pipeline<>, class AfterBatch = Pipeline<>, class Hooks = LoaderHooks>
class DataLoader {
  using Source = detail::BatchSource<Dataset, AfterItem, Hooks>;
  using State = detail::LoaderState<LoaderOptions, Source, AfterBatch>;

 public:
  using dataset_type = Dataset;
  using item_type = typename Source::Item;
  static_assert(
      std::is_same_v<Hooks, LoaderHooks> || detail::HasBeforeBatch<Hooks, item_type>,
      "fastxx::DataLoader(..., hooks): 'hooks' needs a const member before_batch(std::vector<item_type>) that "
      "returns the items to collate");
  static_assert(Source::whole_type_fits(),
                "fastxx::DataLoader(dataset): batch(indices) of 'dataset' must return the type that its items collate "
                "to: see fastxx::collate");
  using batch_type = typename State::Batch;
  /// Whether batches come from the dataset at once, by its batch(indices), instead of item by item.
  static constexpr bool whole_batches = Source::whole;
  class iterator;

  explicit DataLoader(Dataset dataset, LoaderOptions options = {}, AfterItem after_item = AfterItem(),
                      AfterBatch after_batch = AfterBatch(), Hooks hooks = Hooks())
      : DataLoader(std::make_shared<Dataset const>(std::move(dataset)), options, std::move(after_item),
                   std::move(after_batch), std::move(hooks), Shared{}) {}
  template <std::integral Number, class... More>
  DataLoader(Dataset const&, Number, More const&...) : DataLoader(detail::never<Dataset>()) {
    static_assert(sizeof(Number) == 0,
                  "fastxx::DataLoader(dataset, options): options have names; write DataLoader(dataset, {.batch_size = "
                  "64, .shuffle = true})");
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
  batch_type one_batch() const {
    auto const position = state_->position_of(epoch());
    return state_->finish(*typename State::Builder(state_->source)(position, detail::Cancelled{}), position);
  }

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

  /// A copy of what turns items into batches, to keep without the dataset.
  Batching<AfterItem, AfterBatch, Hooks> batching() const {
    return {after_item(), after_batch(), hooks(), options().device};
  }

  /// The number the next begin() gives its epoch; setting it goes on where an earlier run stopped.
  std::int64_t epoch() const { return state_->next_epoch(); }
  void set_epoch(std::int64_t epoch) const {
    if (epoch < 0) detail::refuse_option("epoch", "0 or more", std::to_string(epoch), "epochs are counted from 0");
    state_->set_next_epoch(epoch);
  }

  Dataset const& dataset() const { return *state_->source.dataset; }
  LoaderOptions const& options() const { return state_->options; }
  AfterItem const& after_item() const { return state_->source.after_item; }
  AfterBatch const& after_batch() const { return state_->after_batch; }
  Hooks const& hooks() const { return state_->source.hooks; }

  /// A loader of its own over the same dataset, with copies of the pipelines and hooks; its epochs start at 0.
  DataLoader new_with(LoaderOptions options) const {
    return DataLoader(state_->source.dataset, options, after_item(), after_batch(), hooks(), Shared{});
  }

  /// A loader of its own over another dataset, with these options and copies of the pipelines and hooks; a hook that
  /// does not take the items of that dataset is left out.
  template <class Other>
  auto with_dataset(Other dataset) const {
    return with_dataset(std::move(dataset), options());
  }
  template <class Other>
  auto with_dataset(Other dataset, LoaderOptions const& other_options) const {
    using Item = typename detail::BatchSource<Other, AfterItem, LoaderHooks>::Item;
    if constexpr (std::is_same_v<Hooks, LoaderHooks> || detail::HasBeforeBatch<Hooks, Item>)
      return DataLoader<Other, AfterItem, AfterBatch, Hooks>(std::move(dataset), other_options, after_item(),
                                                             after_batch(), hooks());
    else
      return DataLoader<Other, AfterItem, AfterBatch>(std::move(dataset), other_options, after_item(), after_batch());
  }

 private:
  struct Shared {};

  DataLoader(std::shared_ptr<Dataset const> dataset, LoaderOptions const& options, AfterItem after_item,
             AfterBatch after_batch, Hooks hooks, Shared) {
    auto const items = static_cast<std::size_t>(dataset->size());
    detail::check_loader(options, items);
    auto plans = detail::make_plans(options, items);
    std::size_t const batches = plans->batches();
    Source source{.dataset = std::move(dataset),
                  .after_item = std::move(after_item),
                  .hooks = std::move(hooks),
                  .seed = options.seed,
                  .split_idx = options.split_idx,
                  .items = items,
                  .plans = std::move(plans),
                  .batches = batches};
    state_ = std::make_shared<State>(options, std::move(source), std::move(after_batch));
  }

  std::shared_ptr<State> state_;
};

template <class Dataset, std::integral Number, class... More>
DataLoader(Dataset, Number, More...) -> DataLoader<Dataset>;

// What cannot be loaded: one sentence says why, and a DataLoader of others keeps more errors away.
template <class Dataset, class AfterItem, class AfterBatch, class Hooks>
requires(!LoadableDataset<Dataset> || !detail::LoaderTransforms<AfterItem> ||
         !detail::LoaderTransforms<AfterBatch>) class DataLoader<Dataset, AfterItem, AfterBatch, Hooks>
    : public DataLoader<std::vector<detail::AnyLoaders::batch_type>> {
 public:
  explicit DataLoader(Dataset const&, LoaderOptions const& = {}, AfterItem const& = detail::never<AfterItem>(),
                      AfterBatch const& = detail::never<AfterBatch>(), Hooks const& = detail::never<Hooks>())
      : DataLoader<std::vector<detail::AnyLoaders::batch_type>>({}) {
    constexpr bool loadable = LoadableDataset<Dataset>;
    static_assert(loadable,
                  "fastxx::DataLoader(dataset): 'dataset' needs size() and operator[](index) const, or size() and "
                  "item(index, context) const");
    static_assert(!loadable || (detail::LoaderTransforms<AfterItem> && detail::LoaderTransforms<AfterBatch>),
                  "fastxx::DataLoader(dataset, options, after_item, after_batch): transforms are given as pipelines, "
                  "pipeline(IntToFloatTensor{}); item_tfms(...) and batch_tfms(...) go to dataloaders(...)");
  }
};

/// Reads one epoch, once (an input iterator that moves but does not copy); keeps the loader alive. The batch it shows
/// is the caller's until ++: to change, or to move from.
template <class Dataset, class AfterItem, class AfterBatch, class Hooks>
class DataLoader<Dataset, AfterItem, AfterBatch, Hooks>::iterator {
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
