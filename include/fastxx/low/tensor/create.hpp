#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace fastxx {

namespace detail {

template <class T>
concept PlainNumber = std::is_arithmetic_v<T>;

// float32 for fractions, int64 for whole numbers, bool for bool.
template <PlainNumber T>
using element_t = std::conditional_t<std::is_floating_point_v<T>, float,
                                     std::conditional_t<std::is_same_v<T, bool>, bool, std::int64_t>>;

}  // namespace detail

/// A vector of numbers as a tensor; of one number, a scalar: `tensor(1, 2.5)`, `tensor(3)`.
///
/// Dtypes:  float32 for fractions, int64 for whole numbers, bool for bool; mixed as C++ mixes them
/// Source:  fastai 2.7.18 torch_core.py tensor: several numbers make a vector, float64 becomes float32
/// Example: examples/doc/tensor_functions.cpp
template <detail::PlainNumber First, detail::PlainNumber... Rest>
Tensor tensor(First first, Rest... rest) {
  using Element = detail::element_t<std::common_type_t<First, Rest...>>;
  Element const values[] = {static_cast<Element>(first), static_cast<Element>(rest)...};
  std::vector<std::int64_t> shape;
  if constexpr (sizeof...(Rest) > 0) shape.push_back(1 + sizeof...(Rest));
  Tensor result = detail::empty_cpu(shape, c10::CppTypeToScalarType<Element>::value);
  std::copy(std::begin(values), std::end(values), result.data_ptr<Element>());
  return result;
}

/// A list of numbers, or of lists of one length, as a tensor.
///
/// Shapes:  n numbers -> (n); n lists of m -> (n,m), and so on
/// Dtypes:  as for single numbers
/// Errors:  tensor_error [tensor.ragged] for lists of different lengths
/// Source:  fastai 2.7.18 torch_core.py tensor
/// Example: examples/doc/tensor_functions.cpp
template <class T>
Tensor tensor(std::vector<T> const& values) {
  if constexpr (detail::PlainNumber<T>) {
    using Element = detail::element_t<T>;
    Tensor result =
        detail::empty_cpu({static_cast<std::int64_t>(values.size())}, c10::CppTypeToScalarType<Element>::value);
    std::transform(values.begin(), values.end(), result.data_ptr<Element>(),
                   [](T value) { return static_cast<Element>(value); });
    return result;
  } else {
    std::vector<Tensor> rows;
    for (T const& value : values) rows.push_back(tensor(value));
    if (rows.empty()) return detail::empty_cpu({0}, at::kFloat);
    for (Tensor const& row : rows)
      if (row.sizes() != rows.front().sizes())
        throw tensor_error("tensor.ragged", {.call = "tensor",
                                             .expected = "lists of one length, as the first: shape " +
                                                         detail::shape_text(rows.front().sizes()),
                                             .got = {"one of shape ", detail::shape_text(row.sizes())},
                                             .fix = "pad them, or keep a vector of tensors"});
    return detail::stack(rows, 0);
  }
}

/// A tensor as it is, but float64 becomes float32; its type stays.
template <std::derived_from<Tensor> T>
T tensor(T const& x) {
  return x.scalar_type() == at::kDouble ? T(x.to(at::kFloat)) : x;
}

/// A 1 at each index and 0 elsewhere.
///
/// Shapes:  any number of indices -> (classes)
/// Dtypes:  integers -> uint8
/// Errors:  tensor_error [one_hot.index] outside 0 .. classes-1; [one_hot.classes] below 0
/// Source:  fastai 2.7.18 torch_core.py one_hot; differs: an index below 0 is an error
/// Example: examples/doc/tensor_functions.cpp
struct one_hot_t {
  Tensor operator()(Tensor const& indices, std::int64_t classes) const;
};
inline constexpr one_hot_t one_hot{};  // an object, so that at::one_hot is no candidate

/// Where a one-hot vector is 1.
///
/// Shapes:  (classes) -> as many as there are ones
/// Source:  fastai 2.7.18 torch_core.py one_hot_decode
/// Example: examples/doc/tensor_functions.cpp
std::vector<std::int64_t> one_hot_decode(Tensor const& encoded);

/// The vocabulary's words where a one-hot vector is 1.
///
/// Errors:  tensor_error [one_hot_decode.vocab] when it has a 1 behind the vocabulary's end
template <class Word>
std::vector<Word> one_hot_decode(Tensor const& encoded, std::vector<Word> const& vocab) {
  std::vector<Word> words;
  for (std::int64_t const index : one_hot_decode(encoded)) {
    if (static_cast<std::size_t>(index) >= vocab.size())
      throw tensor_error("one_hot_decode.vocab", {.call = "one_hot_decode",
                                                  .expected = "a word for each 1",
                                                  .got = {"index ", index, " and a vocabulary of ", vocab.size()}});
    words.push_back(vocab[static_cast<std::size_t>(index)]);
  }
  return words;
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/tensor/create.ipp>
#endif
