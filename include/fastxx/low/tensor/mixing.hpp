#pragma once

#include <fastxx/low/torch/tensor.hpp>

#include <concepts>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A tensor type made with Semantic.
///
/// Models:  TensorImage, TensorPoint, your own; not torch::Tensor itself
/// Source:  fastai 2.7.18 torch_core.py TensorBase
/// Example: examples/doc/tensor.cpp
template <class T>
concept SemanticTensor = std::derived_from<T, Tensor> && !std::same_as<T, Tensor> && requires {
  typename T::base_type;
};

/// Whether two tensor types of which neither derives from the other may meet in one operation; the result has the left
/// one's type. Specialise it for pairs of your own; one order stands for both.
///
/// Source:  fastai 2.7.18 torch_core.py register_func; differs: for all operations at once, not function by function
/// Example: examples/doc/tensor_metadata.cpp
template <class Left, class Right>
inline constexpr bool may_mix = false;

namespace detail {

// The type that two operands give, or void when they have none.
template <class Left, class Right>
consteval auto mixed_type() {
  if constexpr (std::is_void_v<Left> || !std::derived_from<Right, Tensor> || std::derived_from<Left, Right>)
    return std::type_identity<Left>{};  // numbers, shapes and options do not count
  else if constexpr (std::derived_from<Right, Left>)
    return std::type_identity<Right>{};
  else if constexpr (may_mix<Left, Right> || may_mix<Right, Left>)
    return std::type_identity<Left>{};
  else
    return std::type_identity<void>{};
}

// The type that an operation on these operands gives: two by two from the left (an operation has at most four).
template <class First, class... Rest>
struct mixed {
  using type = First;
};
template <class First, class Second, class... Rest>
struct mixed<First, Second, Rest...> : mixed<typename decltype(mixed_type<First, Second>())::type, Rest...> {};
template <class... Operands>
using mixed_t = typename mixed<Operands...>::type;

template <class Result, class... Operands>
Result with_type(Tensor result, Operands const&... operands) {
  Result typed(std::move(result));
  typed.set_meta(operands...);
  return typed;
}
template <class Result, class... Operands>
std::vector<Result> with_type(std::vector<Tensor> results, Operands const&... operands) {
  std::vector<Result> typed;
  typed.reserve(results.size());
  for (Tensor& result : results) typed.push_back(with_type<Result>(std::move(result), operands...));
  return typed;
}
template <class Result, std::same_as<Tensor>... Tensors, class... Operands>
auto with_type(std::tuple<Tensors...> results, Operands const&... operands) {
  return std::apply(
      [&](Tensors&... result) { return std::make_tuple(with_type<Result>(std::move(result), operands...)...); },
      results);
}

// What an operation on `operands` gave, under the type and with the metadata that follow from them.
template <class First, class Result, class... Rest>
auto keep_type(Result&& result, First const& first, Rest const&... rest) {
  using Type = mixed_t<First, Rest...>;
  static_assert(!std::is_void_v<Type>,
                "fastxx: an operation on two unrelated semantic tensors has no type; write a.tensor() for one of them, "
                "or declare the pair with fastxx::may_mix");
  if constexpr (std::is_void_v<Type>)
    return first;
  else
    return with_type<Type>(std::forward<Result>(result), first, rest...);
}

// The first class above at::Tensor: what the typed members have in common.
template <class Self, class Base>
class KeepsType : public Base {
 public:
  using Base::Base;
  KeepsType() = default;
  explicit KeepsType(Tensor tensor) : Base(std::move(tensor)) {}
  // In the place of libtorch's, which is not explicit and would turn any tensor into an image.
  explicit KeepsType(at::TensorBase&& tensor) : Base(Tensor(std::move(tensor))) {}

 protected:
  auto keep(auto&& result, auto const&... operands) const {
    return keep_type(std::move(result), static_cast<Self const&>(*this), operands...);
  }
  // Like libtorch's, methods that change the data are const: a tensor is a handle.
  Self const& changed(Tensor const&, auto const&... operands) const {
    static_assert(!std::is_void_v<mixed_t<Self, std::remove_cvref_t<decltype(operands)>...>>,
                  "fastxx: an operation on two unrelated semantic tensors has no type; write a.tensor() for one of "
                  "them, or declare the pair with fastxx::may_mix");
    return static_cast<Self const&>(*this);
  }
};

}  // namespace detail

}  // namespace fastxx
