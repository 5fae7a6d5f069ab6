#pragma once

#include <fastxx/low/core/named.hpp>
#include <fastxx/low/transform/function.hpp>
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {
template <class Pointer>
struct class_of_member;
template <class Member, class Class>
struct class_of_member<Member Class::*> {
  using type = Class;
};
template <class Pointer>
using class_of_member_t = typename class_of_member<Pointer>::type;
}  // namespace detail

/// What takes one element out of an item of a DataBlock, as a stage: a function, a lambda, a pointer to a member. It gets
/// the whole item, a tuple too.
///
/// Source:  fastai 2.7.18 data/block.py, getters (H-05, H-06); differs: fastai calls a function with each element of a tuple
/// Example: examples/doc/data_block.cpp
template <class Function>
struct Getter : ItemTransform {
  [[no_unique_address]] Function function;

  explicit constexpr Getter(Function f) : function(std::move(f)) {}

  static std::string name() {
    if constexpr (std::is_member_pointer_v<Function>) {
      return "a member of " + type_name<detail::class_of_member_t<Function>>();
    } else if constexpr (std::is_pointer_v<Function>) {
      return "a function";
    } else {
      std::string const type = type_name<Function>();
      return type.find("lambda") == std::string::npos ? type : "lambda";
    }
  }
  /// As it is called in files: a member by its class, since which one it is the program says again.
  std::string export_name() const {
    if constexpr (std::is_member_pointer_v<Function>)
      return "member of " + detail::portable_name(type_name<detail::class_of_member_t<Function>>());
    else
      return fastxx::export_name(function);
  }

  template <class Item>
  requires std::is_invocable_v < Function const&, std::remove_const_t<Item>
  const& > constexpr auto encodes(Item& item) const { return std::invoke(function, std::as_const(item)); }
};

/// Element `Index` of items that are tuples of `Size` elements; other items as they are. It is what a DataBlock does for
/// a block without a getter.
///
/// Source:  own design; fastai's DataBlock gives the whole item to each block
/// Example: examples/doc/data_block.cpp
template <std::size_t Index, std::size_t Size>
struct ElementGetter : ItemTransform {
  static constexpr bool optional = true;

  static std::string name() { return "element " + std::to_string(Index); }
  // The name that files have had from the beginning.
  static std::string export_name() {
    return "ElementGetter<" + std::to_string(Index) + "," + std::to_string(Size) + ">";
  }

  template <class Tuple>
  requires(is_tuple_v<Tuple>) constexpr auto encodes(Tuple const& item) const
      requires(std::tuple_size_v<detail::std_tuple_of<Tuple>> == Size) {
    return std::get<Index>(item);
  }
  template <class Columns>
  requires(is_tuple_v<Columns>) constexpr auto encodes_batch(Columns const& columns) const
      requires(std::tuple_size_v<detail::std_tuple_of<Columns>> == Size) {
    return std::get<Index>(columns);
  }
};

namespace detail {

// Whether a stage is a getter that returns nothing for an item.
template <class Stage, class Item>
inline constexpr bool gets_nothing = false;
template <class Function, class Item>
requires std::is_invocable_v<Function const&, Item const&>
inline constexpr bool gets_nothing<Getter<Function>, Item> =
    std::is_void_v<std::invoke_result_t<Function const&, Item const&>>;

// A stage and a pipeline are getters as they are.
template <class Given>
constexpr auto as_getter(Given given) {
  if constexpr (is_pipeline_v<Given> || TransformLike<Given>)
    return given;
  else
    return Getter<Given>(std::move(given));
}

}  // namespace detail
}  // namespace fastxx
