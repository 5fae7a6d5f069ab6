#pragma once

#include <concepts>
#include <fastxx/low/torch/tensor.hpp>
#include <type_traits>
#include <utility>

namespace fastxx {

/// A strong typedef over a tensor: `struct TensorDepth : Semantic<TensorDepth, TensorImageBase> { using
/// Semantic::Semantic; };`
///
/// Made explicitly from a tensor and usable wherever one is; as large as a tensor. Copies, moves between devices and
/// dtypes, changes of shape, indexing and arithmetic keep the type; everything else gives back what libtorch gives.
/// Source:  fastai 2.7.18 torch_core.py TensorBase; differs: the type is known to the compiler
/// Example: examples/doc/tensor.cpp
template <class Self, class Base = Tensor>
class Semantic : public Base {
 public:
  using base_type = Base;

  Semantic() = default;
  explicit Semantic(Tensor tensor) : Base(std::move(tensor)) {}

  /// The same data under libtorch's own type.
  Tensor const& tensor() const { return *this; }

  template <class... Args>
  Self to(Args&&... args) const {
    return Self(Tensor::to(std::forward<Args>(args)...));
  }
  Self clone() const { return Self(Tensor::clone()); }
  Self detach() const { return Self(Tensor::detach()); }
  Self contiguous() const { return Self(Tensor::contiguous()); }
  Self cpu() const { return Self(Tensor::cpu()); }
  Self cuda() const { return Self(Tensor::cuda()); }

  Self new_zeros(at::IntArrayRef shape) const { return Self(Tensor::new_zeros(shape)); }
  Self new_ones(at::IntArrayRef shape) const { return Self(Tensor::new_ones(shape)); }
  Self new_full(at::IntArrayRef shape, at::Scalar const& value) const { return Self(Tensor::new_full(shape, value)); }

  Self view(at::IntArrayRef shape) const { return Self(Tensor::view(shape)); }
  Self reshape(at::IntArrayRef shape) const { return Self(Tensor::reshape(shape)); }
  Self expand(at::IntArrayRef shape) const { return Self(Tensor::expand(shape)); }
  Self permute(at::IntArrayRef dims) const { return Self(Tensor::permute(dims)); }
  Self flip(at::IntArrayRef dims) const { return Self(Tensor::flip(dims)); }
  Self transpose(std::int64_t a, std::int64_t b) const { return Self(Tensor::transpose(a, b)); }
  Self squeeze() const { return Self(Tensor::squeeze()); }
  Self squeeze(std::int64_t dim) const { return Self(Tensor::squeeze(dim)); }
  Self unsqueeze(std::int64_t dim) const { return Self(Tensor::unsqueeze(dim)); }
  Self flatten(std::int64_t start = 0, std::int64_t end = -1) const { return Self(Tensor::flatten(start, end)); }

  Self operator[](std::int64_t index) const { return Self(Tensor::select(0, index)); }
  Self select(std::int64_t dim, std::int64_t index) const { return Self(Tensor::select(dim, index)); }
  Self narrow(std::int64_t dim, std::int64_t start, std::int64_t length) const {
    return Self(Tensor::narrow(dim, start, length));
  }
  Self slice(std::int64_t dim, c10::optional<std::int64_t> start = {}, c10::optional<std::int64_t> end = {},
             std::int64_t step = 1) const {
    return Self(Tensor::slice(dim, start, end, step));
  }
  Self index_select(std::int64_t dim, Tensor const& index) const { return Self(Tensor::index_select(dim, index)); }

  Self clamp(at::Scalar const& low, at::Scalar const& high) const { return Self(Tensor::clamp(low, high)); }
  Self neg() const { return Self(Tensor::neg()); }
  Self operator-() const { return neg(); }
  Self add(Tensor const& other) const { return Self(Tensor::add(other)); }
  Self sub(Tensor const& other) const { return Self(Tensor::sub(other)); }
  Self mul(Tensor const& other) const { return Self(Tensor::mul(other)); }
  Self div(Tensor const& other) const { return Self(Tensor::div(other)); }
  Self add(at::Scalar const& other) const { return Self(Tensor::add(other)); }
  Self sub(at::Scalar const& other) const { return Self(Tensor::sub(other)); }
  Self mul(at::Scalar const& other) const { return Self(Tensor::mul(other)); }
  Self div(at::Scalar const& other) const { return Self(Tensor::div(other)); }
  Self& add_(Tensor const& other) { return in_place(Tensor::add_(other)); }
  Self& sub_(Tensor const& other) { return in_place(Tensor::sub_(other)); }
  Self& mul_(Tensor const& other) { return in_place(Tensor::mul_(other)); }
  Self& div_(Tensor const& other) { return in_place(Tensor::div_(other)); }
  Self& add_(at::Scalar const& other) { return in_place(Tensor::add_(other)); }
  Self& sub_(at::Scalar const& other) { return in_place(Tensor::sub_(other)); }
  Self& mul_(at::Scalar const& other) { return in_place(Tensor::mul_(other)); }
  Self& div_(at::Scalar const& other) { return in_place(Tensor::div_(other)); }

 private:
  Self& in_place(Tensor const&) { return static_cast<Self&>(*this); }
};

/// A tensor type made with Semantic.
template <class T>
concept SemanticTensor = std::derived_from<T, Tensor> && !std::same_as<T, Tensor> && requires {
  typename T::base_type;
};

namespace detail {
// The more derived of two tensor types; void for siblings, whose mix has no meaning.
template <class A, class B>
using more_derived_t =
    std::conditional_t<std::derived_from<A, B>, A, std::conditional_t<std::derived_from<B, A>, B, void>>;

template <class A, class B, class Op>
auto combine(A const& a, B const& b, Op op) {
  using Result = more_derived_t<A, B>;
  static_assert(
      !std::is_void_v<Result>,
      "fastxx: arithmetic between two unrelated semantic tensors has no type; write a.tensor() for one of them");
  if constexpr (!std::is_void_v<Result>)
    return Result(op(static_cast<Tensor const&>(a), static_cast<Tensor const&>(b)));
}

template <class T>
concept Arithmetic = std::is_arithmetic_v<T>;
template <class A, class B>
concept OneSemantic = SemanticTensor<A> || SemanticTensor<B>;
}  // namespace detail

template <std::derived_from<Tensor> A, std::derived_from<Tensor> B>
requires detail::OneSemantic<A, B>
auto operator+(A const& a, B const& b) {
  return detail::combine(a, b, [](Tensor const& x, Tensor const& y) { return x.add(y); });
}
template <std::derived_from<Tensor> A, std::derived_from<Tensor> B>
requires detail::OneSemantic<A, B>
auto operator-(A const& a, B const& b) {
  return detail::combine(a, b, [](Tensor const& x, Tensor const& y) { return x.sub(y); });
}
template <std::derived_from<Tensor> A, std::derived_from<Tensor> B>
requires detail::OneSemantic<A, B>
auto operator*(A const& a, B const& b) {
  return detail::combine(a, b, [](Tensor const& x, Tensor const& y) { return x.mul(y); });
}
template <std::derived_from<Tensor> A, std::derived_from<Tensor> B>
requires detail::OneSemantic<A, B>
auto operator/(A const& a, B const& b) {
  return detail::combine(a, b, [](Tensor const& x, Tensor const& y) { return x.div(y); });
}

template <SemanticTensor A, detail::Arithmetic S>
A operator+(A const& a, S s) {
  return A(a.tensor().add(at::Scalar(s)));
}
template <SemanticTensor A, detail::Arithmetic S>
A operator-(A const& a, S s) {
  return A(a.tensor().sub(at::Scalar(s)));
}
template <SemanticTensor A, detail::Arithmetic S>
A operator*(A const& a, S s) {
  return A(a.tensor().mul(at::Scalar(s)));
}
template <SemanticTensor A, detail::Arithmetic S>
A operator/(A const& a, S s) {
  return A(a.tensor().div(at::Scalar(s)));
}

template <SemanticTensor A, detail::Arithmetic S>
A operator+(S s, A const& a) {
  return a + s;
}
template <SemanticTensor A, detail::Arithmetic S>
A operator*(S s, A const& a) {
  return a * s;
}
template <SemanticTensor A, detail::Arithmetic S>
A operator-(S s, A const& a) {
  return A(a.tensor().sub(at::Scalar(s)).neg());
}
template <SemanticTensor A, detail::Arithmetic S>
A operator/(S s, A const& a) {
  return A(a.tensor().reciprocal().mul(at::Scalar(s)));
}

}  // namespace fastxx
