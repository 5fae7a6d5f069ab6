#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/splitter.hpp>
#include <fastxx/mid/data/torch_items.hpp>
#include <fastxx/mid/data/whole_batch.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Some items of a dataset of your own: a cheap handle that shares the dataset, and knows what it knows, the names of the
/// classes, whole batches and the number of inputs.
///
/// Source:  own design; PyTorch's torch.utils.data.Subset forgets the names (H-59)
/// Example: examples/foreign_dataset.cpp
template <class Dataset>
class Subset {
 public:
  /// How many leading elements of an item go into the model: as the dataset says, or all but the last.
  static constexpr std::size_t n_inp =
      detail::n_inputs<Dataset,
                       std::decay_t<decltype(detail::dataset_item(std::declval<Dataset const&>(), 0, CallContext{},
                                                                  std::declval<EpochPlan const&>()))>>();

  Subset(std::shared_ptr<Dataset const> dataset, std::vector<std::int64_t> indices)
      : dataset_(std::move(dataset)), indices_(std::make_shared<std::vector<std::int64_t> const>(std::move(indices))) {}

  std::size_t size() const { return indices_->size(); }
  decltype(auto) operator[](std::size_t index) const requires(requires(Dataset const& d) { d[index]; }) {
    return (*dataset_)[place(index)];
  }
  decltype(auto) item(std::size_t index, CallContext const& context) const
      requires(requires(Dataset const& d) { d.item(index, context); }) {
    return dataset_->item(place(index), context);
  }
  decltype(auto) item(std::size_t index, CallContext const& context, EpochPlan const& plan) const
      requires(requires(Dataset const& d) { d.item(index, context, plan); }) {
    return dataset_->item(place(index), context, plan);
  }
  auto batch(BatchIndices chosen, CallContext const& context, EpochPlan const& plan) const
      requires(detail::GivesBatches<Dataset>) {
    std::vector<std::int64_t> places(chosen.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = (*indices_)[static_cast<std::size_t>(chosen[i])];
    return detail::dataset_batch(*dataset_, BatchIndices(places), context, plan);
  }

  /// The names of the classes, where the dataset has them.
  std::vector<std::string> classes() const { return detail::names_of_classes(*dataset_); }
  /// Which item of the dataset it is, for error messages.
  std::string item_name(std::size_t index) const { return detail::item_name(*dataset_, place(index)); }

  Dataset const& dataset() const { return *dataset_; }
  std::vector<std::int64_t> const& indices() const { return *indices_; }

 private:
  std::size_t place(std::size_t index) const { return static_cast<std::size_t>((*indices_)[index]); }

  std::shared_ptr<Dataset const> dataset_;
  std::shared_ptr<std::vector<std::int64_t> const> indices_;
};

namespace detail {

template <class T>
inline constexpr bool is_subset_v = false;
template <class Dataset>
inline constexpr bool is_subset_v<Subset<Dataset>> = true;

// All of a dataset, as a cheap handle.
template <class Dataset>
auto whole_subset(Dataset dataset) {
  if constexpr (is_subset_v<Dataset>) {
    return dataset;
  } else if constexpr (TorchDataset<Dataset>) {
    return whole_subset(TorchItems<Dataset>(std::move(dataset)));
  } else {
    std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.size()));
    std::iota(all.begin(), all.end(), 0);
    return Subset<Dataset>(std::make_shared<Dataset const>(std::move(dataset)), std::move(all));
  }
}

[[noreturn]] void refuse_no_datasets();

// Datasets that are already apart, as make_loaders asks for them.
template <class Dataset>
struct ApartDatasets {
  std::vector<Dataset> all;
  Dataset const& train() const { return all[0]; }
  Dataset const& subset(int split_idx) const { return all[static_cast<std::size_t>(split_idx)]; }
  std::size_t n_subsets() const { return all.size(); }
};

template <class Dataset, class... Parts>
auto loaders_apart(std::vector<Dataset> datasets, DataLoadersOptions const& options, Parts... parts) {
  if (datasets.empty()) refuse_no_datasets();
  using Handle = decltype(whole_subset(std::move(datasets[0])));
  ApartDatasets<Handle> apart;
  for (auto& dataset : datasets) apart.all.push_back(whole_subset(std::move(dataset)));
  return make_loaders(apart, options, loader_batching(std::move(parts)...));
}

}  // namespace detail

/// How much of a dataset each of its parts gets: numbers of items, `{800, 200}`, or fractions of all, `{.8, .2}`.
///
/// Source:  PyTorch torch.utils.data.random_split
/// Example: examples/foreign_dataset.cpp
struct PartSizes {
  std::vector<std::int64_t> lengths = {};
  std::vector<double> fractions = {};

  PartSizes(std::initializer_list<std::int64_t> items) : lengths(items) {}
  PartSizes(std::vector<std::int64_t> items) : lengths(std::move(items)) {}
  template <std::floating_point Fraction>
  PartSizes(std::initializer_list<Fraction> of_all) : fractions(of_all.begin(), of_all.end()) {}
  PartSizes(std::vector<double> of_all) : fractions(std::move(of_all)) {}
};

namespace detail {
std::vector<std::vector<std::int64_t>> random_parts(std::size_t size, PartSizes const& sizes,
                                                    std::optional<std::uint64_t> seed);
}  // namespace detail

/// Random parts of a dataset, each item in one of them: `random_split(data, {800, 200}, 42)`. With a seed the order is
/// RandomSplitter's, without one it comes from torch's global generator. Fractions are rounded down; what that leaves goes
/// one by one to the first parts.
///
/// Errors:  data_error [random_split.lengths] unless the lengths are 1 or more and add up to the dataset's size,
///          [random_split.fractions] unless fractions add up to 1
/// Source:  PyTorch torch.utils.data.random_split (H-59)
/// Example: examples/foreign_dataset.cpp
template <class Dataset>
auto random_split(Dataset dataset, PartSizes const& sizes, std::optional<std::uint64_t> seed = {}) {
  auto items = detail::as_items(std::move(dataset));
  using Items = decltype(items);
  auto const shared = std::make_shared<Items const>(std::move(items));
  std::vector<Subset<Items>> parts;
  for (auto& indices : detail::random_parts(static_cast<std::size_t>(shared->size()), sizes, seed))
    parts.emplace_back(shared, std::move(indices));
  return parts;
}

/// Loaders over datasets of your own that are already apart, the training set first: `from_dsets(train, valid,
/// {.batch_size = 20}, batch_tfms(...))`, or of a vector of datasets, as random_split gives it; datasets of torch::data
/// too. The training loader shuffles and drops a short last batch, the others do neither.
///
/// Errors:  those of dataloaders(...)
/// Source:  fastai 2.7.18 data/core.py DataLoaders.from_dsets (M-48)
/// Example: examples/foreign_dataset.cpp
template <class Dataset, class... Parts>
auto from_dsets(std::vector<Dataset> datasets, DataLoadersOptions const& options = {}, Parts... parts) {
  constexpr bool numbered = !detail::IterableItems<Dataset>;
  static_assert(numbered,
                "fastxx::from_dsets: items without numbers are no subsets; write DataLoaders(DataLoader(train, {...}), "
                "DataLoader(valid, {...}))");
  constexpr bool loadable = numbered && (LoadableDataset<Dataset> || detail::TorchDataset<Dataset>);
  static_assert(
      !numbered || loadable,
      "fastxx::from_dsets(datasets): a std::vector of datasets is expected; datasets that are vectors of items "
      "are from_dsets(train, valid)");
  if constexpr (loadable)
    return detail::loaders_apart(std::move(datasets), options, std::move(parts)...);
  else
    return detail::RefusedLoaders{};
}
template <class Train, class Valid, class... Parts>
requires((LoadableDataset<Train> || detail::TorchDataset<Train>)&&(
    LoadableDataset<Valid> || detail::TorchDataset<Valid>)) auto from_dsets(Train train, Valid valid,
                                                                            DataLoadersOptions const& options = {},
                                                                            Parts... parts) {
  static_assert(std::is_same_v<Train, Valid>,
                "fastxx::from_dsets(train, valid): both datasets must have one type; datasets of two types go to "
                "loaders_of(DataLoader(train, {.shuffle = true}), DataLoader(valid))");
  if constexpr (std::is_same_v<Train, Valid>)
    return from_dsets(std::vector<Train>{std::move(train), std::move(valid)}, options, std::move(parts)...);
  else
    return detail::RefusedLoaders{};
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/subset.ipp>
#endif
