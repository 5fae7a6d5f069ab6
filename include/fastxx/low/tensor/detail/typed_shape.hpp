#pragma once

#include <fastxx/low/tensor/mixing.hpp>

#include <cstdint>
#include <utility>

namespace fastxx::detail {

// Copies, moves, shapes and indexing that keep the type. One line a method: what libtorch gives, under our type.
template <class Self, class Base>
class TypedShape : public Base {
 public:
  using Base::Base;
  TypedShape() = default;
  explicit TypedShape(Tensor tensor) : Base(std::move(tensor)) {}

  auto to(auto const&... args) const { return this->keep(Tensor::to(args...), args...); }
  Self cpu() const { return this->keep(Tensor::cpu()); }
  Self cuda() const { return this->keep(Tensor::cuda()); }
  Self toType(at::ScalarType dtype) const { return this->keep(Tensor::toType(dtype)); }
  Self contiguous(at::MemoryFormat format = at::MemoryFormat::Contiguous) const {
    return this->keep(Tensor::contiguous(format));
  }
  auto clone(auto const&... args) const { return this->keep(Tensor::clone(args...)); }
  Self detach() const { return this->keep(Tensor::detach()); }
  Self data() const { return this->keep(Tensor::data()); }
  Self alias() const { return this->keep(Tensor::alias()); }
  Self const& set_requires_grad(bool value) const { return this->changed(Tensor::set_requires_grad(value)); }
  Self const& requires_grad_(bool value = true) const { return this->changed(Tensor::requires_grad_(value)); }

  Self new_empty(at::IntArrayRef shape, at::TensorOptions options = {}) const {
    return this->keep(Tensor::new_empty(shape, options));
  }
  Self new_zeros(at::IntArrayRef shape, at::TensorOptions options = {}) const {
    return this->keep(Tensor::new_zeros(shape, options));
  }
  Self new_ones(at::IntArrayRef shape, at::TensorOptions options = {}) const {
    return this->keep(Tensor::new_ones(shape, options));
  }
  Self new_full(at::IntArrayRef shape, at::Scalar const& value, at::TensorOptions options = {}) const {
    return this->keep(Tensor::new_full(shape, value, options));
  }
  Self new_empty_strided(at::IntArrayRef shape, at::IntArrayRef stride, at::TensorOptions options = {}) const {
    return this->keep(Tensor::new_empty_strided(shape, stride, options));
  }

  Self view(at::IntArrayRef shape) const { return this->keep(Tensor::view(shape)); }
  Self view(at::ScalarType dtype) const { return this->keep(Tensor::view(dtype)); }
  Self reshape(at::IntArrayRef shape) const { return this->keep(Tensor::reshape(shape)); }
  Self expand(at::IntArrayRef shape, bool implicit = false) const {
    return this->keep(Tensor::expand(shape, implicit));
  }
  Self broadcast_to(at::IntArrayRef shape) const { return this->keep(Tensor::broadcast_to(shape)); }
  Self sum_to_size(at::IntArrayRef shape) const { return this->keep(Tensor::sum_to_size(shape)); }
  auto unflatten(std::int64_t dim, at::IntArrayRef sizes) const { return this->keep(Tensor::unflatten(dim, sizes)); }
  Self permute(at::IntArrayRef dims) const { return this->keep(Tensor::permute(dims)); }
  Self movedim(at::IntArrayRef from, at::IntArrayRef to) const { return this->keep(Tensor::movedim(from, to)); }
  Self movedim(std::int64_t from, std::int64_t to) const { return this->keep(Tensor::movedim(from, to)); }
  Self moveaxis(at::IntArrayRef from, at::IntArrayRef to) const { return this->keep(Tensor::moveaxis(from, to)); }
  Self moveaxis(std::int64_t from, std::int64_t to) const { return this->keep(Tensor::moveaxis(from, to)); }
  Self t() const { return this->keep(Tensor::t()); }
  Self flip(at::IntArrayRef dims) const { return this->keep(Tensor::flip(dims)); }
  Self roll(at::IntArrayRef shifts, at::IntArrayRef dims = {}) const { return this->keep(Tensor::roll(shifts, dims)); }
  Self rot90(std::int64_t k = 1, at::IntArrayRef dims = {0, 1}) const { return this->keep(Tensor::rot90(k, dims)); }
  Self repeat(at::IntArrayRef repeats) const { return this->keep(Tensor::repeat(repeats)); }
  Self tile(at::IntArrayRef repeats) const { return this->keep(Tensor::tile(repeats)); }
  auto as_strided(at::IntArrayRef shape, at::IntArrayRef stride, auto const&... offset) const {
    return this->keep(Tensor::as_strided(shape, stride, offset...));
  }
  auto split(at::IntArrayRef sizes, std::int64_t dim = 0) const {
    return this->keep(Tensor::split_with_sizes(sizes, dim));
  }
  auto split(std::int64_t size, std::int64_t dim = 0) const { return this->keep(Tensor::split(size, dim)); }
  auto split_with_sizes(at::IntArrayRef sizes, std::int64_t dim = 0) const { return split(sizes, dim); }
  auto tensor_split(at::IntArrayRef indices, std::int64_t dim = 0) const {
    return this->keep(Tensor::tensor_split(indices, dim));
  }
  auto tensor_split(std::int64_t sections, std::int64_t dim = 0) const {
    return this->keep(Tensor::tensor_split(sections, dim));
  }
  auto hsplit(at::IntArrayRef indices) const { return this->keep(Tensor::hsplit(indices)); }
  auto hsplit(std::int64_t sections) const { return this->keep(Tensor::hsplit(sections)); }
  auto vsplit(at::IntArrayRef indices) const { return this->keep(Tensor::vsplit(indices)); }
  auto vsplit(std::int64_t sections) const { return this->keep(Tensor::vsplit(sections)); }
  auto dsplit(at::IntArrayRef indices) const { return this->keep(Tensor::dsplit(indices)); }
  auto dsplit(std::int64_t sections) const { return this->keep(Tensor::dsplit(sections)); }

  // Const results: `x[0] = y` would change a temporary handle and nothing else, so it must not compile.
  Self const operator[](std::int64_t index) const { return this->keep(Tensor::select(0, index)); }
  Self const operator[](Tensor const& index) const { return this->keep(Tensor::operator[](index)); }
  Self const index(std::initializer_list<at::indexing::TensorIndex> indices) const {
    return this->keep(Tensor::index(indices));
  }
  Self const index(at::ArrayRef<at::indexing::TensorIndex> indices) const { return this->keep(Tensor::index(indices)); }
  Self const& index_put_(std::initializer_list<at::indexing::TensorIndex> indices, auto const& values) const {
    Tensor handle = *this;
    return this->changed(handle.index_put_(indices, values), values);
  }

  auto narrow(auto const&... args) const { return this->keep(Tensor::narrow(args...), args...); }
  auto narrow_copy(auto const&... args) const { return this->keep(Tensor::narrow_copy(args...), args...); }
  auto select(auto const&... args) const { return this->keep(Tensor::select(args...), args...); }
  auto slice(auto const&... args) const { return this->keep(Tensor::slice(args...), args...); }
  auto slice_scatter(auto const&... args) const { return this->keep(Tensor::slice_scatter(args...), args...); }
  auto select_scatter(auto const&... args) const { return this->keep(Tensor::select_scatter(args...), args...); }
  auto diagonal_scatter(auto const&... args) const { return this->keep(Tensor::diagonal_scatter(args...), args...); }
  auto squeeze(auto const&... args) const { return this->keep(Tensor::squeeze(args...), args...); }
  auto transpose(auto const&... args) const { return this->keep(Tensor::transpose(args...), args...); }
  auto unsqueeze(auto const&... args) const { return this->keep(Tensor::unsqueeze(args...), args...); }
  auto view_as(auto const&... args) const { return this->keep(Tensor::view_as(args...), args...); }
  auto expand_as(auto const&... args) const { return this->keep(Tensor::expand_as(args...), args...); }
  auto reshape_as(auto const&... args) const { return this->keep(Tensor::reshape_as(args...), args...); }
  auto flatten(auto const&... args) const { return this->keep(Tensor::flatten(args...), args...); }
  auto chunk(auto const&... args) const { return this->keep(Tensor::chunk(args...), args...); }
  auto unbind(auto const&... args) const { return this->keep(Tensor::unbind(args...), args...); }
  auto swapaxes(auto const&... args) const { return this->keep(Tensor::swapaxes(args...), args...); }
  auto swapdims(auto const&... args) const { return this->keep(Tensor::swapdims(args...), args...); }
  auto diagonal(auto const&... args) const { return this->keep(Tensor::diagonal(args...), args...); }
  auto diag(auto const&... args) const { return this->keep(Tensor::diag(args...), args...); }
  auto diag_embed(auto const&... args) const { return this->keep(Tensor::diag_embed(args...), args...); }
  auto diagflat(auto const&... args) const { return this->keep(Tensor::diagflat(args...), args...); }
  auto repeat_interleave(auto const&... args) const { return this->keep(Tensor::repeat_interleave(args...), args...); }
  auto type_as(auto const&... args) const { return this->keep(Tensor::type_as(args...), args...); }
  auto index_select(auto const&... args) const { return this->keep(Tensor::index_select(args...), args...); }
  auto masked_select(auto const&... args) const { return this->keep(Tensor::masked_select(args...), args...); }
  auto masked_fill(auto const&... args) const { return this->keep(Tensor::masked_fill(args...), args...); }
  auto masked_scatter(auto const&... args) const { return this->keep(Tensor::masked_scatter(args...), args...); }
  auto gather(auto const&... args) const { return this->keep(Tensor::gather(args...), args...); }
  auto scatter(auto const&... args) const { return this->keep(Tensor::scatter(args...), args...); }
  auto scatter_add(auto const&... args) const { return this->keep(Tensor::scatter_add(args...), args...); }
  auto scatter_reduce(auto const&... args) const { return this->keep(Tensor::scatter_reduce(args...), args...); }
  auto take(auto const&... args) const { return this->keep(Tensor::take(args...), args...); }
  auto take_along_dim(auto const&... args) const { return this->keep(Tensor::take_along_dim(args...), args...); }
  auto put(auto const&... args) const { return this->keep(Tensor::put(args...), args...); }
  auto index_add(auto const&... args) const { return this->keep(Tensor::index_add(args...), args...); }
  auto index_copy(auto const&... args) const { return this->keep(Tensor::index_copy(args...), args...); }
  auto index_fill(auto const&... args) const { return this->keep(Tensor::index_fill(args...), args...); }
  auto index_reduce(auto const&... args) const { return this->keep(Tensor::index_reduce(args...), args...); }
  auto unfold(auto const&... args) const { return this->keep(Tensor::unfold(args...), args...); }
  auto triu(auto const&... args) const { return this->keep(Tensor::triu(args...), args...); }
  auto tril(auto const&... args) const { return this->keep(Tensor::tril(args...), args...); }
  auto where(auto const&... args) const { return this->keep(Tensor::where(args...), args...); }
  auto pin_memory(auto const&... args) const { return this->keep(Tensor::pin_memory(args...), args...); }
  Self ravel() const { return this->keep(Tensor::ravel()); }
  Self fliplr() const { return this->keep(Tensor::fliplr()); }
  Self flipud() const { return this->keep(Tensor::flipud()); }
  Self adjoint() const { return this->keep(Tensor::adjoint()); }
  Self mT() const { return this->keep(Tensor::mT()); }
  Self mH() const { return this->keep(Tensor::mH()); }
  Self matrix_H() const { return this->keep(Tensor::matrix_H()); }
};

}  // namespace fastxx::detail
