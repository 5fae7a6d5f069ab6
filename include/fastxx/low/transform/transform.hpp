#pragma once

#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/low/transform/traits.hpp>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

template <class T>
consteval auto encodes_parameter() {
  if constexpr (requires { &T::encodes; })
    return std::type_identity<typename first_parameter<decltype(&T::encodes)>::type>{};
  else
    return std::type_identity<void>{};
}
template <class T>
consteval auto decodes_parameter() {
  if constexpr (requires { &T::decodes; })
    return std::type_identity<typename first_parameter<decltype(&T::decodes)>::type>{};
  else
    return std::type_identity<void>{};
}

// What a transform draws once per item before its elements are encoded; transforms without `draw` draw nothing.
template <class T, class X>
concept Draws = requires(T const& t, X const& x, Random& random) {
  t.draw(x, random);
};
struct NoDraw {};

}  // namespace detail

/// `t.encodes(x)` exists and takes the type of `x` or one of its bases (never a conversion).
template <class T, class X>
concept Encodes = detail::AcceptsType<typename decltype(detail::encodes_parameter<T>())::type, X> &&
    requires(T const& t, X& x) {
  t.encodes(x);
};

/// As Encodes, for a transform that takes what it drew for the item: `t.encodes(x, drawn)`.
template <class T, class X, class Drawn>
concept EncodesDrawn = detail::AcceptsType<typename decltype(detail::encodes_parameter<T>())::type, X> &&
    requires(T const& t, X& x, Drawn const& drawn) {
  t.encodes(x, drawn);
};

/// `t.decodes(x)` exists and takes the type of `x` or one of its bases.
template <class T, class X>
concept Decodes = detail::AcceptsType<typename decltype(detail::decodes_parameter<T>())::type, X> &&
    requires(T const& t, X& x) {
  t.decodes(x);
};

namespace detail {

// Whether the transform wants to run for the caller's subset; a split_idx may be a constant or set per object.
template <class T>
constexpr bool runs_for(T const& t, int given) {
  if constexpr (requires { t.split_idx; })
    return t.split_idx == Split::none || t.split_idx == given;
  else
    return true;
}

template <class T, class X, class Drawn>
constexpr auto encode_one(T const& t, X x, [[maybe_unused]] Drawn const& drawn) {
  if constexpr (EncodesDrawn<T, X, Drawn>) {
    return retain_type<X>(t.encodes(x, drawn));
  } else if constexpr (Encodes<T, X>) {
    if constexpr (std::is_base_of_v<InplaceTransform, T>) {
      t.encodes(x);
      return x;
    } else {
      static_assert(!std::is_void_v<decltype(t.encodes(x))>,
                    "fastxx: encodes() returns nothing; return the result, or derive from InplaceTransform");
      return retain_type<X>(t.encodes(x));
    }
  } else {
    return x;
  }
}

template <class T, class X>
constexpr auto decode_one(T const& t, X x) {
  if constexpr (Decodes<T, X>) {
    return retain_type<X>(t.decodes(x));
  } else {
    return x;
  }
}

template <class T, class X, class Drawn>
constexpr auto encode_item(T const& t, X x, Drawn const& drawn) {
  if constexpr (is_tuple_v<X> && !std::is_base_of_v<ItemTransform, T>) {
    return map_tuple(std::move(x), [&](auto element) { return encode_item(t, std::move(element), drawn); });
  } else {
    return encode_one(t, std::move(x), drawn);
  }
}

template <class T, class X>
constexpr auto decode_item(T const& t, X x) {
  if constexpr (is_tuple_v<X> && !std::is_base_of_v<ItemTransform, T>) {
    return map_tuple(std::move(x), [&](auto element) { return decode_item(t, std::move(element)); });
  } else {
    return decode_one(t, std::move(x));
  }
}

template <class T, class X>
constexpr auto encode_drawing(T const& t, X x, CallContext const& context) {
  if constexpr (Draws<T, X>) {
    Random fallback(0x66617374);  // a caller without a stream still gets a valid, repeatable draw
    auto drawn = t.draw(std::as_const(x), context.random ? *context.random : fallback);
    return encode_item(t, std::move(x), drawn);
  } else {
    return encode_item(t, std::move(x), NoDraw{});
  }
}

// A stage bound to one subset cannot change the type: whether it runs is known only at run time.
template <class T, class X, class Result>
constexpr void check_same_type() {
  static_assert(
      std::is_same_v<X, Result>,
      "fastxx: a transform with split_idx must return the type it is given, because the other subset skips it");
}

}  // namespace detail

/// Apply a transform to an item. Types it does not take pass through; tuples are mapped element by element (nested
/// too), unless it is an ItemTransform; a result that is a base of the input's type is cast back to it.
///
/// Source:  fastcore 1.7.28 transform.py Transform.__call__
/// Example: examples/doc/transform.cpp
struct encode_t {
  template <class T, class X>
  constexpr auto operator()(T const& t, X&& x, CallContext const& context = {}) const {
    using Item = std::decay_t<X>;
    if constexpr (requires { t.split_idx; }) {
      using Result = decltype(detail::encode_drawing(t, Item(std::forward<X>(x)), context));
      detail::check_same_type<T, Item, Result>();
      if (!detail::runs_for(t, context.split_idx)) return Result(std::forward<X>(x));
    }
    return detail::encode_drawing(t, Item(std::forward<X>(x)), context);
  }
};
inline constexpr encode_t encode{};

/// Undo a transform on an item: `t.decodes` where there is one, else the item as it is; the same subset rule as encode.
///
/// Source:  fastcore 1.7.28 transform.py Transform.decode
/// Example: examples/doc/transform.cpp
struct decode_t {
  template <class T, class X>
  constexpr auto operator()(T const& t, X&& x, CallContext const& context = {}) const {
    using Item = std::decay_t<X>;
    if constexpr (requires { t.split_idx; }) {
      using Result = decltype(detail::decode_item(t, Item(std::forward<X>(x))));
      detail::check_same_type<T, Item, Result>();
      if (!detail::runs_for(t, context.split_idx)) return Result(std::forward<X>(x));
    }
    return detail::decode_item(t, Item(std::forward<X>(x)));
  }
};
inline constexpr decode_t decode{};

/// Let a transform learn its state from data: calls `t.setups(items)` where there is one that takes them. With
/// `train_setup` (the transform's own member of that name wins over the argument) it sees `items.train()` alone, where
/// the items know their training part.
///
/// Source:  fastcore 1.7.28 transform.py Transform.setup
/// Example: examples/doc/transform.cpp
struct setup_t {
  template <class T, class Items>
  constexpr void operator()(T& t, Items const& items, bool train_setup = false) const {
    if constexpr (detail::NamesSetups<T>) {
      if constexpr (requires { t.train_setup; }) train_setup = t.train_setup;
      if constexpr (requires { items.train(); }) {
        if (train_setup) return learn(t, items.train());
      }
      learn(t, items);
    }
  }

 private:
  template <class T, class Items>
  static constexpr void learn(T& t, Items const& items) {
    if constexpr (requires { t.setups(items); }) t.setups(items);
  }
};
inline constexpr setup_t setup{};

}  // namespace fastxx
