#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/tensor/mixing.hpp>

#include <concepts>
#include <cstdint>
#include <type_traits>

namespace fastxx {

namespace detail {
template <class A, class B>
concept OneSemantic = std::derived_from<A, Tensor> && std::derived_from<B, Tensor> &&
    (SemanticTensor<A> || SemanticTensor<B>);
template <class S>
concept ScalarNumber = std::is_arithmetic_v<S> || std::same_as<S, at::Scalar>;

// at::Scalar takes some of C++'s integers only; std::size_t is none of them.
template <ScalarNumber S>
at::Scalar scalar_of(S const& s) {
  if constexpr (std::integral<S> && !std::same_as<S, bool>)
    return static_cast<std::int64_t>(s);
  else if constexpr (std::floating_point<S>)
    return static_cast<double>(s);
  else
    return s;
}
// A number as a tensor without dimensions, for the operators that have no form with a number on the left. It has the
// other tensor's dtype, except that fractions turn integers into floats, as in Python.
Tensor number_for(Tensor const& other, at::Scalar const& number);
}  // namespace detail

/// The arithmetic, comparison and bit operators, between two tensors of which at least one has a semantic type: the
/// result has the most derived one's type and the metadata of the first that has it; a comparison is one of elements.
///
/// Errors:  a compile-time sentence when unrelated types meet (may_mix)
/// Source:  fastai 2.7.18 torch_core.py TensorBase.__torch_function__
/// Example: examples/doc/tensor.cpp
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator+(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).add(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator-(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).sub(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator*(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).mul(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator/(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).div(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator%(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).remainder(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator&(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).bitwise_and(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator|(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).bitwise_or(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator^(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).bitwise_xor(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator==(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).eq(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator!=(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).ne(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator<(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).lt(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator<=(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).le(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator>(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).gt(b), a, b); }
template <class A, class B>
requires detail::OneSemantic<A, B>
auto operator>=(A const& a, B const& b) { return detail::keep_type(static_cast<Tensor const&>(a).ge(b), a, b); }

// With a number on the right.
template <SemanticTensor A, detail::ScalarNumber S>
A operator+(A const& a, S s) {
  return detail::keep_type(a.tensor().add(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator-(A const& a, S s) {
  return detail::keep_type(a.tensor().sub(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator*(A const& a, S s) {
  return detail::keep_type(a.tensor().mul(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator/(A const& a, S s) {
  return detail::keep_type(a.tensor().div(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator%(A const& a, S s) {
  return detail::keep_type(a.tensor().remainder(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator&(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_and(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator|(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_or(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator^(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_xor(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator==(A const& a, S s) {
  return detail::keep_type(a.tensor().eq(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator!=(A const& a, S s) {
  return detail::keep_type(a.tensor().ne(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<(A const& a, S s) {
  return detail::keep_type(a.tensor().lt(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<=(A const& a, S s) {
  return detail::keep_type(a.tensor().le(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>(A const& a, S s) {
  return detail::keep_type(a.tensor().gt(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>=(A const& a, S s) {
  return detail::keep_type(a.tensor().ge(detail::scalar_of(s)), a);
}

// With a number on the left.
template <SemanticTensor A, detail::ScalarNumber S>
A operator+(S s, A const& a) {
  return detail::keep_type(a.tensor().add(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator*(S s, A const& a) {
  return detail::keep_type(a.tensor().mul(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator-(S s, A const& a) {
  return detail::keep_type(detail::number_for(a.tensor(), detail::scalar_of(s)).sub(a.tensor()), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator/(S s, A const& a) {
  return detail::keep_type(detail::number_for(a.tensor(), detail::scalar_of(s)).div(a.tensor()), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator&(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_and(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator|(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_or(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator^(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_xor(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator==(S s, A const& a) {
  return detail::keep_type(a.tensor().eq(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator!=(S s, A const& a) {
  return detail::keep_type(a.tensor().ne(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<(S s, A const& a) {
  return detail::keep_type(a.tensor().gt(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<=(S s, A const& a) {
  return detail::keep_type(a.tensor().ge(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>(S s, A const& a) {
  return detail::keep_type(a.tensor().lt(detail::scalar_of(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>=(S s, A const& a) {
  return detail::keep_type(a.tensor().le(detail::scalar_of(s)), a);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/tensor/operators.ipp>
#endif
