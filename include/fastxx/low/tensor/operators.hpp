#pragma once

#include <concepts>
#include <fastxx/low/tensor/mixing.hpp>
#include <type_traits>

namespace fastxx {

namespace detail {
template <class A, class B>
concept OneSemantic = std::derived_from<A, Tensor> && std::derived_from<B, Tensor> &&
    (SemanticTensor<A> || SemanticTensor<B>);
template <class S>
concept ScalarNumber = std::is_arithmetic_v<S> || std::same_as<S, at::Scalar>;
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
  return detail::keep_type(a.tensor().add(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator-(A const& a, S s) {
  return detail::keep_type(a.tensor().sub(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator*(A const& a, S s) {
  return detail::keep_type(a.tensor().mul(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator/(A const& a, S s) {
  return detail::keep_type(a.tensor().div(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator%(A const& a, S s) {
  return detail::keep_type(a.tensor().remainder(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator&(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_and(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator|(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_or(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator^(A const& a, S s) {
  return detail::keep_type(a.tensor().bitwise_xor(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator==(A const& a, S s) {
  return detail::keep_type(a.tensor().eq(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator!=(A const& a, S s) {
  return detail::keep_type(a.tensor().ne(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<(A const& a, S s) {
  return detail::keep_type(a.tensor().lt(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<=(A const& a, S s) {
  return detail::keep_type(a.tensor().le(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>(A const& a, S s) {
  return detail::keep_type(a.tensor().gt(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>=(A const& a, S s) {
  return detail::keep_type(a.tensor().ge(at::Scalar(s)), a);
}

// With a number on the left.
template <SemanticTensor A, detail::ScalarNumber S>
A operator+(S s, A const& a) {
  return detail::keep_type(a.tensor().add(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator*(S s, A const& a) {
  return detail::keep_type(a.tensor().mul(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator-(S s, A const& a) {
  return detail::keep_type(a.tensor().sub(at::Scalar(s)).neg(), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator/(S s, A const& a) {
  return detail::keep_type(a.tensor().reciprocal().mul(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator&(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_and(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator|(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_or(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator^(S s, A const& a) {
  return detail::keep_type(a.tensor().bitwise_xor(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator==(S s, A const& a) {
  return detail::keep_type(a.tensor().eq(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator!=(S s, A const& a) {
  return detail::keep_type(a.tensor().ne(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<(S s, A const& a) {
  return detail::keep_type(a.tensor().gt(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator<=(S s, A const& a) {
  return detail::keep_type(a.tensor().ge(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>(S s, A const& a) {
  return detail::keep_type(a.tensor().lt(at::Scalar(s)), a);
}
template <SemanticTensor A, detail::ScalarNumber S>
A operator>=(S s, A const& a) {
  return detail::keep_type(a.tensor().le(at::Scalar(s)), a);
}

}  // namespace fastxx
