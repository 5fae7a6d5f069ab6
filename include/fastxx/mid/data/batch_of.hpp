#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// In the place of a before_batch that nobody gave: it takes no items.
struct NoBeforeBatch {};

template <class BeforeBatch, class Item>
concept TakesItems = requires(BeforeBatch const& before_batch, std::vector<Item> items) {
  before_batch(std::move(items));
};

// In the place of a before_batch: what makes the batch of the items itself.
template <class Function>
struct CreateBatch {
  Function function;

  template <class Item>
  requires requires(Function const& make, std::vector<Item> items) { make(std::move(items)); }
  auto operator()(std::vector<Item> items) const { return function(std::move(items)); }
};
template <class T>
inline constexpr bool is_create_batch_v = false;
template <class Function>
inline constexpr bool is_create_batch_v<CreateBatch<Function>> = true;

// The part of a batch that belongs to the workers. A before_batch that takes other items is left out.
template <class BeforeBatch, class Item>
auto collate_with(BeforeBatch const& before_batch, std::vector<Item>& items) {
  if constexpr (!TakesItems<BeforeBatch, Item>)
    return collate(std::move(items));
  else if constexpr (is_create_batch_v<BeforeBatch>)
    return before_batch(std::move(items));
  else
    return collate(before_batch(std::move(items)));
}

// The tensor on the device, itself where it is there already. From pinned memory to a GPU the copy goes on while the
// program does.
Tensor tensor_on(Tensor const& tensor, at::Device device);

// The batch in memory from which a GPU can copy by itself.
Tensor pinned_tensor(Tensor const& tensor);
template <class X>
X pinned(X x) {
  if constexpr (std::derived_from<X, Tensor>)
    return X(pinned_tensor(x));
  else if constexpr (is_tuple_v<X>)
    return map_tuple(std::move(x), [](auto element) { return pinned(std::move(element)); });
  else
    return x;
}

// The batch with all its tensors on the device; what knows no device stays as it is.
template <class X>
auto to_device(X x, at::Device device) {
  if constexpr (std::derived_from<X, Tensor>) {
    return X(tensor_on(x, device));
  } else if constexpr (is_tuple_v<X>) {
    return map_tuple(std::move(x), [&](auto element) { return to_device(std::move(element), device); });
  } else if constexpr (requires {
                         { x.to(device) } -> std::same_as<X>;
                       }) {
    return x.to(device);
  } else {
    return x;
  }
}

// A batch as a std::tuple; one that is no tuple is its only input.
template <class Batch>
auto batch_tuple(Batch batch) {
  return std::tuple<Batch>(std::move(batch));
}
template <class... Elements>
auto batch_tuple(std::tuple<Elements...> batch) {
  return batch;
}
template <class A, class B>
auto batch_tuple(std::pair<A, B> batch) {
  return std::tuple<A, B>(std::move(batch));
}
template <class Batch>
using batch_tuple_t = decltype(batch_tuple(std::declval<Batch>()));

// The part of a batch that belongs to the calling thread.
template <class AfterBatch, class Collated>
auto finish_batch(AfterBatch const& after_batch, Collated collated, at::Device device, CallContext const& context) {
  return after_batch(to_device(std::move(collated), device), context);
}

}  // namespace detail

/// What turns items into batches, in the order it is applied: item transforms, before_batch, (collate), the device,
/// batch transforms. A DataLoader's is `loader.batching()`.
///
/// Source:  own design: what fastai's DataLoader.create_batch and after_batch do, without a loader
template <class AfterItem = Pipeline<>, class AfterBatch = Pipeline<>, class BeforeBatch = detail::NoBeforeBatch>
struct Batching {
  AfterItem after_item = AfterItem();
  AfterBatch after_batch = AfterBatch();
  BeforeBatch before_batch = BeforeBatch();
  at::Device device = at::kCPU;
};
// What g++ finds by itself; clang deduces the parameters of an aggregate from version 17 on.
template <class AfterItem, class AfterBatch, class BeforeBatch>
Batching(AfterItem, AfterBatch, BeforeBatch) -> Batching<AfterItem, AfterBatch, BeforeBatch>;

/// The batch of items as a dataset gives them, all of an item or its inputs alone: `batch_of(items, batching, {.split_idx
/// = Split::valid})`. It does what a DataLoader does; a before_batch that does not take these items is left out.
///
/// Runs:    in the calling thread
/// Errors:  those of the transforms and of collate
/// Source:  fastai 2.7.18 data/load.py DataLoader.create_batch, learner.py predict
template <class Item, class AfterItem, class AfterBatch, class BeforeBatch>
auto batch_of(std::vector<Item> items, Batching<AfterItem, AfterBatch, BeforeBatch> const& batching,
              CallContext const& context) {
  std::vector<std::decay_t<decltype(batching.after_item(std::declval<Item>(), context))>> made;
  made.reserve(items.size());
  for (auto& item : items) made.push_back(batching.after_item(std::move(item), context));
  return detail::finish_batch(batching.after_batch, detail::collate_with(batching.before_batch, made), batching.device,
                              context);
}

namespace detail {

// Element `index` of one column of a batch.
template <class Column>
auto element_of(Column const& column, std::size_t index) {
  if constexpr (std::is_base_of_v<Tensor, Column>)
    return Column(column.select(0, static_cast<std::int64_t>(index)).cpu());
  else if constexpr (is_tuple_v<Column>)
    return map_tuple(column, [index](auto const& part) { return element_of(part, index); });
  else
    return column[index];
}

template <class Column>
std::size_t column_size(Column const& column) {
  if constexpr (std::is_base_of_v<Tensor, Column>)
    return static_cast<std::size_t>(column.size(0));
  else if constexpr (is_tuple_v<Column>)
    return column_size(std::get<0>(column));
  else
    return column.size();
}

// Predictions in the type of the targets they are compared with, where that can be made from a tensor.
template <class Target>
auto predicted_as(Tensor const& predictions) {
  return std::conditional_t<std::is_constructible_v<Target, Tensor>, Target, Tensor>(predictions);
}

}  // namespace detail

/// The samples of a batch, at most `max_n`, on the CPU, with batch and item transforms undone: the inverse of batch_of.
/// Each is a tuple of as many elements as the batch has.
///
/// Source:  fastai 2.7.18 data/core.py TfmdDL.decode_batch
template <class Batch, class AfterItem, class AfterBatch, class BeforeBatch>
auto decode_batch(Batch const& batch, Batching<AfterItem, AfterBatch, BeforeBatch> const& batching, std::size_t max_n) {
  auto const columns = detail::batch_tuple(batching.after_batch.decode(batch));
  auto const n = std::min(max_n, detail::column_size(std::get<0>(columns)));
  auto sample = [&](std::size_t index) {
    return batching.after_item.decode(std::apply(
        [&](auto const&... column) { return std::make_tuple(detail::element_of(column, index)...); }, columns));
  };
  std::vector<decltype(sample(0))> samples;
  for (std::size_t i = 0; i < n; ++i) samples.push_back(sample(i));
  return samples;
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/batch_of.ipp>
#endif
