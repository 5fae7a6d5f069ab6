#pragma once

#include <fastxx/low/collection/indexing.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/attributes.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/detail/test_items.hpp>
#include <fastxx/mid/data/splitter.hpp>
#include <fastxx/mid/data/whole_batch.hpp>

#include <exception>
#include <memory>
#include <numeric>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

template <class Items>
consteval auto raw_item() {
  if constexpr (NumberedItems<Items>)
    return std::type_identity<std::decay_t<decltype(std::declval<Items const&>()[0])>>{};
  else
    return std::type_identity<int>{};  // behind the sentence that refuses these items
}
template <class Items>
using raw_item_t = typename decltype(raw_item<Items>())::type;
template <std::size_t NInp, class Items, class... Pipelines>
struct DatasetsState;

std::string subset_item_name(Splits const& splits, std::size_t split_idx, std::size_t index);

template <class Set, class Chosen>
auto items_at(Set const& set, Chosen const& chosen) {
  std::vector<std::decay_t<decltype(set[std::size_t(0)])>> items;
  for (std::size_t const index : to_indices(chosen, set.size())) items.push_back(set[index]);
  return items;
}

}  // namespace detail

/// One subset of a Datasets or of TfmdLists: a cheap handle whose items are tuples, one element per pipeline, or what the
/// one pipeline of TfmdLists gives. Several indices, a mask or a Slice give a vector: `dsets.train()[std::vector{0, 2}]`.
///
/// Errors:  data_error [list.index], [list.mask] for indices that are none
/// Source:  fastai 2.7.18 data/core.py FilteredBase.subset (M-43, M-46)
/// Example: examples/doc/datasets.cpp
template <class State>
class DatasetSubset {
 public:
  /// How many leading elements of an item go into the model.
  static constexpr std::size_t n_inp = State::n_inp;

  DatasetSubset(std::shared_ptr<State const> state, int split_idx) : state_(std::move(state)), split_idx_(split_idx) {}

  std::size_t size() const { return indices().size(); }
  int split_idx() const { return split_idx_; }

  /// Item `index` of the subset through all pipelines.
  auto item(std::size_t index, CallContext const& context) const { return encode(raw_item(index), context); }
  auto operator[](std::size_t index) const {
    detail::checked_index(static_cast<std::int64_t>(index), size(), "a subset");
    return item(index, CallContext{.split_idx = split_idx_});
  }
  template <detail::Indexer Chosen>
  auto operator[](Chosen const& chosen) const {
    return detail::items_at(*this, chosen);
  }

  /// What these items of the subset collate to, made at once: where the source has `batch(indices)` and each stage of the
  /// pipelines takes a whole batch (see EncodesBatch) or leaves it alone.
  auto batch(BatchIndices chosen, CallContext const& context) const requires(State::whole) {
    std::vector<std::int64_t> places(chosen.size());
    for (std::size_t i = 0; i < places.size(); ++i) places[i] = indices()[static_cast<std::size_t>(chosen[i])];
    auto const columns = state_->items.batch(BatchIndices(places));
    return through_pipelines([&](auto const& pipeline) {
      return detail::encode_whole<typename State::RawItem>(pipeline, columns, context);
    });
  }

  /// Item `index` as the source has it, before any pipeline.
  decltype(auto) raw_item(std::size_t index) const { return state_->items[static_cast<std::size_t>(indices()[index])]; }

  /// A raw item, of the source or of your own, through all pipelines.
  template <class Raw>
  requires std::is_same_v<Raw, typename State::RawItem>
  auto encode(Raw const& raw, CallContext const& context) const {
    return through_pipelines([&](auto const& pipeline) { return pipeline(raw, context); });
  }

  /// Tells this choice of items from another of the same size.
  std::uint64_t fingerprint() const {
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, number by number
    for (std::int64_t const index : indices()) hash = (hash ^ static_cast<std::uint64_t>(index)) * 0x100000001b3;
    return hash;
  }

  /// Where item `index` of the subset comes from, for error messages.
  std::string item_name(std::size_t index) const {
    return detail::subset_item_name(state_->splits, static_cast<std::size_t>(split_idx_), index);
  }

  /// Undo the pipelines on a sample (of all elements, or of the first), element by element, until each can show itself.
  template <class... Elements>
  auto decode_until_shown(std::tuple<Elements...> const& sample) const {
    if constexpr (State::gives_tuples)
      return std::get<0>(state_->pipelines).decode_until_shown(sample);
    else
      return decode_at(sample, std::index_sequence_for<Elements...>{});
  }

  /// The same for a first target alone.
  template <class Target>
  auto decode_target_until_shown(Target const& target) const
      requires(State::gives_tuples || std::tuple_size_v<decltype(State::pipelines)> > n_inp) {
    return std::get<(State::gives_tuples ? 0 : n_inp)>(state_->pipelines).decode_until_shown(target);
  }

  /// The collection the items come from, all subsets of it.
  auto const& raw_items() const { return state_->items; }

  /// The pipelines, one for each element of an item; not where one gives whole tuples, of which nobody else knows which
  /// part is an input.
  auto const& pipelines() const requires(!State::gives_tuples) { return state_->pipelines; }
  /// The vocabulary of the targets, where they have one.
  std::vector<std::string> class_names() const {
    using Pipelines = std::decay_t<decltype(state_->pipelines)>;
    if constexpr (detail::attribute_count<VocabAttribute, Pipelines>::value == 1)
      return detail::find_in_last<VocabAttribute, std::tuple_size_v<Pipelines> - 1>(state_->pipelines).names();
    else
      return {};
  }

  /// Other raw items through the same, already set up pipelines, all of them in the validation subset.
  template <class Items>
  auto with_items(Items items) const {
    static_assert(std::is_same_v<detail::raw_item_t<Items>, typename State::RawItem>,
                  "fastxx: with_labels: 'items' must be raw items of the dataset, because the labels are made of them; "
                  "for inputs alone leave with_labels out");
    return std::apply([&](auto const&... pipeline) { return test_subset<State::n_inp>(std::move(items), pipeline...); },
                      state_->pipelines);
  }

  template <class Items>
  static consteval bool makes_inputs_of() requires(!State::gives_tuples) {
    return detail::makes_inputs<State::n_inp, typename State::RawItem, detail::raw_item_t<Items>,
                                decltype(State::pipelines)>();
  }
  /// Other items through the input pipelines alone: raw ones, or what any stage takes in their place.
  template <class Items>
  auto inputs_of(Items items) const {
    return inputs_at(std::move(items), std::make_index_sequence<State::n_inp>{});
  }

 private:
  // What each pipeline gives, in a tuple; what the one of TfmdLists gives as it is.
  template <class Run>
  auto through_pipelines(Run const& run) const {
    if constexpr (State::is_list)
      return run(std::get<0>(state_->pipelines));
    else
      return std::apply([&](auto const&... pipeline) { return std::make_tuple(run(pipeline)...); }, state_->pipelines);
  }
  template <class Sample, std::size_t... I>
  auto decode_at(Sample const& sample, std::index_sequence<I...>) const {
    return std::make_tuple(std::get<I>(state_->pipelines).decode_until_shown(std::get<I>(sample))...);
  }
  template <class Items, std::size_t... I>
  auto inputs_at(Items items, std::index_sequence<I...>) const {
    using Raw = typename State::RawItem;
    if constexpr (std::is_same_v<detail::raw_item_t<Items>, Raw>)
      return test_subset<sizeof...(I)>(std::move(items), std::get<I>(state_->pipelines)...);
    else
      return test_subset<sizeof...(I)>(
          std::move(items),
          detail::EnteredPipeline<Raw, I, sizeof...(I), std::decay_t<decltype(std::get<I>(state_->pipelines))>>{
              std::get<I>(state_->pipelines)}...);
  }
  template <std::size_t NInp, class Items, class... Pipelines>
  static auto test_subset(Items items, Pipelines const&... pipelines) {
    using TestState = typename State::template With<NInp, Items, Pipelines...>;
    std::vector<std::int64_t> all(items.size());
    std::iota(all.begin(), all.end(), 0);
    auto state = std::make_shared<TestState>(TestState{{std::move(items), {{}, std::move(all)}, {pipelines...}}});
    return DatasetSubset<TestState>(std::move(state), Split::valid);
  }

  std::vector<std::int64_t> const& indices() const { return state_->splits[static_cast<std::size_t>(split_idx_)]; }

  std::shared_ptr<State const> state_;
  int split_idx_;
};

namespace detail {

// Whether all pipelines take the columns that a collection gives.
template <class Items, class RawItem, class... Pipelines>
consteval bool pipelines_go_whole() {
  if constexpr ((is_pipeline_v<Pipelines> && ...) &&
                requires(Items const& items, BatchIndices indices) { items.batch(indices); }) {
    using Columns = std::decay_t<decltype(std::declval<Items const&>().batch(std::declval<BatchIndices>()))>;
    return (goes_whole<Pipelines, RawItem, Columns> && ...);
  }
  return false;
}

// Items, split and behind their pipelines.
template <class Items, class... Pipelines>
struct SplitItems {
  using Base = SplitItems;
  using RawItem = raw_item_t<Items>;
  static constexpr bool whole = pipelines_go_whole<Items, RawItem, Pipelines...>();
  Items items;
  Splits splits;
  std::tuple<Pipelines...> pipelines;
  static consteval void check() { (Pipelines::template check<RawItem>(), ...); }
};
template <std::size_t NInp, class Items, class... Pipelines>
struct DatasetsState : SplitItems<Items, Pipelines...> {
  static constexpr std::size_t n_inp = NInp;
  static constexpr bool is_list = false, gives_tuples = false;
  template <std::size_t N, class Others, class... Ways>
  using With = DatasetsState<N, Others, Ways...>;
};

// The training items as a collection of their own, for stages that learn.
template <class Items>
struct SubsetView {
  Items const& items;
  std::vector<std::int64_t> const& indices;
  std::size_t size() const { return indices.size(); }
  decltype(auto) operator[](std::size_t index) const { return items[static_cast<std::size_t>(indices[index])]; }
};

[[noreturn]] void throw_refused_item(std::string const& item, char const* what);
void check_splits(Splits const& splits, std::size_t n);
void check_subset(Splits const& splits, int split_idx);

template <class T>
concept DatasetPipeline = requires(T const& t) {
  t.decode_until_shown(0);
}
|| is_pipeline_v<T> || is_n_inp_v<T>;

struct NoSplitter {};

// The first thing that Datasets(items, splitter, pipelines...) cannot take, in one sentence.
template <class Items, class Splitter, class... Pipelines>
consteval bool are_datasets_arguments() {
  constexpr bool items = NumberedItems<Items> && !std::is_convertible_v<Items, std::string_view>;
  constexpr bool splits = items && (std::is_convertible_v<Splitter, Splits> ||
                                    std::is_invocable_r_v<Splits, Splitter const&, Items const&>);
  constexpr bool pipelines = splits && sizeof...(Pipelines) > 0 && (DatasetPipeline<Pipelines> && ...);
  static_assert(
      items,
      "fastxx::Datasets(items, splitter, pipelines...): 'items' must have size() and operator[](index) const, "
      "as a std::vector has; a path is no collection of items");
  static_assert(
      !items || splits,
      "fastxx::Datasets(items, splitter, pipelines...): 'splitter' says which items are for training, as "
      "RandomSplitter{.valid_pct = .2}, IndexSplitter{...}, a Splits, or a function from the items to one do");
  static_assert(
      !splits || pipelines,
      "fastxx::Datasets(items, splitter, pipelines...): behind the splitter come pipelines, one for each element "
      "of an item: pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Categorize{})");
  return pipelines;
}

// Whether a stage wants to see every item at once: what it refuses shall not wait for the middle of an epoch.
struct ChecksItems {
  template <class Stage>
  requires(Stage::checks_items) constexpr bool operator()(Stage const&) const { return true; }
};

template <class State, class Pipeline>
void try_items(State const& state, Pipeline const& pipeline) {
  if constexpr (Pipeline::template count<ChecksItems>() > 0) {
    for (std::size_t s = 0; s < state.splits.size(); ++s)
      for (std::size_t i = 0; i < state.splits[s].size(); ++i) try {
          auto const index = static_cast<std::size_t>(state.splits[s][i]);
          (void)pipeline(state.items[index], CallContext{.split_idx = static_cast<int>(s)});
        } catch (data_error const& inner) {
          ErrorParts parts = inner.parts();
          parts.where = subset_item_name(state.splits, s, i);
          throw data_error(inner.key(), parts);
        } catch (std::exception const& e) {
          throw_refused_item(subset_item_name(state.splits, s, i), e.what());
        }
  }
}

// Splits the items and lets the stages learn from those for training.
template <class State, class Splitter>
std::shared_ptr<State const> set_up(State given, Splitter const& splitter) {
  auto state = std::make_shared<State>(std::move(given));
  auto& [items, splits, pipelines] = static_cast<typename State::Base&>(*state);
  State::check();
  if constexpr (std::is_convertible_v<Splitter, Splits>)
    splits = splitter;
  else
    splits = splitter(std::as_const(items));
  check_splits(splits, items.size());
  SubsetView<std::decay_t<decltype(items)>> const train{items, splits[0]};
  std::apply([&](auto&... pipeline) { (pipeline.setup(train, true), ...); }, pipelines);
  std::apply([&](auto const&... pipeline) { (try_items(*state, pipeline), ...); }, pipelines);
  return state;
}

}  // namespace detail

/// A collection of items seen through one pipeline per element of the resulting tuple, split into subsets.
///
/// All else is lazy: a pipeline runs when an item is asked for. At construction the stages that learn see the
/// training items, and a stage that takes none of the types it would be given is refused by the compiler. All pipelines
/// but the last make inputs, unless it is said: `Datasets(items, splits, n_inp<1>(), image, boxes, labels)`.
///
/// A collection with `batch(indices)`, which gives the columns of many items at once (of pairs a tuple of two), makes
/// whole batches when each stage takes a column: it has `encodes_batch`, as ItemGetter and Categorize have, or does
/// nothing to this type. Otherwise loaders go item by item, with the same batches.
/// Errors:  data_error [datasets.empty], [datasets.empty_split], [datasets.index], [datasets.subset]; [datasets.item] around what a getter
///          throws; what a pipeline with a stage that has
///          `static constexpr bool checks_items = true` (Categorize has) refuses of any item, with the item's number
/// Source:  fastai 2.7.18 data/core.py Datasets
/// Example: examples/doc/datasets.cpp
template <std::size_t NInputs, class Items, class... Pipelines>
class Datasets {
  static_assert(
      sizeof...(Pipelines) == 0 || (NInputs >= 1 && NInputs <= sizeof...(Pipelines)),
      "fastxx::Datasets(items, splits, n_inp<N>(), pipelines...): N must be at least 1 and at most the number of "
      "pipelines");
  static constexpr bool well_placed = !(detail::is_n_inp_v<Pipelines> || ...);
  static_assert(well_placed,
                "fastxx::Datasets: n_inp<N>() stands before the pipelines, Datasets(items, splits, n_inp<N>(), "
                "pipelines...)");
  using State = detail::DatasetsState<NInputs, Items, Pipelines...>;
  using RawItem = typename State::RawItem;

 public:
  using Subset = DatasetSubset<State>;

  /// `splitter` is a Splits, or a function from the items to one.
  template <class Splitter>
  Datasets(Items items, Splitter const& splitter, Pipelines... pipelines) {
    if constexpr (well_placed && detail::are_datasets_arguments<Items, Splitter, Pipelines...>())
      state_ = detail::set_up(State{{std::move(items), {}, {std::move(pipelines)...}}}, splitter);
  }
  explicit Datasets(Items const&) { (void)detail::are_datasets_arguments<Items, detail::NoSplitter, Pipelines...>(); }

  template <class Splitter>
  Datasets(Items items, Splitter const& splitter, NInp<NInputs>, Pipelines... pipelines)
      : Datasets(std::move(items), splitter, std::move(pipelines)...) {}

  Subset subset(int split_idx) const {
    detail::check_subset(state_->splits, split_idx);
    return Subset(state_, split_idx);
  }
  Subset train() const { return subset(Split::train); }
  Subset valid() const { return subset(Split::valid); }
  std::size_t n_subsets() const { return state_->splits.size(); }

  auto const& pipelines() const { return state_->pipelines; }

 private:
  std::shared_ptr<State const> state_;
};

template <class Items>
Datasets(Items) -> Datasets<1, Items>;
template <class Items, class Splitter, class... Pipelines>
Datasets(Items, Splitter, Pipelines...) -> Datasets<detail::default_n_inp(sizeof...(Pipelines)), Items, Pipelines...>;
template <class Items, class Splitter, std::size_t N, class... Pipelines>
Datasets(Items, Splitter, NInp<N>, Pipelines...) -> Datasets<N, Items, Pipelines...>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/datasets.ipp>
#endif
