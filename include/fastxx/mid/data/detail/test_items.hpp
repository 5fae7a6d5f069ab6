#pragma once

#include <fastxx/low/transform/check.hpp>
#include <fastxx/low/transform/pipeline.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <cstddef>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx::detail {

template <class Items>
concept NumberedItems = requires(Items const& items) {
  items.size();
  items[std::size_t(0)];
};
template <class Items>
consteval bool are_items() {
  constexpr bool ok = NumberedItems<Items> || std::ranges::input_range<Items>;
  static_assert(ok,
                "fastxx::DataLoaders::test_dl(items): 'items' must be a range, or have size() and operator[] const");
  return ok;
}

// Items that can be asked for by number; what cannot (a list, a view) is copied.
template <class Items>
auto by_number(Items items) {
  if constexpr (NumberedItems<Items>) {
    return items;
  } else {
    std::vector<std::ranges::range_value_t<Items>> copied;
    for (auto&& item : items) copied.push_back(std::forward<decltype(item)>(item));
    return copied;
  }
}

// Whether an X is an item of the pipeline, what one of its stages gets, or the result.
template <class Raw, class X, class... Stages>
consteval bool enters(std::type_identity<Pipeline<Stages...>>) {
  using Walk = decltype(Checked<Stages...>::look_back(Entering<X, Raw>{}));
  return AcceptsType<typename Walk::type, X>;
}
template <class Raw, class X, class Pipelines, std::size_t... I>
consteval bool enter_each(std::index_sequence<I...>) {
  return (enters<Raw, std::decay_t<std::tuple_element_t<I, std_tuple_of<X>>>>(
              std::type_identity<std::decay_t<std::tuple_element_t<I, Pipelines>>>{}) &&
          ...);
}

// Whether the first `Inputs` pipelines make inputs of an X.
template <std::size_t Inputs, class Raw, class X, class Pipelines>
consteval bool makes_inputs() {
  if constexpr (std::is_same_v<X, Raw>) {
    return true;
  } else if constexpr (Inputs == 1) {
    return enters<Raw, X>(std::type_identity<std::decay_t<std::tuple_element_t<0, Pipelines>>>{});
  } else if constexpr (is_tuple_v<X>) {
    if constexpr (std::tuple_size_v<std_tuple_of<X>> == Inputs)
      return enter_each<Raw, X, Pipelines>(std::make_index_sequence<Inputs>{});
  }
  return false;
}

// A pipeline of `Raw` items for what is already part of the way: the input alone, or input Index of a tuple of inputs.
template <class Raw, std::size_t Index, std::size_t Inputs, class Stages>
struct EnteredPipeline {
  Stages pipeline;

  template <class X>
  auto operator()(X const& x, CallContext const& context = {}) const {
    if constexpr (Inputs == 1)
      return pipeline.template enter<Raw>(x, context);
    else
      return pipeline.template enter<Raw>(std::get<Index>(x), context);
  }
  template <class X>
  auto decode_until_shown(X&& x) const {
    return pipeline.decode_until_shown(std::forward<X>(x));
  }
  template <class Attribute>
  static consteval std::size_t count() {
    return Stages::template count<Attribute>();
  }
  template <class Attribute>
  decltype(auto) find(Attribute const& attribute) const {
    return pipeline.find(attribute);
  }
};

}  // namespace fastxx::detail
