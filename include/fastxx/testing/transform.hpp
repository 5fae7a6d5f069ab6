#pragma once

#include <fastxx/low/core/random.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/low/tensor/semantic.hpp>
#include <fastxx/low/transform/check.hpp>
#include <fastxx/low/transform/function.hpp>
#include <fastxx/low/transform/transform.hpp>
#include <fastxx/testing/compare.hpp>
#include <fastxx/testing/report.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx::testing {

/// Settings of the checks.
///
/// Source:  own design
/// Example: examples/doc/laws.cpp
struct LawOptions {
  Tolerance tolerance = {};
  bool invertible = true;   ///< a transform with decodes() is to give the item back; false where it loses something
  std::uint64_t seed = 42;  ///< of the stream that random transforms draw from
};

namespace detail {

// Semantic tensors that came back as one of their bases, though encodes() does not say Exactly: their type has no
// constructor from a tensor, so the library could not give it back.
template <class T, class In, class Out>
std::string lost_type() {
  if constexpr (is_tuple_v<In> && is_tuple_v<Out> && !std::derived_from<T, ItemTransform>) {
    return []<class... Is, class... Os>(std::type_identity<std::tuple<Is...>>, std::type_identity<std::tuple<Os...>>) {
      return (std::string() + ... + lost_type<T, Is, Os>());
    }(std::type_identity<fastxx::detail::std_tuple_of<In>>{}, std::type_identity<fastxx::detail::std_tuple_of<Out>>{});
  } else if constexpr (SemanticTensor<In> && std::derived_from<In, Out> && !std::same_as<In, Out>) {
    if constexpr (!std::constructible_from<In, Out>) return type_name<In>() + " became " + type_name<Out>();
  }
  return "";
}

// A split_idx that the library does not see, because it is a function.
struct HasSplitIdx {
  int split_idx;
};
template <class T>
concept HiddenSplitIdx = !requires(T const& t) {
  t.split_idx == 0;
}
&&!requires { &fastxx::detail::Ambiguous<T, HasSplitIdx>::split_idx; };

template <class T, class Item>
struct TransformLaws {
  T const& t;
  Item const& item;
  LawOptions const& options;
  Report& report;

  using Encoded = decltype(fastxx::encode(std::declval<T const&>(), std::declval<Item>()));

  static int subset(T const& transform) {
    if constexpr (requires { transform.split_idx; })
      return transform.split_idx;
    else
      return Split::none;
  }
  template <class X>
  auto encode_as(T const& transform, X const& x, int split_idx) const {
    Random random(options.seed);
    return fastxx::encode(transform, x, {.split_idx = split_idx, .random = &random});
  }
  Encoded encoded() const { return encode_as(t, deep_copy(item), subset(t)); }
  template <class X>
  auto decoded(X const& x) const {
    return fastxx::decode(t, x, {.split_idx = subset(t)});
  }
  template <class Difference>
  void law(std::string const& broken, Difference const& found) const {
    expect_none(report, broken, found);
  }

  void check() const {
    try {
      decoded(encoded());
    } catch (std::exception const& thrown) {
      report.broken.push_back(std::string("it does not take the item: it throws ") + thrown.what());
      return;
    }
    takes_something();
    leaves_arguments_alone();
    is_repeatable();
    keeps_types();
    honours_split_idx();
    maps_tuples();
    is_undone();
    keeps_state();
  }

  void takes_something() const {
    if constexpr (is_tuple_v<Item> && !std::derived_from<T, ItemTransform> && Encodes<T, Item>)
      report.broken.push_back(
          "encodes() takes the whole tuple, but only an ItemTransform is given it: derive from ItemTransform");
    else if constexpr (!fastxx::detail::is_optional<T>() && !fastxx::detail::touches_item<T, Item>())
      report.broken.push_back("encodes() takes neither the item nor an element of it: " + type_name<Item>());
  }

  void leaves_arguments_alone() const {
    if constexpr (!std::derived_from<T, InplaceTransform>)
      law("encode() changes the item it is given", [&] {
        auto const given = deep_copy(item);
        encode_as(t, given, subset(t));
        return difference(given, item, exact);
      });
    law("decode() changes what it is given", [&] {
      auto const reference = encoded();
      auto const given = deep_copy(reference);
      decoded(given);
      return difference(given, reference, exact);
    });
  }

  void is_repeatable() const {
    if constexpr (fastxx::detail::Draws<T, Item>) {
      law("encodes() gives another result for the same draw", [&] {
        Random random(options.seed);
        auto const drawn = fastxx::detail::draw_for(t, item, {.split_idx = subset(t), .random = &random});
        auto once = fastxx::detail::encode_item(t, deep_copy(item), drawn);
        return difference(fastxx::detail::encode_item(t, deep_copy(item), drawn), once, exact);
      });
      law("the same seed gives another result", [&] { return difference(encoded(), encoded(), exact); });
    } else {
      law("encode() gives another result for the same item", [&] { return difference(encoded(), encoded(), exact); });
    }
  }

  void keeps_types() const {
    law("a semantic tensor loses its type; add `using Semantic::Semantic` to it, or return Exactly{...}",
        [&] { return lost_type<T, Item, Encoded>(); });
  }

  void honours_split_idx() const {
    if constexpr (HiddenSplitIdx<T>) {
      report.broken.push_back(
          "its split_idx is not a number, so it is not seen, and the transform runs for all subsets");
    } else if constexpr (requires { t.split_idx; }) {
      if (t.split_idx == Split::none) return;
      int const other = t.split_idx == Split::train ? Split::valid : Split::train;
      law("encode() changes an item of a subset it is not for",
          [&] { return difference(encode_as(t, deep_copy(item), other), item, exact); });
      law("decode() changes an item of a subset it is not for",
          [&] { return difference(fastxx::decode(t, deep_copy(item), {.split_idx = other}), item, exact); });
    }
  }

  // A pair of items must become the pair of their results. A random transform would draw for the pair what it draws
  // for an item, so it gets one draw for both.
  void maps_tuples() const {
    if constexpr (!std::derived_from<T, ItemTransform>)
      law("an item in a tuple comes out unlike the item alone", [&] {
        Random random(options.seed);
        auto encode_drawn = [&](auto const& x) {
          if constexpr (fastxx::detail::Draws<T, Item>) {
            Random stream(options.seed);
            auto const drawn = fastxx::detail::draw_for(t, item, {.split_idx = subset(t), .random = &stream});
            return fastxx::detail::encode_item(t, deep_copy(x), drawn);
          } else {
            return encode_as(t, deep_copy(x), subset(t));
          }
        };
        auto const alone = encode_drawn(item);
        return difference(encode_drawn(std::tuple(item, std::tuple(item))), std::tuple(alone, std::tuple(alone)),
                          exact);
      });
  }

  void is_undone() const {
    if constexpr (fastxx::detail::undoes<T, Encoded>())
      if (options.invertible)
        law("decode() does not give back what encode() was given",
            [&] { return difference(decoded(encoded()), item, options.tolerance); });
  }

  void keeps_state() const {
    if constexpr (requires(T & copy, StateWriter & writer, StateReader & reader) {
                    copy.serialize(writer);
                    copy.serialize(reader);
                  })
      law("saved and loaded it gives other results", [&] {
        SafeTensors file, again;
        T original = t;
        T loaded = fresh();
        StateWriter writer(file, ""), writer_again(again, "");
        original.serialize(writer);
        StateReader reader(file, "", "memory");
        loaded.serialize(reader);
        loaded.serialize(writer_again);
        if (again.metadata != file.metadata) return std::string("the loaded one saves other values");
        return difference(encode_as(loaded, deep_copy(item), subset(loaded)), encoded(), exact);
      });
  }

  // One that knows nothing yet, where the type can be made so.
  T fresh() const {
    if constexpr (std::default_initializable<T>)
      return T{};
    else
      return t;
  }
};

}  // namespace detail

/// Check the laws of a transform on one item: what it is given stays unchanged, the same item (draw, seed) gives the
/// same result, semantic types are kept, split_idx is honoured, tuples are mapped element by element, decode undoes
/// encode (for a transform with decodes()), and saved and loaded it does the same (for one with serialize()).
///
/// What a transform does not take passes through by construction and is not checked.
/// Errors:  none at run time: what the transform throws becomes part of the report
/// Source:  fastcore 1.7.28 transform.py for the laws
/// Example: examples/doc/laws.cpp
template <class T, class Item>
Report check_transform(T transform, Item const& item, LawOptions const& options = {}) {
  auto const t = make_transform(std::move(transform));
  Report report{.subject = type_name<T>()};
  detail::TransformLaws<std::remove_const_t<decltype(t)>, Item>{t, item, options, report}.check();
  return report;
}

}  // namespace fastxx::testing
