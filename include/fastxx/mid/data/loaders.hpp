#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/threads.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/data/detail/refused.hpp>
#include <fastxx/mid/data/detail/test_items.hpp>
#include <fastxx/mid/data/loader.hpp>
#include <fastxx/mid/data/loader_parts.hpp>
#include <fastxx/mid/data/plan.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What DataLoaders need to know: the training loader shuffles and drops a short last batch, the others do neither.
struct DataLoadersOptions {
  std::int64_t batch_size = 64;
  [[no_unique_address]] detail::BsIsBatchSize bs = {};
  std::optional<std::int64_t> valid_batch_size = {};  ///< batch_size when left out
  [[no_unique_address]] detail::ValBsIsValidBatchSize val_bs = {};
  int workers = 0;
  [[no_unique_address]] detail::NumWorkersIsWorkers num_workers = {};
  bool shuffle = true;
  [[no_unique_address]] detail::ShuffleTrainIsShuffle shuffle_train = {};
  std::optional<bool> drop_last = {};  ///< of the training loader; `shuffle` when left out
  std::uint64_t seed = 0;
  std::string device = "cpu";  ///< "cpu", "cuda", "cuda:1", ...
  LoaderPlan plan = {};        ///< of the training loader
  [[no_unique_address]] detail::SamplerIsPlan sampler = {};
  LoaderPlan valid_plan = {};  ///< of the others
  OnItemError on_item_error = OnItemError::stop;
  double timeout = 0;  ///< seconds to wait for a batch of the workers; 0: for ever
  std::optional<bool> pin_memory = {};
  std::function<void(int)> worker_init = {};
  std::function<void(std::int64_t)> before_iter = {};  ///< of the training loader
  std::function<void(std::int64_t)> after_iter = {};   ///< of the training loader
};

/// Said of test items: make targets too, `dls.test_dl(items, with_labels)`.
///
/// Source:  fastai 2.7.18 data/core.py test_dl(with_labels=True)
struct WithLabels {};
inline constexpr WithLabels with_labels{};

namespace detail {
template <class Dataset>
consteval auto pipelines_of() {
  if constexpr (requires(Dataset const& dataset) { dataset.pipelines(); })
    return std::type_identity<std::decay_t<decltype(std::declval<Dataset const&>().pipelines())>>{};
  else
    return std::type_identity<std::tuple<>>{};
}
// What the dataset says, else all but the last element of a batch.
template <class Dataset, class Batch>
consteval std::size_t n_inputs() {
  std::size_t size = 1;
  if constexpr (is_tuple_v<Batch>) size = std::tuple_size_v<std_tuple_of<Batch>>;
  if constexpr (requires { Dataset::n_inp; }) {
    static_assert(Dataset::n_inp >= 1,
                  "fastxx: n_inp of a dataset, the number of inputs in a batch, must be at least 1");
    return std::min<std::size_t>(Dataset::n_inp, size);
  } else {
    return size > 1 ? size - 1 : 1;
  }
}

template <class Loader>
concept OwnLoader = requires {
  typename Loader::batch_type;
  typename Loader::dataset_type;
};
}  // namespace detail

/// Training and validation loaders over subsets of one dataset, with what the pipelines know about the data.
///
/// Loaders over datasets of your own work too: `DataLoaders(train, valid)`, or a vector of them. One loader alone trains
/// without validation: valid() has no batches then, and the table says None for what it would give.
///
/// Errors:  data_error [dataloaders.count], [dataloaders.index]
/// Source:  fastai 2.7.18 data/core.py DataLoaders
/// Example: examples/doc/datasets.cpp
template <class Loader>
class DataLoaders : public ClassNames {
  using subset_type = typename Loader::dataset_type;

 public:
  using loader_type = Loader;
  using batch_type = typename Loader::batch_type;
  /// The pipelines of the datasets, in a tuple; an empty one for a foreign dataset.
  using pipelines_type = typename decltype(detail::pipelines_of<subset_type>())::type;

  /// How many leading elements of a batch go into the model: the static member `n_inp` of the dataset where it has one,
  /// else all but the last.
  static constexpr std::size_t n_inp = detail::n_inputs<subset_type, batch_type>();

  explicit DataLoaders(std::vector<Loader> loaders) : loaders_(std::move(loaders)) {
    if (loaders_.empty())
      throw data_error("dataloaders.count", {.call = "DataLoaders",
                                             .expected = "a training loader, and one for validation if there is one",
                                             .got = "none",
                                             .fix = "give both, the training loader first"});
    if (loaders_.size() == 1) loaders_.push_back(train().new_with(detail::no_validation(train().options())));
  }
  explicit DataLoaders(Loader train) requires(detail::OwnLoader<Loader>)
      : DataLoaders(std::vector<Loader>{std::move(train)}) {}
  DataLoaders(Loader train, Loader valid) requires(detail::OwnLoader<Loader>)
      : DataLoaders(std::vector<Loader>{std::move(train), std::move(valid)}) {}
  template <class Train, class Valid>
  DataLoaders(Train const&, Valid const&) : DataLoaders(std::vector<Loader>{}) {
    static_assert(
        std::is_same_v<Train, Valid> && detail::OwnLoader<Train>,
        "fastxx::DataLoaders(train, valid): two DataLoaders of one type are expected; loaders of two kinds go to "
        "loaders_of(train, valid), a dataset into DataLoader(dataset, {.batch_size = 64}) first");
  }

  Loader& train() { return loaders_[0]; }
  Loader& valid() { return loaders_[1]; }
  Loader const& train() const { return loaders_[0]; }
  Loader const& valid() const { return loaders_[1]; }
  Loader& operator[](std::size_t index) {
    if (index >= loaders_.size())
      throw data_error("dataloaders.index", {.call = "DataLoaders",
                                             .expected = "a loader index below " + std::to_string(loaders_.size()),
                                             .got = std::to_string(index),
                                             .fix = "0 is training, 1 is validation"});
    return loaders_[index];
  }
  std::size_t size() const { return loaders_.size(); }

  /// The vocabulary of the targets.
  auto const& vocab() const {
    return detail::find_in_last<VocabAttribute, std::tuple_size_v<pipelines_type> - 1>(pipelines());
  }
  /// How many numbers a model's last layer must give: one for each class, or for each number of a regression.
  auto c() const {
    static_assert(
        has_pipelines,
        "fastxx::DataLoaders::c(): these loaders read no Datasets, whose pipelines know how many classes there "
        "are; write the number, or class_names().size() where the dataset has classes()");
    if constexpr (has_pipelines)
      return detail::find_in_last<ClassCountAttribute, std::tuple_size_v<pipelines_type> - 1>(pipelines());
    else
      return std::int64_t{};
  }

  /// The names of the classes: those given to set_class_names, else the vocabulary of the targets, else what the
  /// dataset calls `classes()`; empty where nobody knows them.
  std::vector<std::string> class_names() const { return class_names_of(train()); }

  /// A loader of test items, in order, through the item and batch transforms of the validation loader: batches of inputs
  /// alone, for get_preds. `items` is any range of raw items of the dataset, or of what a stage of the input pipeline
  /// takes in their place (an image where a raw item is a pair of image and label; with several inputs a tuple of
  /// them). Raw items that have labels give them with test_dl(items, with_labels).
  ///
  /// Errors:  data_error [loader.empty]; an item that a transform refuses is named by its number when it is read
  /// Source:  fastai 2.7.18 data/core.py DataLoaders.test_dl, test_set (features H-45, TR-15, TR-24)
  /// Example: examples/doc/datasets.cpp
  template <class Items>
  auto test_dl(Items items) const {
    static_assert(has_pipelines,
                  "fastxx::DataLoaders::test_dl(items): these loaders read no Datasets, whose pipelines would make "
                  "inputs of the items; write valid().with_dataset(items)");
    // What is refused gets a loader all the same, so that no error about its use follows the sentence.
    if constexpr (!has_pipelines || !detail::are_items<Items>()) {
      return valid();
    } else {
      using Numbered = decltype(detail::by_number(std::move(items)));
      constexpr bool fits = subset_type::template makes_inputs_of<Numbered>();
      static_assert(
          fits,
          "fastxx::DataLoaders::test_dl(items): an item must be a raw item of the dataset, or what a stage of "
          "the input pipeline takes in its place (a tuple of these when there are several inputs)");
      if constexpr (fits)
        return in_order(train().dataset().inputs_of(detail::by_number(std::move(items))));
      else
        return valid();
    }
  }
  template <class Items>
  auto test_dl(Items items, WithLabels) const {
    if constexpr (detail::are_items<Items>())
      return in_order(train().dataset().with_items(detail::by_number(std::move(items))));
    else
      return valid();
  }

  /// Copies of all that turns raw items into batches, as it has been set up: what predicting needs, without the items.
  auto transforms() const requires(std::tuple_size_v<pipelines_type> > 0) {
    using Types = detail::TypePipelinesOf<n_inp, pipelines_type>;
    using Batching = std::decay_t<decltype(valid().batching())>;
    return DataTransforms<typename Types::type, Batching>{{pipelines()}, valid().batching()};
  }

  pipelines_type const& pipelines() const requires(std::tuple_size_v<pipelines_type> > 0) {
    return train().dataset().pipelines();
  }

 private:
  static constexpr bool has_pipelines = std::tuple_size_v<pipelines_type> != 0;

  template <class Subset>
  auto in_order(Subset subset) const {
    LoaderOptions options = valid().options();
    options.shuffle = false;
    options.drop_last = false;
    options.plan = {};  // it was made for other items
    return valid().with_dataset(std::move(subset), options);
  }

  std::vector<Loader> loaders_;
};
template <class Train, class Valid>
DataLoaders(Train, Valid) -> DataLoaders<
    std::conditional_t<detail::OwnLoader<Train>, Train, DataLoader<std::vector<detail::AnyLoaders::batch_type>>>>;

namespace detail {

// What dataloaders(...) asks for first.
template <class Data>
concept SplitData = requires(Data const& data) {
  data.train();
  data.subset(0);
  data.n_subsets();
};

// What the item transforms learn from: the training items, through the pipelines of the dataset if it has some.
template <class Dataset>
struct TrainItems {
  Dataset const& dataset;
  EpochPlan none = EpochPlan({}, 1, false);
  std::size_t size() const { return dataset.size(); }
  auto operator[](std::size_t index) const {
    return dataset_item(dataset, index, CallContext{.split_idx = Split::train}, none);
  }
};

// What the batch transforms learn from: the first training batch, before any batch transform.
template <class Loader>
struct FirstBatch {
  Loader& loader;
  std::size_t size() const { return 1; }
  auto operator[](std::size_t) const { return loader.one_batch(); }
};

LoaderOptions loader_options(DataLoadersOptions const& options, int split_idx);

// Loaders for every subset, with all that turns items into batches; what learns has not learnt yet.
template <class Datasets, class Batching>
auto make_loaders(Datasets const& datasets, DataLoadersOptions const& options, Batching batching) {
  apply(thread_plan(options.workers));
  auto const train = datasets.train();
  using Subset = std::decay_t<decltype(train)>;
  using AfterItem = decltype(batching.after_item);
  AfterItem::template check<std::decay_t<decltype(TrainItems<Subset>{train}[0])>>();
  batching.after_item.setup(TrainItems<Subset>{train}, true);
  auto loader = [&](Subset subset, int split_idx, auto const& own_batching) {
    return DataLoader(loader_state(std::make_shared<Subset const>(std::move(subset)),
                                   loader_options(options, split_idx), own_batching));
  };
  auto one = loader(train, Split::train, fastxx::Batching{batching.after_item, Pipeline<>(), batching.before_batch});
  check_before_batch<decltype(batching.before_batch), typename decltype(one)::item_type>();
  batching.after_batch.setup(FirstBatch<decltype(one)>{one}, true);
  decltype(batching.after_batch)::template check<typename decltype(one)::batch_type>();

  std::vector<DataLoader<Subset, Batching>> loaders;
  for (std::size_t s = 0; s < datasets.n_subsets(); ++s) {
    int const split_idx = static_cast<int>(s);
    loaders.push_back(loader(datasets.subset(split_idx), split_idx, batching));
  }
  if (loaders.size() == 1) {
    auto const for_valid = loader_options(options, Split::valid);
    loaders.push_back(loaders[0].new_with(no_validation(for_valid)));
  }
  return DataLoaders(std::move(loaders));
}

}  // namespace detail

/// Loaders for every subset of the datasets: `dataloaders(dsets, {.batch_size = 64}, batch_tfms(Normalize{}))`.
///
/// Item transforms that learn see the training items, batch transforms (Normalize without statistics) one training
/// batch; one that takes none of the types it would be given is refused by the compiler. Sets the thread budget: see
/// ThreadPlan.
/// Source:  fastai 2.7.18 data/core.py FilteredBase.dataloaders
/// Example: examples/doc/datasets.cpp
template <class Datasets, class... Parts>
requires detail::SplitData<Datasets>
auto dataloaders(Datasets const& datasets, DataLoadersOptions const& options = {}, Parts... parts) {
  return detail::make_loaders(datasets, options, detail::loader_batching(std::move(parts)...));
}

/// The same from raw items and all that is done with them, said once for training and serving:
/// `dataloaders(items, RandomSplitter{}, clothes(), {.batch_size = 64})`.
///
/// Source:  own design; fastai's DataBlock.dataloaders
/// Example: examples/fashion_mnist.cpp
template <class Items, class Splitter, class Types, class Batching>
auto dataloaders(Items items, Splitter const& splitter, DataTransforms<Types, Batching> const& transforms,
                 DataLoadersOptions const& options = {}) {
  if constexpr (detail::are_datasets_arguments<Items, Splitter, Pipeline<>>()) {
    auto const datasets = std::apply(
        [&](auto const&... pipeline) {
          return Datasets(std::move(items), splitter, n_inp<Types::n_inp>(), pipeline...);
        },
        transforms.pipelines());
    return detail::make_loaders(datasets, options, transforms.batching);
  } else {
    return detail::RefusedLoaders{};
  }
}

namespace detail {
template <class Data, class Second>
inline constexpr bool has_options = SplitData<Data>&& std::is_same_v<Second, DataLoadersOptions>;

template <class Data>
consteval RefusedLoaders refuse_loaders() {
  constexpr bool split = SplitData<Data>;
  static_assert(!split,
                "fastxx::dataloaders(dsets, options, parts...): options have names and come before the parts; write "
                "dataloaders(dsets, {.batch_size = 64}, item_tfms(...), batch_tfms(...))");
  static_assert(split,
                "fastxx::dataloaders(items, splitter, transforms): raw items need a splitter and transforms; write "
                "dataloaders(items, RandomSplitter{}, data_transforms(type_tfms(...), batch_tfms(...)), {.batch_size = "
                "64}), or give it Datasets");
  return {};
}
}  // namespace detail

// What is called otherwise: one sentence says how it is written.
template <class Data>
requires(!detail::SplitData<Data>) auto dataloaders(Data const&, DataLoadersOptions const& = {}) {
  return detail::refuse_loaders<Data>();
}
template <class Data, class Second>
requires(!detail::has_options<Data, Second>) auto dataloaders(Data const&, Second const&,
                                                              DataLoadersOptions const& = {}) {
  return detail::refuse_loaders<Data>();
}
template <class Data, class Second, class Third, class... More>
requires(!detail::has_options<Data, Second>) auto dataloaders(Data const&, Second const&, Third const&,
                                                              More const&...) {
  return detail::refuse_loaders<Data>();
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/loaders.ipp>
#endif
