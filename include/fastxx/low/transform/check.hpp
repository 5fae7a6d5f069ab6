#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/display.hpp>
#include <fastxx/low/transform/transform.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {
namespace detail {

template <class X>
consteval bool is_showable_item();

template <class X, std::size_t... I>
consteval bool elements_showable(std::index_sequence<I...>) {
  return (is_showable_item<std::tuple_element_t<I, std_tuple_of<X>>>() && ...);
}
template <class X>
consteval bool is_showable_item() {
  if constexpr (Showable<X>)
    return true;
  else if constexpr (is_tuple_v<X>)
    return elements_showable<X>(std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
  else
    return false;
}
template <class X>
inline constexpr bool showable_item = is_showable_item<X>();

// item.show(context), or each element's in turn, handing the context on.
template <class X, class ShowContext>
constexpr ShowContext show_item(X const& item, ShowContext context) {
  if constexpr (Showable<X>) {
    return item.show(std::move(context));
  } else {
    static_assert(is_tuple_v<X>,
                  "fastxx::Pipeline::show(): the item cannot be decoded to a type with a member show(ctx)");
    if constexpr (is_tuple_v<X>) {
      [&]<std::size_t... I>(std::index_sequence<I...>) {
        ((context = show_item(std::get<I>(item), std::move(context))), ...);
      }
      (std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
    }
    return context;
  }
}

// What a stage draws for the whole item, before it encodes the elements.
template <class Stage, class Item>
consteval auto drawn_type() {
  if constexpr (Draws<Stage, Item>)
    return std::type_identity<decltype(draw_for(std::declval<Stage const&>(), std::declval<Item const&>(),
                                                CallContext{}))>{};
  else
    return std::type_identity<NoDraw>{};
}

// Does the stage do anything to this item, or to any element of it?
template <class Stage, class Drawn, class X>
consteval bool touches();

template <class Stage, class Drawn, class X, std::size_t... I>
consteval bool touches_element(std::index_sequence<I...>) {
  return (touches<Stage, Drawn, std::decay_t<std::tuple_element_t<I, std_tuple_of<X>>>>() || ...);
}
template <class Stage, class Drawn, class X>
consteval bool touches() {
  if constexpr (is_tuple_v<X> && !std::is_base_of_v<ItemTransform, Stage>)
    return touches_element<Stage, Drawn, X>(std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
  else
    return Encodes<Stage, X> || EncodesDrawn<Stage, X, Drawn>;
}
template <class Stage, class Item>
consteval bool touches_item() {
  return touches<Stage, typename decltype(drawn_type<Stage, Item>())::type, Item>();
}

// Does the stage undo anything of this item, or of any element of it?
template <class Stage, class X>
consteval bool undoes();

template <class Stage, class X, std::size_t... I>
consteval bool undoes_element(std::index_sequence<I...>) {
  return (undoes<Stage, std::decay_t<std::tuple_element_t<I, std_tuple_of<X>>>>() || ...);
}
template <class Stage, class X>
consteval bool undoes() {
  if constexpr (is_tuple_v<X> && !std::is_base_of_v<ItemTransform, Stage>)
    return undoes_element<Stage, X>(std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});
  else
    return Decodes<Stage, X>;
}

template <class Stage>
consteval bool is_optional() {
  if constexpr (requires { Stage::optional; })
    return Stage::optional;
  else
    return !NamesEncodes<Stage>;  // a stage that only decodes or only learns has nothing to take
}

// What an item is after a stage.
template <class Stage, class X>
using encoded_t = decltype(encode(std::declval<Stage const&>(), std::declval<X>()));
template <class Stage, class X>
using decoded_t = decltype(decode(std::declval<Stage const&>(), std::declval<X>()));

}  // namespace detail

/// Names, in compiler errors, the stage of a pipeline that is in the wrong: stage<3, Normalize>::accepts_none_of<Image>.
template <std::size_t Index, class Stage>
struct stage {
  template <class Item>
  struct accepts_none_of {
    static_assert(detail::is_optional<Stage>() || detail::touches_item<Stage, Item>(),
                  "fastxx: this pipeline stage takes none of the types it is given; add an encodes() for one of them, "
                  "remove the stage, or mark it with `static constexpr bool optional = true` (a draw() must take the "
                  "whole item, or an element of it)");
    static constexpr bool checked = true;
  };
  template <class Item>
  struct comes_too_late_for {
    static_assert(detail::touches_item<Stage, Item>(),
                  "fastxx: an earlier pipeline stage consumes what this one takes; give this stage a smaller `order`, "
                  "or put it in front of that stage; or add an encodes() for what it gets here");
    static constexpr bool checked = true;
  };
  template <class Item>
  struct cannot_undo {
    static_assert(detail::is_optional<Stage>() || detail::undoes<Stage, Item>(),
                  "fastxx: this pipeline stage encodes the item but cannot decode what comes back to it; add a "
                  "decodes() for that type, or mark the stage with `static constexpr bool optional = true`");
    static constexpr bool checked = true;
  };
};

/// Names, in compiler errors, what came and what the last stage gives: enter_at<TensorImage, std::string>.
template <class Expected, class Got>
struct enter_at {
  static constexpr bool found = detail::AcceptsType<Expected, Got>;
  static_assert(
      found,
      "fastxx::Pipeline::enter<Item>(x): x is neither the pipeline's item, nor what one of its stages gets, nor "
      "the result; describe<Item>() lists these types");
};

namespace detail {

template <class Stage>
struct CheckStep {};

template <class Stage, class X>
consteval bool lets_pass() {
  return is_optional<Stage>() || touches_item<Stage, X>();
}

// What an item would be behind `Stage`, were `Wanted` put in front of it (or had been in front of an earlier one, which
// made it a `Moved`); Nowhere when `Wanted` or the stages behind it would not take it there.
struct Nowhere {};
template <class Stage, class X>
consteval auto behind() {
  if constexpr (std::is_same_v<X, Nowhere>)
    return std::type_identity<Nowhere>{};
  else if constexpr (lets_pass<Stage, X>())
    return std::type_identity<encoded_t<Stage, X>>{};
  else
    return std::type_identity<Nowhere>{};
}
template <class Wanted, class Stage, class X, class Moved>
consteval auto moved_past() {
  if constexpr (touches_item<Wanted, X>()) {
    constexpr auto here = behind<Stage, encoded_t<Wanted, X>>();
    if constexpr (!std::is_same_v<typename decltype(here)::type, Nowhere>)
      return here;
    else
      return behind<Stage, Moved>();
  } else {
    return behind<Stage, Moved>();
  }
}

// Would `Wanted` have its place in front of one of the first stages?
template <class Wanted, class X, class Moved, std::size_t Left>
struct LookBack {
  static constexpr bool found = !std::is_same_v<Moved, Nowhere>;
};
template <class Wanted, class X, class Moved, std::size_t Left, class Stage>
consteval auto operator>>(LookBack<Wanted, X, Moved, Left> seen, CheckStep<Stage>) {
  if constexpr (Left == 0)
    return seen;
  else
    return LookBack<Wanted, encoded_t<Stage, X>, typename decltype(moved_past<Wanted, Stage, X, Moved>())::type,
                    Left - 1>{};
}

// The types on their way through `Whole`, the pipeline that is checked on an `Item`.
template <class X, std::size_t Index, class Item, class Whole>
struct TypeCarry {};
struct Refused {};  // the stages after a refused one are not looked at: one sentence is enough

template <class X, std::size_t Index, class Item, class Whole, class Stage>
consteval auto operator>>(TypeCarry<X, Index, Item, Whole>, CheckStep<Stage>) {
  if constexpr (lets_pass<Stage, X>()) {
    return TypeCarry<encoded_t<Stage, X>, Index + 1, Item, Whole>{};
  } else {
    if constexpr (Whole::look_back(LookBack<Stage, Item, Nowhere, Index>{}).found)
      static_assert(stage<Index, Stage>::template comes_too_late_for<X>::checked);
    else
      static_assert(stage<Index, Stage>::template accepts_none_of<X>::checked);
    return Refused{};
  }
}
template <class Stage>
consteval Refused operator>>(Refused, CheckStep<Stage>) {
  return {};
}

// The same backwards: X is what decoding has made of the item so far.
template <class X, std::size_t Index>
struct UndoCarry {};
template <class X, std::size_t Index, class Stage>
consteval auto operator>>(CheckStep<Stage>, UndoCarry<X, Index>) {
  if constexpr (is_optional<Stage>() || undoes<Stage, X>()) {
    return UndoCarry<decoded_t<Stage, X>, Index - 1>{};
  } else {
    static_assert(stage<Index - 1, Stage>::template cannot_undo<X>::checked);
    return Refused{};
  }
}
template <class Stage>
consteval Refused operator>>(CheckStep<Stage>, Refused) {
  return {};
}

// Looking for the place where an X enters a pipeline for items that have become a T so far. A derived type may enter
// where its base is expected.
template <class X, class T, std::size_t Index = 0, bool Found = AcceptsType<T, X>>
struct Entering {
  using type = T;
  static constexpr std::size_t index = Index;
};
template <class X, class T, std::size_t Index, bool Found, class Stage>
consteval auto operator>>(Entering<X, T, Index, Found>, CheckStep<Stage>) {
  if constexpr (Found)
    return Entering<X, T, Index, true>{};
  else
    return Entering<X, encoded_t<Stage, T>, Index + 1>{};
}

template <class... Stages>
struct Checked {
  template <class From>
  static consteval auto look_back(From from) {
    return (from >> ... >> CheckStep<Stages>{});
  }
  template <class Item>
  static consteval auto forwards() {
    return (TypeCarry<Item, 0, Item, Checked>{} >> ... >> CheckStep<Stages>{});
  }
  template <class Encoded>
  static consteval auto backwards() {
    return (CheckStep<Stages>{} >> ... >> UndoCarry<Encoded, sizeof...(Stages)>{});
  }
};

template <class X>
struct DescribeCarry {
  std::string* table;
};
template <class X, class Stage>
auto operator>>(DescribeCarry<X> carry, CheckStep<Stage>) {
  using Out = encoded_t<Stage, X>;
  *carry.table += stage_name<Stage>() + ": " + type_name<X>() + " -> " + type_name<Out>() + "\n";
  return DescribeCarry<Out>{carry.table};
}

}  // namespace detail
}  // namespace fastxx
