#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/check.hpp>
#include <fastxx/low/transform/items.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace fastxx {

/// A range whose items are computed when asked for, behind one type: what a stage chosen at run time learns from.
///
/// Source:  own design
/// Example: examples/doc/any_pipeline.cpp
template <class Item>
class AnyItems {
 public:
  /// `items` (size() and operator[], train() where they know their training part), each seen through `function`.
  template <class Items, class Function>
  AnyItems(Items const& items, Function const& function)
      : size_(items.size()), get_([&items, function](std::size_t index) { return function(Item(items[index])); }) {
    if constexpr (requires { items.train(); }) {
      train_ = [&items, function] {
        auto part = std::make_shared<std::decay_t<decltype(items.train())>>(items.train());
        AnyItems typed(*part, function);
        typed.keep_ = std::move(part);
        return typed;
      };
    }
  }

  std::size_t size() const { return size_; }
  Item operator[](std::size_t index) const { return get_(index); }
  auto begin() const { return ItemIterator<AnyItems>{this, 0}; }
  auto end() const { return ItemIterator<AnyItems>{this, size()}; }
  /// The training part; all of it when the items do not know one.
  AnyItems train() const { return train_ ? train_() : *this; }

 private:
  std::size_t size_;
  std::function<Item(std::size_t)> get_;
  std::function<AnyItems()> train_ = {};
  std::shared_ptr<void> keep_ = {};
};

namespace detail {

template <class... Types>
struct AnyItemOf {
  using type = std::variant<Types...>;
};
template <class Type>
struct AnyItemOf<Type> {
  using type = Type;
};
template <class... Types>
using any_item_t = typename AnyItemOf<Types...>::type;

template <class T>
inline constexpr bool is_variant_v = false;
template <class... Types>
inline constexpr bool is_variant_v<std::variant<Types...>> = true;

// What a transform makes of an item, as an item again.
template <class Item, class Result>
struct any_transform_makes {
  template <class... Types>
  static consteval bool listed(std::variant<Types...> const*) {
    return (std::is_same_v<Result, Types> || ...);
  }
  static consteval bool listed(void const*) { return std::is_same_v<Result, Item>; }
  static constexpr bool is_listed = listed(static_cast<Item const*>(nullptr));
  static_assert(
      is_listed,
      "fastxx::AnyTransform<Types...>: the transform makes something of an item that is none of Types; add the "
      "type that is named here");
};

// function(x) for the value an item holds.
template <class Item, class Function>
Item any_visit(Item item, Function const& function) {
  auto apply = [&](auto x) -> Item {
    using Result = decltype(function(std::move(x)));
    if constexpr (any_transform_makes<Item, Result>::is_listed)
      return Item(function(std::move(x)));
    else
      return item;
  };
  if constexpr (is_variant_v<Item>)
    return std::visit(apply, std::move(item));
  else
    return apply(std::move(item));
}

// Items of a variant's one alternative.
template <class Item, class Type>
struct TypedItems {
  AnyItems<Item> items;
  std::size_t size() const { return items.size(); }
  TypedItems train() const { return {items.train()}; }
  auto begin() const { return ItemIterator<TypedItems>{this, 0}; }
  auto end() const { return ItemIterator<TypedItems>{this, size()}; }
  Type operator[](std::size_t index) const {
    if constexpr (is_variant_v<Item>) {
      Item item = items[index];
      if (auto* value = std::get_if<Type>(&item)) return std::move(*value);
      throw data_error("any_pipeline.mixed_items",
                       {.call = "AnyPipeline::setup",
                        .expected = "items of one type, " + type_name<Type>() + " as the first",
                        .got = "another type",
                        .where = {"item ", index},
                        .fix = "set a pipeline up on items of one type"});
    } else {
      return items[index];
    }
  }
};

// visit<Type>(items as a collection of the type that the first one has); there must be a first one.
template <class Item, class Visit>
void any_typed(AnyItems<Item> const& items, Visit const& visit) {
  if constexpr (!is_variant_v<Item>) {
    visit.template operator()<Item>(items);
  } else {
    std::visit([&]<class Type>(Type const&) { visit.template operator()<Type>(TypedItems<Item, Type>{items}); },
               items[0]);
  }
}

template <class Item>
bool any_showable(Item const& item) {
  if constexpr (is_variant_v<Item>)
    return std::visit([]<class Type>(Type const&) { return showable_item<Type>; }, item);
  else
    return showable_item<Item>;
}

template <class Item, class ShowContext>
ShowContext any_show(Item const& item, ShowContext context) {
  auto show_one = [&]<class Type>(Type const& x) -> ShowContext {
    if constexpr (showable_item<Type>)
      return show_item(x, std::move(context));
    else
      throw state_error("any_pipeline.show", {.call = "AnyPipeline::show",
                                              .expected = "an item that decodes to a type with a member show(ctx)",
                                              .got = type_name<Type>(),
                                              .fix = "give the type a show(), or decode it to one that has it"});
  };
  if constexpr (is_variant_v<Item>)
    return std::visit(show_one, item);
  else
    return show_one(item);
}

}  // namespace detail
}  // namespace fastxx
