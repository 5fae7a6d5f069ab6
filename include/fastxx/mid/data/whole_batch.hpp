#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/transform/check.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/low/transform/transform.hpp>
#include <fastxx/mid/data/collate.hpp>
#include <fastxx/mid/data/plan.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// Which items of a dataset make a batch. A member that takes a std::span<std::int64_t const> or a
/// std::vector<std::int64_t> takes it.
///
/// Source:  own design
/// Example: examples/doc/loader.cpp
struct BatchIndices : std::span<std::int64_t const> {
  BatchIndices(std::span<std::int64_t const> indices) : span(indices) {}
  operator std::vector<std::int64_t>() const { return {begin(), end()}; }
};

/// A transform that makes of a whole batch at once what encodes() makes of its items one by one: `encodes_batch(column)
/// const`, where `column` is what those items would collate to (a TensorImage (N,C,H,W), a std::vector<std::string>, a
/// tuple of columns), and the result what the encoded items would.
///
/// Laws:    collate(encodes(item)...) equals encodes_batch(collate(item...)), to the last bit
/// Models:  ItemGetter, Categorize
/// Source:  own design; fastai's ReadTabBatch reads a batch in one slice (TR-25)
/// Example: examples/doc/datasets.cpp
template <class Stage, class Column>
concept EncodesBatch = requires(Stage const& stage, Column const& column) {
  stage.encodes_batch(column);
};

namespace detail {

// The batch that a dataset makes of its items in one call, with as much of the context as it wants to know.
template <class Dataset>
auto dataset_batch(Dataset const& dataset, BatchIndices indices, [[maybe_unused]] CallContext const& context,
                   [[maybe_unused]] EpochPlan const& plan) {
  if constexpr (requires { dataset.batch(indices, context, plan); })
    return dataset.batch(indices, context, plan);
  else if constexpr (requires { dataset.batch(indices, context); })
    return dataset.batch(indices, context);
  else
    return dataset.batch(indices);
}
template <class Dataset>
concept GivesBatches = requires(Dataset const& dataset, BatchIndices indices, CallContext const& context,
                                EpochPlan const& plan) {
  dataset.batch(indices);
}
|| requires(Dataset const& dataset, BatchIndices indices, CallContext const& context) {
  dataset.batch(indices, context);
}
|| requires(Dataset const& dataset, BatchIndices indices, CallContext const& context, EpochPlan const& plan) {
  dataset.batch(indices, context, plan);
};

// Whether collate() has a rule for items of a type.
template <class T>
consteval bool is_collatable();
template <class T, std::size_t... I>
consteval bool elements_collatable(std::index_sequence<I...>) {
  return (is_collatable<std::remove_cvref_t<std::tuple_element_t<I, std_tuple_of<T>>>>() && ...);
}
template <class T>
consteval bool is_collatable() {
  if constexpr (CollatedByUser<T> || std::is_arithmetic_v<T> || is_number_list_v<T> || std::derived_from<T, Tensor> ||
                std::is_same_v<T, std::string>)
    return true;
  else if constexpr (is_tuple_v<T>)
    return elements_collatable<T>(std::make_index_sequence<std::tuple_size_v<std_tuple_of<T>>>{});
  else
    return false;
}

// A class that inherits encodes_batch() but has an encodes() of its own has not said that the two do the same.
template <class Member>
struct declaring_class {
  using type = void;
};
template <class Class, class Member>
struct declaring_class<Member Class::*> {
  using type = Class;
};
template <class Stage>
consteval bool declared_together() {
  if constexpr (requires { &Stage::encodes, &Stage::encodes_batch; })
    return std::is_same_v<typename declaring_class<decltype(&Stage::encodes)>::type,
                          typename declaring_class<decltype(&Stage::encodes_batch)>::type>;
  return true;
}

// Whether a stage makes of a column of Items, in one call, what it makes of the Items. What it leaves alone it leaves
// alone in a column as well; what it draws it draws for each item.
template <class Stage, class Item, class Column>
consteval bool encodes_column();
template <class Stage, class Item, class Column, std::size_t... I>
consteval bool encodes_columns(std::index_sequence<I...>) {
  return (encodes_column<Stage, std::decay_t<std::tuple_element_t<I, std_tuple_of<Item>>>,
                         std::decay_t<std::tuple_element_t<I, std_tuple_of<Column>>>>() &&
          ...);
}
template <class Stage, class Item, class Column>
consteval bool encodes_column() {
  if constexpr (!touches_item<Stage, Item>()) {
    return true;
  } else if constexpr (NamesDraw<Stage>) {
    return false;
  } else if constexpr (is_tuple_v<Item> && !std::is_base_of_v<ItemTransform, Stage>) {
    if constexpr (is_tuple_v<Column>) {
      constexpr std::size_t size = std::tuple_size_v<std_tuple_of<Item>>;
      if constexpr (std::tuple_size_v<std_tuple_of<Column>> == size)
        return encodes_columns<Stage, Item, Column>(std::make_index_sequence<size>{});
    }
    return false;
  } else {
    return EncodesBatch<Stage, Column> && !encodes_by_extension<Stage, Item> && declared_together<Stage>();
  }
}

template <class Item, class Stage, class Column>
auto encode_column(Stage const& stage, Column const& column) {
  if constexpr (!touches_item<Stage, Item>())
    return column;
  else if constexpr (is_tuple_v<Item> && !std::is_base_of_v<ItemTransform, Stage>)
    return [&]<std::size_t... I>(std::index_sequence<I...>) {
      return retuple<Column>(
          encode_column<std::decay_t<std::tuple_element_t<I, std_tuple_of<Item>>>>(stage, std::get<I>(column))...);
    }
  (std::make_index_sequence<std::tuple_size_v<std_tuple_of<Item>>>{});
  else if constexpr (std::is_base_of_v<ItemTransform, Stage>) return retain_tuple(column, stage.encodes_batch(column));
  else return retain(column, stage.encodes_batch(column));
}

// A column (or a reference to one) on its way through the stages, with the type its items would have by now.
struct NotWhole {};
template <class Item, class Column>
struct WholeCarry {
  Column column;
};
template <class Stage>
struct WholeStep {
  Stage const& stage;
  CallContext const& context;
};
template <class Item, class Column, class Stage>
auto operator>>(WholeCarry<Item, Column> carry, WholeStep<Stage> step) {
  if constexpr (!touches_item<Stage, Item>()) {
    return carry;
  } else if constexpr (encodes_column<Stage, Item, std::decay_t<Column>>()) {
    using Encoded = decltype(encode_column<Item>(step.stage, carry.column));
    using Next = WholeCarry<encoded_t<Stage, Item>, Encoded>;
    if constexpr (requires { step.stage.split_idx; }) {
      if constexpr (std::is_same_v<Encoded, std::decay_t<Column>>) {
        if (!runs_for(step.stage, step.context.split_idx)) return Next{std::move(carry.column)};
        return Next{encode_column<Item>(step.stage, carry.column)};
      } else {
        return NotWhole{};
      }
    } else {
      return Next{encode_column<Item>(step.stage, carry.column)};
    }
  } else {
    return NotWhole{};
  }
}
template <class Stage>
NotWhole operator>>(NotWhole, WholeStep<Stage>) {
  return {};
}

template <class Item, class Column, class... Stages>
auto carry_whole(Pipeline<Stages...> const& pipeline, Column const& column, CallContext const& context) {
  return hana::unpack(pipeline.stages(), [&](Stages const&... stage) {
    return (WholeCarry<Item, Column const&>{column} >> ... >> WholeStep<Stages>{stage, context});
  });
}

// Whether a pipeline makes of a column of Items what collate() makes of the encoded Items.
template <class Item, class Column>
consteval bool ends_whole(std::type_identity<WholeCarry<Item, Column>>) {
  if constexpr (is_collatable<Item>())
    return std::is_same_v<std::decay_t<Column>, decltype(collate(std::declval<std::vector<Item>>()))>;
  else
    return false;
}
consteval bool ends_whole(std::type_identity<NotWhole>) { return false; }
template <class Pipeline, class Item, class Column>
inline constexpr bool goes_whole =
    ends_whole(std::type_identity<decltype(carry_whole<Item>(std::declval<Pipeline const&>(),
                                                             std::declval<Column const&>(), CallContext{}))>{});

template <class Item, class Pipeline, class Column>
auto encode_whole(Pipeline const& pipeline, Column const& column, CallContext const& context) {
  return carry_whole<Item>(pipeline, column, context).column;
}

}  // namespace detail
}  // namespace fastxx
