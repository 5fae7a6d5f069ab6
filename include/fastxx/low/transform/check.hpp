#pragma once

#include <array>
#include <cstddef>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/transform.hpp>
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

template <class Wanted, class... Ts>
consteval std::size_t index_of() {
  std::size_t index = 0;
  bool found = false;
  ((found = found || std::is_same_v<Wanted, Ts>, index += found ? 0u : 1u), ...);
  return found ? index : 0;
}

template <bool... Flags>
consteval auto indices_where() {
  std::array<std::size_t, (0u + ... + static_cast<std::size_t>(Flags))> hits{};
  std::size_t index = 0, next = 0;
  ((Flags ? void(hits[next++] = index) : void(), ++index), ...);
  return hits;
}

// One flat list out of several: each + appends a list by unpacking both, so nothing nests with the number of stages.
template <class... Ts>
constexpr auto append(hana::tuple<Ts...> left) {
  return left;
}
template <class... Ts, class... Us, class... Rest>
constexpr auto append(hana::tuple<Ts...> left, hana::tuple<Us...> right, Rest... rest) {
  return append(hana::unpack(std::move(left),
                             [&](Ts... ts) {
                               return hana::unpack(std::move(right), [&](Us... us) {
                                 return hana::tuple<Ts..., Us...>(std::move(ts)..., std::move(us)...);
                               });
                             }),
                std::move(rest)...);
}
template <class... Lists>
constexpr auto concat_stages(Lists... lists) {
  return append(hana::tuple<>{}, std::move(lists)...);
}

// What a stage draws for the whole item, before it encodes the elements.
template <class Stage, class Item>
consteval auto drawn_type() {
  if constexpr (Draws<Stage, Item>)
    return std::type_identity<decltype(std::declval<Stage const&>().draw(std::declval<Item const&>(),
                                                                         std::declval<Random&>()))>{};
  else
    return std::type_identity<NoDraw>{};
}

// Does the stage do anything to this item, or to any element of it?
template <class Stage, class Drawn, class X>
consteval bool touches();

template <class Stage, class Drawn, class X, std::size_t... I>
consteval bool touches_element(std::index_sequence<I...>) {
  return (touches<Stage, Drawn, std::tuple_element_t<I, std_tuple_of<X>>>() || ...);
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

template <class Stage>
consteval bool is_optional() {
  if constexpr (requires { Stage::optional; })
    return Stage::optional;
  else
    return !NamesEncodes<Stage>;  // a stage that only decodes or only learns has nothing to take
}

}  // namespace detail

/// Names, in compiler errors, the stage of a pipeline that does nothing: stage<3, Normalize>::accepts_none_of<Image>.
template <std::size_t Index, class Stage>
struct stage {
  template <class Item>
  struct accepts_none_of {
    static_assert(detail::is_optional<Stage>() || detail::touches_item<Stage, Item>(),
                  "fastxx: this pipeline stage takes none of the types it is given; add an encodes() for one of them, "
                  "remove the stage, or mark it with `static constexpr bool optional = true` (a draw() must take the "
                  "whole item)");
    static constexpr bool checked = true;
  };
};

namespace detail {

template <class Stage>
struct CheckStep {};

template <class X, std::size_t Index>
struct TypeCarry {};
struct Refused {};  // the stages after a refused one are not looked at: one sentence is enough
template <class X, std::size_t Index, class Stage>
constexpr auto operator>>(TypeCarry<X, Index>, CheckStep<Stage>) {
  static_assert(stage<Index, Stage>::template accepts_none_of<X>::checked);
  if constexpr (is_optional<Stage>() || touches_item<Stage, X>())
    return TypeCarry<decltype(encode(std::declval<Stage const&>(), std::declval<X>())), Index + 1>{};
  else
    return Refused{};
}
template <class Stage>
constexpr Refused operator>>(Refused, CheckStep<Stage>) {
  return {};
}

template <class X>
struct DescribeCarry {
  std::string* table;
};
template <class X, class Stage>
auto operator>>(DescribeCarry<X> carry, CheckStep<Stage>) {
  using Out = decltype(encode(std::declval<Stage const&>(), std::declval<X>()));
  *carry.table += type_name<Stage>() + ": " + type_name<X>() + " -> " + type_name<Out>() + "\n";
  return DescribeCarry<Out>{carry.table};
}

}  // namespace detail
}  // namespace fastxx
