#pragma once

#include <cstddef>
#include <fastxx/low/torch/tensor.hpp>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

// Models and losses take plain tensors unless an element is no tensor at all.
template <class X>
decltype(auto) as_model_input(X const& x) {
  if constexpr (std::is_base_of_v<Tensor, X>)
    return static_cast<Tensor const&>(x);
  else
    return (x);
}
template <class X>
using model_input_t = std::decay_t<decltype(as_model_input(std::declval<X const&>()))>;

// Cuts a batch tuple into inputs (the first n_inp elements) and targets.
template <class Batch, std::size_t NInp>
struct BatchSplit : BatchSplit<std::tuple<Batch>, 1> {
  // A batch that is no tuple is one input.
  template <class Xb, class Yb>
  static void split(Batch&& batch, Xb& xb, Yb&) {
    std::get<0>(xb) = std::move(batch);
  }
};
template <class... Elements, std::size_t NInp>
struct BatchSplit<std::tuple<Elements...>, NInp> {
  static constexpr std::size_t n_targets = sizeof...(Elements) - NInp;

  template <std::size_t Offset, std::size_t... I>
  static auto slice(std::index_sequence<I...>)
      -> std::tuple<std::tuple_element_t<Offset + I, std::tuple<Elements...>>...>;
  using Xb = decltype(slice<0>(std::make_index_sequence<NInp>{}));
  using Yb = decltype(slice<NInp>(std::make_index_sequence<n_targets>{}));

  template <class... Targets>
  static auto function_of(std::tuple<Targets...>)
      -> std::function<Tensor(Tensor const&, model_input_t<Targets> const&...)>;
  // (prediction, targets...) -> loss; replaceable during training (M-18), hence erased.
  template <class Prediction>
  using LossFunction = decltype(function_of(std::declval<Yb>()));

  static void split(std::tuple<Elements...>&& batch, Xb& xb, Yb& yb) {
    move_to<0>(batch, xb, std::make_index_sequence<NInp>{});
    move_to<NInp>(batch, yb, std::make_index_sequence<n_targets>{});
  }

 private:
  template <std::size_t Offset, class Part, std::size_t... I>
  static void move_to(std::tuple<Elements...>& batch, Part& part, std::index_sequence<I...>) {
    ((std::get<I>(part) = std::move(std::get<Offset + I>(batch))), ...);
  }
};

// Pairs are batches too: foreign datasets collate to them.
template <class A, class B, std::size_t NInp>
struct BatchSplit<std::pair<A, B>, NInp> : BatchSplit<std::tuple<A, B>, NInp> {
  using Base = BatchSplit<std::tuple<A, B>, NInp>;
  static void split(std::pair<A, B>&& batch, typename Base::Xb& xb, typename Base::Yb& yb) {
    Base::split(std::tuple<A, B>(std::move(batch)), xb, yb);
  }
};

}  // namespace fastxx::detail
