#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/getter.hpp>
#include <fastxx/mid/data/loader_parts.hpp>
#include <fastxx/mid/data/splitter.hpp>
#include <fastxx/mid/data/splitter_part.hpp>
#include <fastxx/mid/data/torch_items.hpp>

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// One kind of input or target: what makes it of what the getter gives, and what item and batch transforms it brings.
/// `TransformBlock(pipeline(ReadWav{}), item_tfms(...), batch_tfms(...), before_batch(f))`; a function that returns one is
/// a block of your own.
///
/// Source:  fastai 2.7.18 data/block.py TransformBlock (H-10)
/// Example: examples/doc/data_block.cpp
template <class TypeTransforms = Pipeline<>, class Batching = fastxx::Batching<>>
struct TransformBlock {
  TypeTransforms type_tfms;
  Batching batching;

  TransformBlock() : type_tfms(), batching() {}
  template <class First, class... Parts>
  explicit TransformBlock(First first, Parts... parts)
      : type_tfms(pipeline(std::move(first))), batching(detail::loader_batching(std::move(parts)...)) {}
};
TransformBlock()->TransformBlock<>;
template <class First, class... Parts>
TransformBlock(First, Parts...) -> TransformBlock<decltype(pipeline(std::declval<First>())),
                                                  decltype(detail::loader_batching(std::declval<Parts>()...))>;

/// The names of the parts of a DataBlock.
struct BlocksPart {};
struct GetItemsPart {};
struct GettersPart {};
struct GetXPart {};
struct GetYPart {};

/// What an item is made of, inputs first: `blocks(ImageBlock(), CategoryBlock())`.
template <class... Blocks>
constexpr auto blocks(Blocks... given) {
  return Part<BlocksPart, std::tuple<Blocks...>>{{std::move(given)...}};
}
/// A function from the source to the items: `get_items(get_image_files)`.
template <class Function>
constexpr auto get_items(Function function) {
  return Part<GetItemsPart, Function>{std::move(function)};
}
namespace detail {

// In the place of getters that a sentence has refused.
struct RefusedGetter {};
template <class T>
inline constexpr bool has_refused_getter = false;
template <class Name>
inline constexpr bool has_refused_getter<Part<Name, std::tuple<RefusedGetter>>> = true;

template <class Name, class... Functions>
constexpr auto getters_part(Functions... functions) {
  constexpr bool copied = (std::is_copy_constructible_v<Functions> && ...);
  static_assert(
      copied,
      "fastxx::DataBlock: a getter must be copyable, since each loader's pipelines hold one; let a lambda capture "
      "a std::shared_ptr instead of a std::unique_ptr");
  if constexpr (copied)
    return Part<Name, std::tuple<Functions...>>{{std::move(functions)...}};
  else
    return Part<Name, std::tuple<RefusedGetter>>{};
}

}  // namespace detail

/// What takes out of an item what a block wants: of each input, of each target, or of all. A function, a lambda, a member
/// of a row (`get_y(&Row::label)`), a stage or a pipeline; it gets the whole item, and is copied.
template <class... Functions>
constexpr auto get_x(Functions... functions) {
  return detail::getters_part<GetXPart>(std::move(functions)...);
}
template <class... Functions>
constexpr auto get_y(Functions... functions) {
  return detail::getters_part<GetYPart>(std::move(functions)...);
}
template <class... Functions>
constexpr auto getters(Functions... functions) {
  return detail::getters_part<GettersPart>(std::move(functions)...);
}

namespace detail {

template <class T>
inline constexpr bool is_transform_block_v = false;
template <class TypeTransforms, class Batching>
inline constexpr bool is_transform_block_v<TransformBlock<TypeTransforms, Batching>> = true;
template <class Blocks>
inline constexpr bool are_transform_blocks = false;
template <class... Blocks>
inline constexpr bool are_transform_blocks<std::tuple<Blocks...>> = sizeof...(Blocks) > 0 &&
                                                                    (is_transform_block_v<Blocks> && ...);

template <class Name>
inline constexpr bool is_block_part_v =
    std::is_same_v<Name, BlocksPart> || std::is_same_v<Name, GetItemsPart> || std::is_same_v<Name, SplitterPart> ||
    std::is_same_v<Name, GettersPart> || std::is_same_v<Name, GetXPart> || std::is_same_v<Name, GetYPart> ||
    is_loader_part_v<Name>;

// n_inp<N>() among the parts of `Count` blocks, else all but the last.
template <std::size_t N>
consteval std::size_t n_inp_of(std::type_identity<NInp<N>>) {
  return N;
}
template <class Part>
consteval std::size_t n_inp_of(std::type_identity<Part>) {
  return 0;
}
template <std::size_t Count, class... Parts>
consteval std::size_t block_inputs() {
  return (is_n_inp_v<Parts> || ...) ? (std::size_t{0} + ... + n_inp_of(std::type_identity<Parts>{}))
                                    : default_n_inp(Count);
}

// How many getters a part gives; `wanted` where it is not given.
template <class Name, class... Parts>
consteval std::size_t getter_count(std::size_t wanted) {
  if constexpr (count_parts<Name, Parts...>() == 1)
    return std::tuple_size_v<
        typename std::decay_t<decltype(nth_type<find_part<Name, Parts...>(), Parts...>())>::type::value_type>;
  else
    return wanted;
}

template <std::size_t Count, std::size_t NInputs, class... Parts>
consteval bool getters_fit() {
  constexpr std::size_t all = getter_count<GettersPart, Parts...>(Count);
  constexpr std::size_t inputs = getter_count<GetXPart, Parts...>(NInputs);
  constexpr std::size_t targets = getter_count<GetYPart, Parts...>(Count - NInputs);
  static_assert(all == Count, "fastxx::DataBlock: getters(f, ...) has one getter for each block");
  static_assert(inputs == NInputs,
                "fastxx::DataBlock: get_x(f, ...) has one getter for each input; all blocks but the last are inputs, "
                "unless n_inp<N>() is given");
  static_assert(targets == Count - NInputs, "fastxx::DataBlock: get_y(f, ...) has one getter for each target");
  return all == Count && inputs == NInputs && targets == Count - NInputs;
}

// No part twice, else a sentence that names the first one.
template <class Name, class... Parts>
consteval bool at_most_once() {
  return count_parts<Name, Parts...>() <= 1;
}
template <class... Parts>
consteval bool parts_once() {
  constexpr bool of_blocks = at_most_once<BlocksPart, Parts...>(), of_items = at_most_once<GetItemsPart, Parts...>(),
                 of_split = at_most_once<SplitterPart, Parts...>(), of_x = at_most_once<GetXPart, Parts...>(),
                 of_y = at_most_once<GetYPart, Parts...>(), of_all = at_most_once<GettersPart, Parts...>(),
                 of_inputs = (0 + ... + static_cast<int>(is_n_inp_v<Parts>)) <= 1,
                 of_loader = at_most_once<ItemTransformsPart, Parts...>() &&
                             at_most_once<BatchTransformsPart, Parts...>() && at_most_once<BeforeBatchPart, Parts...>();
  static_assert(of_blocks, "fastxx::DataBlock: blocks(...) is given twice; write blocks(first, second)");
  static_assert(of_items, "fastxx::DataBlock: get_items(f) is given twice");
  static_assert(of_split, "fastxx::DataBlock: splitter(s) is given twice");
  static_assert(of_x, "fastxx::DataBlock: get_x(f) is given twice; for two inputs write get_x(f, g)");
  static_assert(of_y, "fastxx::DataBlock: get_y(f) is given twice; for two targets write get_y(f, g)");
  static_assert(of_all, "fastxx::DataBlock: getters(f, ...) is given twice");
  static_assert(of_inputs, "fastxx::DataBlock: n_inp<N>() is given twice");
  static_assert(
      of_loader,
      "fastxx::DataBlock: item_tfms(...), batch_tfms(...) or before_batch(f) is given twice; write item_tfms(f, "
      "g)");
  return of_blocks && of_items && of_split && of_x && of_y && of_all && of_inputs && of_loader;
}

// All that can be wrong with the parts of a DataBlock, each in one sentence.
template <class... Parts>
consteval bool are_block_parts() {
  constexpr bool known = ((is_block_part_v<part_name_t<Parts>> || is_n_inp_v<Parts>)&&...);
  static_assert(
      known,
      "fastxx::DataBlock(parts...): a part must be blocks(...), get_items(f), splitter(s), get_x(f), get_y(f), "
      "getters(f, ...), item_tfms(...), batch_tfms(...), before_batch(f) or n_inp<N>()");
  constexpr bool once = parts_once<Parts...>();
  constexpr bool has_blocks = count_parts<BlocksPart, Parts...>() > 0;
  static_assert(!known || has_blocks,
                "fastxx::DataBlock(parts...): blocks(...) says what an item is made of and must be given, as "
                "blocks(ImageBlock(), CategoryBlock())");
  constexpr bool both = count_parts<GettersPart, Parts...>() > 0 &&
                        count_parts<GetXPart, Parts...>() + count_parts<GetYPart, Parts...>() > 0;
  static_assert(!both, "fastxx::DataBlock(parts...): give getters(f, ...) for all blocks, or get_x(f) and get_y(f)");
  if constexpr (known && once && has_blocks && !both && !(has_refused_getter<Parts> || ...)) {
    using Blocks =
        typename std::decay_t<decltype(nth_type<find_part<BlocksPart, Parts...>(), Parts...>())>::type::value_type;
    constexpr bool blocks_fit = are_transform_blocks<Blocks>;
    static_assert(
        blocks_fit,
        "fastxx::DataBlock: blocks(...) takes blocks: CategoryBlock(), RegressionBlock(), TransformBlock(...), or "
        "what a function of yours makes of one; call the function");
    if constexpr (blocks_fit) {
      constexpr std::size_t count = std::tuple_size_v<Blocks>, inputs = block_inputs<count, Parts...>();
      constexpr bool inputs_fit = inputs >= 1 && inputs <= count;
      static_assert(inputs_fit, "fastxx::DataBlock: n_inp<N>(): N must be at least 1 and at most the number of blocks");
      if constexpr (inputs_fit) return getters_fit<count, inputs, Parts...>();
    }
  }
  return false;
}

struct NoGetItems {};
template <class GetItems, class Source>
auto get_items_from([[maybe_unused]] GetItems const& function, Source source) {
  if constexpr (std::is_same_v<GetItems, NoGetItems>) {
    return source;
  } else {
    constexpr bool callable = std::is_invocable_v<GetItems const&, Source const&>;
    static_assert(callable,
                  "fastxx::DataBlock: get_items(f): 'f' cannot be called with this source; it gets what "
                  "dataloaders(source) is given, a path for get_image_files");
    if constexpr (callable)
      return function(source);
    else
      return RefusedItems();
  }
}

// The transforms of items and batches of several lists, one of each type, the one named last.
template <class Batching>
auto merge_batchings(Batching batching) {
  return batching;
}
template <class First, class Second, class... More>
auto merge_batchings(First const& first, Second const& second, More const&... more) {
  constexpr bool has_first = !std::is_same_v<decltype(First::before_batch), NoBeforeBatch>;
  constexpr bool has_second = !std::is_same_v<decltype(Second::before_batch), NoBeforeBatch>;
  static_assert(!has_first || !has_second,
                "fastxx::DataBlock: two of the blocks, or a block and the DataBlock, have a before_batch(f); write one "
                "function that does what both do");
  auto const& before_batch = [&]() -> auto const& {
    if constexpr (has_first)
      return first.before_batch;
    else
      return second.before_batch;
  }
  ();
  return merge_batchings(fastxx::Batching{merge_pipelines(first.after_item, second.after_item),
                                          merge_pipelines(first.after_batch, second.after_batch), before_batch},
                         more...);
}

// The getter of block I: from getters(...), get_x(...), get_y(...), else an element of the item.
template <std::size_t I, std::size_t Count, std::size_t NInputs, class All, class X, class Y>
constexpr auto block_getter([[maybe_unused]] All const& all, [[maybe_unused]] X const& x, [[maybe_unused]] Y const& y) {
  if constexpr (std::tuple_size_v < All >> 0)
    return as_getter(std::get<I>(all));
  else if constexpr (I < NInputs && std::tuple_size_v<X> > 0)
    return as_getter(std::get<I>(x));
  else if constexpr (I >= NInputs && std::tuple_size_v<Y> > 0)
    return as_getter(std::get<I - NInputs>(y));
  else
    return ElementGetter<I, Count>{};
}

// What a DataBlock knows: the transforms, where items come from, how they are split.
template <class Types, class Batching, class GetItems, class Splitter>
struct BlockDescription : DataTransforms<Types, Batching> {
  GetItems get_items;
  Splitter splitter;
};
// What a sentence has refused.
struct RefusedDescription : BlockDescription<TypePipelines<1>, Batching<>, NoGetItems, RandomSplitter> {};

template <class Types, class Batching, class GetItems, class Splitter>
auto block_description(Types types, Batching batching, GetItems function, Splitter split) {
  return BlockDescription<Types, Batching, GetItems, Splitter>{
      {std::move(types), std::move(batching)}, std::move(function), std::move(split)};
}

template <class... Parts>
auto describe_block(Parts... parts) {
  if constexpr (are_block_parts<Parts...>()) {
    auto const given = pick_part<BlocksPart>(0, parts...);
    constexpr std::size_t count = std::tuple_size_v<std::decay_t<decltype(given)>>;
    constexpr std::size_t inputs = block_inputs<count, Parts...>();
    auto const all = pick_part<GettersPart>(std::tuple<>(), parts...);
    auto const x = pick_part<GetXPart>(std::tuple<>(), parts...);
    auto const y = pick_part<GetYPart>(std::tuple<>(), parts...);
    auto types = [&]<std::size_t... I>(std::index_sequence<I...>) {
      auto pipelines =
          std::make_tuple(pipeline(block_getter<I, count, inputs>(all, x, y), std::get<I>(given).type_tfms)...);
      return typename TypePipelinesOf<inputs, decltype(pipelines)>::type{std::move(pipelines)};
    }
    (std::make_index_sequence<count>{});
    auto batching = std::apply(
        [&](auto const&... one) { return merge_batchings(one.batching..., pick_batching(parts...)); }, given);
    return block_description(std::move(types), std::move(batching), pick_part<GetItemsPart>(NoGetItems{}, parts...),
                             pick_part<SplitterPart>(RandomSplitter{}, parts...));
  } else {
    return RefusedDescription{};
  }
}

}  // namespace detail
}  // namespace fastxx
