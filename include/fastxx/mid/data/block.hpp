#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/mid/data/block_parts.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <fastxx/mid/data/multi_category.hpp>
#include <fastxx/mid/data/regression.hpp>
#include <fastxx/mid/data/splitter.hpp>
#include <fastxx/mid/data/torch_items.hpp>
#include <fastxx/mid/data/whole_batch.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Targets that are one class each, told by their names or numbers: `CategoryBlock()`, `CategoryBlock({.vocab = {"cat",
/// "dog"}})`.
///
/// Source:  fastai 2.7.18 data/block.py CategoryBlock (H-11)
/// Example: examples/doc/data_block.cpp
inline auto CategoryBlock(Categorize categorize = {}) { return TransformBlock(pipeline(std::move(categorize))); }

/// Targets that are several classes each, or none: lists of names, or, with an EncodedMultiCategorize, a 0 or 1 for each.
///
/// Source:  fastai 2.7.18 data/block.py MultiCategoryBlock
/// Example: examples/doc/data_block.cpp
inline auto MultiCategoryBlock(MultiCategorize categorize = {}) {
  return TransformBlock(pipeline(std::move(categorize), OneHotEncode{}));
}
template <std::same_as<EncodedMultiCategorize> Encoded>
auto MultiCategoryBlock(Encoded categorize) {
  return TransformBlock(pipeline(std::move(categorize)));
}

/// Targets that are numbers, `n_out` of each item; 0: as many as the first one has.
///
/// Source:  fastai 2.7.18 data/block.py RegressionBlock
/// Example: examples/doc/data_block.cpp
inline auto RegressionBlock(std::int64_t n_out = 0) { return TransformBlock(pipeline(RegressionSetup(n_out))); }

namespace detail {

[[noreturn]] void refuse_no_items(std::string const& source);

template <class Source>
std::string source_text(Source const& source) {
  if constexpr (std::is_convertible_v<Source const&, std::filesystem::path>)
    return "'" + std::filesystem::path(source).string() + "'";
  else
    return type_name<Source>();
}

}  // namespace detail

/// Names, in compiler errors, the block and the stage that are in the wrong: block<1>::stage<Categorize>::takes_none_of<int>.
template <std::size_t Index>
struct block {
  template <class Stage>
  struct stage {
    template <class Item>
    struct takes_none_of {
      static constexpr bool fits = detail::lets_pass<Stage, Item>();
      static_assert(
          fits,
          "fastxx::DataBlock: the getter or a transform of this block takes nothing of what it is given, the "
          "item or what the stage before it made of it; give another getter (get_x, get_y), or another block");
    };
    template <class Item>
    struct returns_nothing_of {
      static constexpr bool fits = !detail::gets_nothing<Stage, Item>;
      static_assert(fits,
                    "fastxx::DataBlock: the getter of this block returns nothing (void); let it return what the "
                    "block wants");
    };
  };
  template <class Item>
  struct has_no_getter_for {
    static constexpr bool refused = !std::is_void_v<Item>;
    static_assert(!refused,
                  "fastxx::DataBlock: this block has no getter and no transform that takes the whole item, of which no "
                  "batch can be made; say what it gets with get_x(&Row::x), or get_y(f) for a target");
  };
};

namespace detail {

// The type on its way through the pipeline of a block.
template <class X, std::size_t Block>
struct BlockCarry {
  static constexpr bool fits = true;
};
struct BlockRefused {
  static constexpr bool fits = false;
};
template <class X, std::size_t Block, class Stage>
consteval auto operator>>(BlockCarry<X, Block>, CheckStep<Stage>) {
  using At = typename block<Block>::template stage<Stage>;
  if constexpr (!At::template returns_nothing_of<X>::fits)
    return BlockRefused{};
  else if constexpr (At::template takes_none_of<X>::fits)
    return BlockCarry<encoded_t<Stage, X>, Block>{};
  else
    return BlockRefused{};
}
template <class Stage>
consteval BlockRefused operator>>(BlockRefused, CheckStep<Stage>) {
  return {};
}
template <std::size_t Block, class Item, class... Stages>
consteval bool block_fits(Pipeline<Stages...> const*) {
  return decltype((BlockCarry<Item, Block>{} >> ... >> CheckStep<Stages>{}))::fits;
}
template <std::size_t Block, class Item, class Stages>
struct BlockFits : std::bool_constant<block_fits<Block, Item>(static_cast<Stages const*>(nullptr))> {};
// Ends at the first block that does not fit: one sentence is enough.
template <class Item, class... Pipelines>
consteval bool blocks_fit(std::tuple<Pipelines...> const*) {
  return []<std::size_t... I>(std::index_sequence<I...>) {
    return std::conjunction_v<BlockFits<I, Item, Pipelines>...>;
  }
  (std::index_sequence_for<Pipelines...>{});
}

// Whether a block gives the items of a source as they are, though nobody can make a batch of them.
template <class Item, class Made, std::size_t I>
consteval bool leaves_whole_item() {
  using Element = std::decay_t<std::tuple_element_t<I, std_tuple_of<Made>>>;
  if constexpr (std::is_same_v<Element, Item> && !is_collatable<Item>())
    return block<I>::template has_no_getter_for<Item>::refused;
  else
    return false;
}
// `Made` is what item transforms leave of an item; a before_batch may take whatever they do.
template <class Item, class Made, bool HasBeforeBatch>
consteval bool leaves_whole_items() {
  if constexpr (is_tuple_v<Made> && !HasBeforeBatch) return []<std::size_t... I>(std::index_sequence<I...>) {
      return (leaves_whole_item<Item, Made, I>() || ...);
    }
  (std::make_index_sequence<std::tuple_size_v<std_tuple_of<Made>>>{});
  else return false;
}

// In the place of datasets that a sentence has refused.
struct RefusedDatasets {};

}  // namespace detail

template <class Described>
class DataBlock;

namespace detail {
template <class T>
inline constexpr bool is_data_block_v = false;
template <class Described>
inline constexpr bool is_data_block_v<DataBlock<Described>> = true;

// What parts describe. clang asks this of a DataBlock that is copied as well, before it sees that it is no part.
template <class... Parts>
consteval auto described_by() {
  if constexpr ((is_data_block_v<Parts> || ...))
    return std::type_identity<RefusedDescription>{};
  else
    return std::type_identity<decltype(describe_block(std::declval<Parts>()...))>{};
}
}  // namespace detail

/// A description of data, said once: what an item is made of, where items come from, how they are split, and what is done
/// to items and batches. Its parts stand in any order:
///
/// `DataBlock(blocks(ImageBlock(), CategoryBlock()), get_items(get_image_files), splitter(RandomSplitter{.seed = 42}),
///            get_y(parent_label), item_tfms(...), batch_tfms(Normalize{}))`
///
/// All but blocks(...) may be left out: without get_items the source is the items, without a splitter a fifth of them is
/// for validation, without a getter a block gets its element of items that are tuples of as many, or the whole item. All
/// blocks but the last are inputs, unless n_inp<N>() says otherwise. Item and batch transforms of the blocks and of the
/// DataBlock are merged: one of each type, the one named last.
///
/// Put it into a function that training and serving call: `load_learner(path, pets(), network)`.
///
/// Errors:  data_error [data_block.no_items] when there is nothing at the source; those of Datasets and dataloaders;
///          compile-time sentences that name block and stage
/// Source:  fastai 2.7.18 data/block.py DataBlock (H-01...H-10)
/// Example: examples/doc/data_block.cpp
template <class Described>
class DataBlock : public Described {
 public:
  template <class... Parts>
  requires(!std::is_base_of_v<Described, Parts> && ...) explicit DataBlock(Parts... parts)
      : Described(detail::describe_block(std::move(parts)...)) {}
  explicit DataBlock(std::type_identity_t<Described> described) : Described(std::move(described)) {}

  /// The items of a source, split and behind the pipelines of the blocks: pairs such as (image, label).
  template <class Source>
  auto datasets(Source source) const {
    if constexpr (is_refused)
      return detail::RefusedDatasets{};
    else
      return split_items(items_of(std::move(source)));
  }

  /// Loaders of all subsets, with the transforms of items and batches. Further ones may be given here as well:
  /// `dataloaders(path, {.batch_size = 32}, item_tfms(...), batch_tfms(...))`.
  template <class Source, class... Parts>
  auto dataloaders(Source source, DataLoadersOptions const& options = {}, Parts... parts) const {
    auto const dsets = datasets(std::move(source));
    if constexpr (std::is_same_v<std::decay_t<decltype(dsets)>, detail::RefusedDatasets>)
      return detail::RefusedLoaders{};
    else
      return loaders_of_items(dsets, options,
                              detail::merge_batchings(this->batching, detail::loader_batching(std::move(parts)...)));
  }

  /// A copy with further item_tfms(...), batch_tfms(...) or before_batch(...); of one type the new one stays.
  template <class... Parts>
  auto new_with(Parts... parts) const {
    auto described = detail::block_description(
        this->type_tfms, detail::merge_batchings(this->batching, detail::loader_batching(std::move(parts)...)),
        this->get_items, this->splitter);
    return DataBlock<decltype(described)>(std::move(described));
  }

 private:
  static constexpr bool is_refused = std::is_same_v<Described, detail::RefusedDescription>;

  template <class Items>
  auto split_items(Items items) const {
    using Pipelines = std::decay_t<decltype(this->pipelines())>;
    if constexpr (std::is_same_v<Items, detail::RefusedItems>)
      return detail::RefusedDatasets{};
    else if constexpr (!detail::blocks_fit<detail::raw_item_t<Items>>(static_cast<Pipelines const*>(nullptr)))
      return detail::RefusedDatasets{};
    else
      return std::apply(
          [&](auto const&... pipeline) {
            return Datasets(std::move(items), this->splitter, n_inp<Described::n_inp>(), pipeline...);
          },
          this->pipelines());
  }
  template <class Dsets, class Batching>
  static auto loaders_of_items(Dsets const& dsets, DataLoadersOptions const& options, Batching batching) {
    using Raw = std::decay_t<decltype(dsets.train().raw_item(0))>;
    using Made = std::decay_t<decltype(batching.after_item(dsets.train()[0]))>;
    constexpr bool has_before_batch = !std::is_same_v<decltype(batching.before_batch), detail::NoBeforeBatch>;
    if constexpr (detail::leaves_whole_items<Raw, Made, has_before_batch>())
      return detail::RefusedLoaders{};
    else
      return detail::make_loaders(dsets, options, std::move(batching));
  }
  template <class Source>
  auto items_of(Source source) const {
    std::string const text = detail::source_text(source);
    auto items = detail::as_items(detail::get_items_from(this->get_items, std::move(source)));
    if (items.size() == 0) detail::refuse_no_items(text);
    return items;
  }
};
template <class Described>
DataBlock(DataBlock<Described>) -> DataBlock<Described>;
template <class... Parts>
requires(!detail::is_data_block_v<Parts> && ...) DataBlock(Parts...)
->DataBlock<typename decltype(detail::described_by<Parts...>())::type>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/block.ipp>
#endif
