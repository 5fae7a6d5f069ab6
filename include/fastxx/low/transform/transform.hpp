#pragma once

#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/dispatch/overload_for.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/low/transform/items.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

template <class T>
consteval auto encodes_parameter() {
  if constexpr (requires { &T::encodes; })
    return std::type_identity<first_parameter_t<decltype(&T::encodes)>>{};
  else
    return std::type_identity<void>{};
}
template <class T>
consteval auto decodes_parameter() {
  if constexpr (requires { &T::decodes; })
    return std::type_identity<first_parameter_t<decltype(&T::decodes)>>{};
  else
    return std::type_identity<void>{};
}

template <class T>
consteval auto draw_parameter() {
  if constexpr (requires { &T::draw; })
    return std::type_identity<first_parameter_t<decltype(&T::draw)>>{};
  else
    return std::type_identity<void>{};
}

// What a transform draws once per item before its elements are encoded: from a stream alone, or with the whole context,
// which knows the subset as well. Transforms without `draw` draw nothing.
template <class T, class X>
concept TakesDraw = AcceptsType<typename decltype(draw_parameter<T>())::type, X>;
template <class T, class X>
concept DrawsFromStream = TakesDraw<T, X> && requires(T const& t, X const& x, Random& random) {
  t.draw(x, random);
};
template <class T, class X>
concept DrawsInContext = TakesDraw<T, X> && requires(T const& t, X const& x, CallContext const& context) {
  t.draw(x, context);
};
struct NoDraw {};

template <class T, class X>
consteval bool draws();

// The first element of a tuple that the transform draws for; their number when there is none.
template <class T, class X, std::size_t... I>
consteval std::size_t drawing_element(std::index_sequence<I...>) {
  std::size_t index = 0;
  (void)((draws<T, std::decay_t<std::tuple_element_t<I, std_tuple_of<X>>>>() || (++index, false)) || ...);
  return index;
}
template <class T, class X>
inline constexpr std::size_t drawing_element_of =
    drawing_element<T, X>(std::make_index_sequence<std::tuple_size_v<std_tuple_of<X>>>{});

template <class T, class X>
consteval bool draws() {
  if constexpr (!NamesDraw<T> && !std::is_final_v<T>)
    return false;
  else if constexpr (DrawsFromStream<T, X> || DrawsInContext<T, X>)
    return true;
  else if constexpr (is_tuple_v<X> && !std::is_base_of_v<ItemTransform, T>)
    return drawing_element_of<T, X> < std::tuple_size_v<std_tuple_of<X>>;
  else
    return false;
}
// The transform draws for the item; or, when its draw() takes no tuple, for the first element that it takes.
template <class T, class X>
concept Draws = draws<T, X>();

template <class T, class X>
constexpr auto draw_for(T const& t, X const& x, CallContext const& context) {
  Random fallback(0x66617374);  // a caller without a stream still gets a valid, repeatable draw
  Random& random = context.random ? *context.random : fallback;
  if constexpr (DrawsFromStream<T, X>)
    return t.draw(x, random);
  else if constexpr (DrawsInContext<T, X>)
    return t.draw(x, CallContext{.split_idx = context.split_idx, .random = &random});
  else
    return draw_for(t, std::get<drawing_element_of<T, X>>(x), context);
}

}  // namespace detail

/// The names under which the `encodes` and `decodes` of existing transforms are extended from anywhere: specialise
/// `overload_for<encodes_set, Normalize, MyImage>` with a call operator that takes the transform and the item (and what
/// was drawn, for a transform that draws). It is chosen like an overload of the transform's own, and replaces one for the
/// same type.
///
/// Source:  fastcore 1.7.28 transform.py, where `@Normalize def encodes(self, x: MyImage)` adds a method to the class
/// Example: examples/doc/extend_transform.cpp
struct encodes_set {};
struct decodes_set {};

namespace detail {

template <class T, class X>
concept OwnEncodes = AcceptsType<typename decltype(encodes_parameter<T>())::type, X> && requires(T const& t, X& x) {
  t.encodes(x);
} &&(!std::is_void_v<typename decltype(encodes_parameter<T>())::type> || !EncodesByConversion<T, X>);
template <class T, class X, class Drawn>
concept OwnEncodesDrawn = AcceptsType<typename decltype(encodes_parameter<T>())::type, X> &&
    requires(T const& t, X& x, Drawn const& drawn) {
  t.encodes(x, drawn);
} &&(!std::is_void_v<typename decltype(encodes_parameter<T>())::type> || !EncodesByConversion<T, X, Drawn>);
template <class T, class X>
concept OwnDecodes = AcceptsType<typename decltype(decodes_parameter<T>())::type, X> && requires(T const& t, X& x) {
  t.decodes(x);
} &&(!std::is_void_v<typename decltype(decodes_parameter<T>())::type> || !DecodesByConversion<T, X>);

// How far above X the type stands that the transform's own function takes; -1 when the compiler cannot say. Of overloads
// it is the nearest type of X's lineage that one of them takes as it is.
template <class T, class X, class Above = X>
consteval int encodes_distance() {
  using Parameter = typename decltype(encodes_parameter<T>())::type;
  if constexpr (!std::is_void_v<Parameter>) {
    return distance_to_ancestor<X, Parameter>();
  } else if constexpr (requires(T const& t, Above& x) { t.template encodes<Above>(x); } || std::is_same_v<Above, Any>) {
    return -1;
  } else if constexpr (EncodesAs<T, Above, Above> || EncodesAs<T, Above, Above const&>) {
    return distance_to_ancestor<X, Above>();
  } else {
    return encodes_distance<T, X, parent_or_any_t<Above>>();
  }
}
template <class T, class X, class Above = X>
consteval int decodes_distance() {
  using Parameter = typename decltype(decodes_parameter<T>())::type;
  if constexpr (!std::is_void_v<Parameter>) {
    return distance_to_ancestor<X, Parameter>();
  } else if constexpr (requires(T const& t, Above& x) { t.template decodes<Above>(x); } || std::is_same_v<Above, Any>) {
    return -1;
  } else if constexpr (DecodesAs<T, Above, Above> || DecodesAs<T, Above, Above const&>) {
    return distance_to_ancestor<X, Above>();
  } else {
    return decodes_distance<T, X, parent_or_any_t<Above>>();
  }
}

// Whether an extension that was found for X is nearer than the transform's own function, so far above X; when the
// compiler cannot say how far, every extension but one for Any is taken to be nearer.
template <class Found, class X>
consteval bool extension_is_nearer(int own) {
  constexpr int extension = distance_to_ancestor<X, typename Found::second>();
  return own < 0 ? !std::is_same_v<typename Found::second, Any> : extension <= own;
}

template <class T, class X, class Drawn = NoDraw>
consteval bool is_encoded_by_extension() {
  using Found = NearestExtension<encodes_set, T, X>;
  if constexpr (std::is_same_v<Found, NotFound>)
    return false;
  else if constexpr (OwnEncodes<T, X> || OwnEncodesDrawn<T, X, Drawn>)
    return extension_is_nearer<Found, X>(encodes_distance<T, X>());
  else
    return true;
}
template <class T, class X>
consteval bool is_decoded_by_extension() {
  using Found = NearestExtension<decodes_set, T, X>;
  if constexpr (std::is_same_v<Found, NotFound>)
    return false;
  else if constexpr (OwnDecodes<T, X>)
    return extension_is_nearer<Found, X>(decodes_distance<T, X>());
  else
    return true;
}

template <class T, class X, class Drawn = NoDraw>
inline constexpr bool encodes_by_extension = is_encoded_by_extension<T, X, Drawn>();
template <class T, class X>
inline constexpr bool decodes_by_extension = is_decoded_by_extension<T, X>();

}  // namespace detail

/// The transform encodes items of type X: `t.encodes(x)` exists and takes X or one of its bases (never a conversion), or
/// somebody has extended it for them.
template <class T, class X>
concept Encodes = detail::encodes_by_extension<T, X> || detail::OwnEncodes<T, X>;

/// As Encodes, for a transform that takes what it drew for the item: `t.encodes(x, drawn)`.
template <class T, class X, class Drawn>
concept EncodesDrawn = detail::encodes_by_extension<T, X, Drawn> || detail::OwnEncodesDrawn<T, X, Drawn>;

/// The transform decodes items of type X: by `t.decodes(x)`, or by an extension.
template <class T, class X>
concept Decodes = detail::decodes_by_extension<T, X> || detail::OwnDecodes<T, X>;

namespace detail {

// Whether the transform wants to run for the caller's subset; a split_idx may be a constant or set per object.
template <class T>
constexpr bool runs_for(T const& t, int given) {
  if constexpr (requires { t.split_idx; })
    return t.split_idx == Split::none || t.split_idx == given;
  else
    return true;
}

// The transform's own function or the extension, whichever is nearer to the item's type.
template <class T, class X, class Drawn>
constexpr decltype(auto) call_encodes(T const& t, X& x, [[maybe_unused]] Drawn const& drawn) {
  using Extension = nearest_extension_t<encodes_set, T, X>;
  if constexpr (encodes_by_extension<T, X, Drawn>) {
    if constexpr (std::is_invocable_v<Extension const&, T const&, X&, Drawn const&>) {
      return Extension{}(t, x, drawn);
    } else {
      static_assert(std::is_invocable_v<Extension const&, T const&, X&>,
                    "fastxx: an overload_for<encodes_set, Transform, Item> needs a const call operator that takes the "
                    "transform and the item (and what was drawn, when the transform draws)");
      if constexpr (std::is_invocable_v<Extension const&, T const&, X&>)
        return Extension{}(t, x);
      else
        return X(x);  // one sentence is enough
    }
  } else if constexpr (OwnEncodesDrawn<T, X, Drawn>) {
    return t.encodes(x, drawn);
  } else {
    return t.encodes(x);
  }
}
template <class T, class X>
constexpr decltype(auto) call_decodes(T const& t, X& x) {
  using Extension = nearest_extension_t<decodes_set, T, X>;
  if constexpr (decodes_by_extension<T, X>) {
    static_assert(std::is_invocable_v<Extension const&, T const&, X&>,
                  "fastxx: an overload_for<decodes_set, Transform, Item> needs a const call operator that takes the "
                  "transform and the item");
    if constexpr (std::is_invocable_v<Extension const&, T const&, X&>)
      return Extension{}(t, x);
    else
      return X(x);
  } else {
    return t.decodes(x);
  }
}

template <class T, class X, class Drawn>
constexpr auto encode_one(T const& t, X x, [[maybe_unused]] Drawn const& drawn) {
  if constexpr (EncodesDrawn<T, X, Drawn> || Encodes<T, X>) {
    if constexpr (std::is_base_of_v<InplaceTransform, T>) {
      call_encodes(t, x, drawn);
      return x;
    } else {
      static_assert(!std::is_void_v<decltype(call_encodes(t, x, drawn))>,
                    "fastxx: encodes() returns nothing; return the result, or derive from InplaceTransform");
      if constexpr (std::is_base_of_v<ItemTransform, T>)
        return retain_tuple(x, call_encodes(t, x, drawn));
      else
        return retain(x, call_encodes(t, x, drawn));
    }
  } else {
    static_assert(
        !EncodesAmbiguously<T, X, Drawn>,
        "fastxx: several encodes() of this transform are equally near to the item's type; add one for exactly "
        "that type");
    return x;
  }
}

template <class T, class X>
constexpr auto decode_one(T const& t, X x) {
  if constexpr (Decodes<T, X>) {
    if constexpr (std::is_base_of_v<ItemTransform, T>)
      return retain_tuple(x, call_decodes(t, x));
    else
      return retain(x, call_decodes(t, x));
  } else {
    static_assert(
        !DecodesAmbiguously<T, X>,
        "fastxx: several decodes() of this transform are equally near to the item's type; add one for exactly "
        "that type");
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
    auto drawn = draw_for(t, std::as_const(x), context);
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
/// too), unless it is an ItemTransform; a result that is a base of the input's type is cast back to it. A random transform
/// has `draw(item, Random&)`, or `draw(item, CallContext const&)` when what it draws depends on the subset: a crop at a
/// random place in training, in the middle else. It draws once for the whole item; a draw() for one type, which does not
/// take the tuple, gets the first element of that type, and all elements get what it drew.
///
/// Errors:  overloads of encodes() (or decodes()) that are equally near to the item's type (compile time)
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
/// Errors:  as encode
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
/// Errors:  data_error [pipeline.setup_empty] when there is something to learn and no item to learn it from
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
    if constexpr (requires { t.setups(items); }) {
      if constexpr (requires { items.size(); }) detail::require_items(items, type_name<T>());
      t.setups(items);
    }
  }
};
inline constexpr setup_t setup{};

}  // namespace fastxx
