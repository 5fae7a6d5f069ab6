#pragma once

#include <fastxx/low/core/named.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/transform/retain.hpp>
#include <fastxx/low/transform/traits.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

namespace detail {

// What torch::data calls a transform, told by its members, so that its headers are not needed here.
template <class T>
concept TorchDataTransform = requires {
  typename T::InputBatchType;
  typename T::OutputBatchType;
};

// It calls itself with one Tensor, apply() with one example, apply_batch() with a vector of them.
template <class T, class X>
concept TorchCalls = requires(T& t, X& x) {
  t(x);
};
template <class T, class X>
concept TorchApplies = requires {
  requires std::is_same_v<X, typename T::InputType>;
};
template <class T, class X>
concept TorchAppliesBatch = std::is_same_v<X, typename T::InputBatchType>;

template <class T, class X>
concept TorchTakes = TorchCalls<T, X> || TorchApplies<T, X> || TorchAppliesBatch<T, X>;

template <class Tuple>
using first_element_t = std::tuple_element_t<0, std_tuple_of<Tuple>>;

}  // namespace detail

/// A transform of torch::data (Normalize, Stack, Lambda, TensorLambda, your own) as a stage: it gets the data of an item,
/// never its target, as in torch; of a tuple that is the first element. Its functions are not const, so each call works
/// on a copy, and several threads may use it.
///
/// Source:  own design (features P-04); what is called with what: libtorch 1.13 torch/data/transforms
/// Example: examples/doc/foreign.cpp
template <class T>
struct TorchTransform : ItemTransform {
  T transform;

  static std::string name() { return type_name<T>(); }
  std::string export_name() const { return fastxx::export_name(transform); }

  template <class X>
  requires detail::TorchTakes<T, std::remove_const_t<X>>
  auto encodes(X& x) const {
    T copy = transform;
    if constexpr (detail::TorchCalls<T, X>)
      return copy(x);
    else if constexpr (detail::TorchApplies<T, std::remove_const_t<X>>)
      return copy.apply(x);
    else
      return copy.apply_batch(x);
  }

  template <class Tuple>
  requires(is_tuple_v<std::remove_const_t<Tuple>>&& detail::TorchTakes<
           T, detail::first_element_t<std::remove_const_t<Tuple>>>) auto encodes(Tuple& item) const {
    using Item = std::remove_const_t<Tuple>;
    return [&]<std::size_t... I>(std::index_sequence<0, I...>) {
      auto const& data = std::get<0>(item);
      detail::first_element_t<Item> given = data;
      return detail::retuple<Item>(retain(data, encodes(given)), std::get<I>(item)...);
    }
    (std::make_index_sequence<std::tuple_size_v<detail::std_tuple_of<Item>>>{});
  }
};

}  // namespace fastxx
