#pragma once

#include <fastxx/low/collection/indexing.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/splitter.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// How many leading elements of what a pipeline gives go into the model.
template <class Item>
consteval std::size_t inputs_in() {
  if constexpr (is_tuple_v<Item>)
    return default_n_inp(std::tuple_size_v<std_tuple_of<Item>>);
  else
    return 1;
}

template <class Items, class Stages>
struct TfmdListsState : SplitItems<Items, Stages> {
  using Item = std::decay_t<decltype(std::declval<Stages const&>()(std::declval<raw_item_t<Items> const&>()))>;
  static constexpr std::size_t n_inp = inputs_in<Item>();
  static constexpr bool is_list = true, gives_tuples = is_tuple_v<Item>;
  template <std::size_t, class Others, class... Ways>
  using With = TfmdListsState<Others, Ways...>;
};

// All for training.
struct TrainOnAll {
  template <class Items>
  Splits operator()(Items const& items) const {
    return splits_of(std::vector<std::int64_t>(items.size(), 0), 1);
  }
};

// The first thing that TfmdLists(items, splitter, pipeline) cannot take, in one sentence.
template <class Items, class Splitter, class Stages>
consteval bool are_list_arguments() {
  constexpr bool items = NumberedItems<Items> && !std::is_convertible_v<Items, std::string_view>;
  constexpr bool stages = items && is_pipeline_v<Stages>;
  constexpr bool splits = stages && (std::is_convertible_v<Splitter, Splits> ||
                                     std::is_invocable_r_v<Splits, Splitter const&, Items const&>);
  static_assert(
      items,
      "fastxx::TfmdLists(items, splitter, pipeline): 'items' must have size() and operator[](index) const, as "
      "a std::vector has; a path is no collection of items");
  static_assert(
      !items || stages,
      "fastxx::TfmdLists(items, splitter, pipeline): the last argument is one pipeline(...) of the transforms; "
      "several pipelines, one for each element of an item, are Datasets");
  static_assert(!stages || splits,
                "fastxx::TfmdLists(items, splitter, pipeline): 'splitter' says which items are for training, as "
                "RandomSplitter{.valid_pct = .2} or a Splits does; all are without it");
  return splits;
}

}  // namespace detail

/// A collection of items seen through one pipeline: `TfmdLists(files, RandomSplitter{}, pipeline(read, f))`.
/// An item is what the pipeline gives, and no tuple unless it gives one; a tuple's elements but the last are inputs.
///
/// Lazy: the pipeline runs when an item is asked for; at construction its stages learn from the training items. `lists[i]`
/// is item i of all, transformed for no subset in particular; several indices, a mask or a Slice give a vector. Without a
/// splitter all items are for training. Of a pipeline that gives tuples loaders know no loss and no c(): give loss_func(...).
///
/// Errors:  those of Datasets; data_error [list.index], [list.mask] for indices that are none
/// Source:  fastai 2.7.18 data/core.py TfmdLists (M-42, M-43)
/// Example: examples/doc/datasets.cpp
template <class Items, class Stages>
class TfmdLists {
  using State = detail::TfmdListsState<Items, Stages>;

 public:
  using Subset = DatasetSubset<State>;

  /// `splitter` is a Splits, or a function from the items to one.
  template <class Splitter>
  TfmdLists(Items items, Splitter const& splitter, Stages pipeline) {
    if constexpr (detail::are_list_arguments<Items, Splitter, Stages>())
      state_ = detail::set_up(State{{std::move(items), {}, {std::move(pipeline)}}}, splitter);
  }
  TfmdLists(Items items, Stages pipeline) : TfmdLists(std::move(items), detail::TrainOnAll{}, std::move(pipeline)) {}

  Subset subset(int split_idx) const {
    detail::check_subset(state_->splits, split_idx);
    return Subset(state_, split_idx);
  }
  Subset train() const { return subset(Split::train); }
  Subset valid() const { return subset(Split::valid); }
  std::size_t n_subsets() const { return state_->splits.size(); }

  std::size_t size() const { return state_->items.size(); }
  auto operator[](std::size_t index) const {
    return pipeline()(state_->items[detail::checked_index(static_cast<std::int64_t>(index), size(), "TfmdLists")]);
  }
  template <detail::Indexer Chosen>
  auto operator[](Chosen const& chosen) const {
    return detail::items_at(*this, chosen);
  }

  /// Undo the pipeline; and until the item can show itself, on a context such as ImageCell.
  template <class X>
  auto decode(X const& x) const {
    return pipeline().decode(x);
  }
  template <class X, class Context>
  Context show(X const& x, Context context) const {
    return pipeline().show(x, std::move(context));
  }

  Stages const& pipeline() const { return std::get<0>(state_->pipelines); }

 private:
  std::shared_ptr<State const> state_;
};

}  // namespace fastxx
