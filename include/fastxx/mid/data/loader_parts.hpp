#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/batch_of.hpp>

#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// The names of the parts that item_tfms(...), batch_tfms(...) and before_batch(...) make.
struct ItemTransformsPart {};
struct BatchTransformsPart {};
struct BeforeBatchPart {};

/// Transforms of single items, run in the workers on the CPU.
template <class... Transforms>
constexpr auto item_tfms(Transforms... transforms) {
  auto composed = pipeline(std::move(transforms)...);
  return Part<ItemTransformsPart, decltype(composed)>{std::move(composed)};
}
/// Transforms of whole batches, run on the loader's device. They are tried on every element of a batch: a generic lambda
/// takes the targets as well, `only<TensorImage>(f)` leaves them alone; `describe<Batch>()` of the pipeline lists what each
/// stage takes and gives.
template <class... Transforms>
constexpr auto batch_tfms(Transforms... transforms) {
  auto composed = pipeline(std::move(transforms)...);
  return Part<BatchTransformsPart, decltype(composed)>{std::move(composed)};
}
/// A function from the items of a batch, a vector, to those that are collated: it pads them to one length. Written as a
/// template it serves items with and without targets. Workers call it at once, so it is const.
///
/// Source:  fastai 2.7.18 data/load.py (features M-36)
/// Example: examples/doc/loader.cpp
template <class Function>
constexpr auto before_batch(Function function) {
  return Part<BeforeBatchPart, Function>{std::move(function)};
}

/// In the place of a before_batch: a function that makes the batch itself of its items, a vector, where collate() would
/// not do. Written as a template it serves items with and without targets. Workers call it at once, so it is const.
///
/// Source:  fastai 2.7.18 data/load.py create_batch, do_batch (features M-36)
/// Example: examples/doc/loader.cpp
template <class Function>
constexpr auto create_batch(Function function) {
  return Part<BeforeBatchPart, detail::CreateBatch<Function>>{{std::move(function)}};
}

namespace detail {
struct OnlyItem {
  template <class Item>
  Item operator()(std::vector<Item> items) const {
    return std::move(items.front());
  }
};
}  // namespace detail

/// Items come one by one as they are, not collated: of a dataset that gives batches already. The batch size has no
/// meaning then.
///
/// Source:  fastai 2.7.18 data/load.py DataLoader(bs=None) (features M-35)
/// Example: examples/doc/loader.cpp
constexpr auto unbatched() { return create_batch(detail::OnlyItem{}); }

namespace detail {

template <class Name>
inline constexpr bool is_loader_part_v =
    std::is_same_v<Name, ItemTransformsPart> || std::is_same_v<Name, BatchTransformsPart> ||
    std::is_same_v<Name, BeforeBatchPart>;

// What the parts of a loader say, among others or not; what no part says does nothing.
template <class... Parts>
constexpr auto pick_batching(Parts&&... parts) {
  return Batching{pick_part<ItemTransformsPart>(Pipeline<>(), std::forward<Parts>(parts)...),
                  pick_part<BatchTransformsPart>(Pipeline<>(), std::forward<Parts>(parts)...),
                  pick_part<BeforeBatchPart>(NoBeforeBatch(), std::forward<Parts>(parts)...)};
}

// The same where no other part may stand: one sentence says what does not fit, and no second error follows.
template <class... Parts>
constexpr auto loader_batching(Parts... parts) {
  constexpr bool named = (is_part_v<Parts> && ...);
  constexpr bool known = (is_loader_part_v<part_name_t<Parts>> && ...);
  constexpr bool once = ((count_parts<part_name_t<Parts>, Parts...>() == 1) && ...);
  static_assert(
      named,
      "fastxx: what a loader does to its items and batches is given by name; write item_tfms(...) or "
      "batch_tfms(...) around a stage or pipeline, before_batch(f) or create_batch(f) around a function of all items "
      "of a batch");
  static_assert(
      !named || known,
      "fastxx: the parts of a loader are item_tfms(...), batch_tfms(...), before_batch(f), create_batch(f) and "
      "unbatched(); type_tfms(...) goes to data_transforms(...), what is left to Learner");
  static_assert(!known || once,
                "fastxx: item_tfms(...), batch_tfms(...) or before_batch(f) is given twice; create_batch(f) and "
                "unbatched() take the place of before_batch(f)");
  if constexpr (known && once)
    return pick_batching(std::move(parts)...);
  else
    return Batching<>{};
}

}  // namespace detail
}  // namespace fastxx
