#pragma once
// The door to the few free functions that the low level needs, at the price of Tensor.h: libtorch's public headers for
// them (<ATen/ops/stack.h>, ...) take its IValue along and cost twice as much, so the functions behind those are called.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/EmptyTensor.h>
#include <ATen/core/Reduction.h>
#include <ATen/ops/binary_cross_entropy_with_logits_ops.h>
#include <ATen/ops/concat_ops.h>
#include <ATen/ops/cross_entropy_loss_ops.h>
#include <ATen/ops/from_blob.h>  // at::from_blob
#include <ATen/ops/stack_ops.h>
#include <ATen/ops/tensor.h>  // at::tensor

namespace fastxx::detail {

// at::empty in the CPU's memory.
inline Tensor empty_cpu(at::IntArrayRef shape, at::ScalarType dtype) {
  return Tensor(at::detail::empty_cpu(shape, dtype));
}

// at::stack and at::cat.
inline Tensor stack(at::TensorList tensors, std::int64_t dim) { return at::_ops::stack::call(tensors, dim); }
inline Tensor cat(at::TensorList tensors, std::int64_t dim) { return at::_ops::concat::call(tensors, dim); }

// at::cross_entropy_loss; undefined weights are none.
inline Tensor cross_entropy_loss(Tensor const& scores, Tensor const& classes, Tensor const& weight,
                                 at::Reduction::Reduction reduction, std::int64_t ignore_index,
                                 double label_smoothing) {
  auto const given = weight.defined() ? c10::optional<Tensor>(weight) : c10::optional<Tensor>();
  return at::_ops::cross_entropy_loss::call(scores, classes, given, reduction, ignore_index, label_smoothing);
}

// at::binary_cross_entropy_with_logits; undefined weights are none.
inline Tensor binary_cross_entropy_with_logits(Tensor const& scores, Tensor const& targets, Tensor const& weight,
                                               Tensor const& pos_weight, at::Reduction::Reduction reduction) {
  auto const given = [](Tensor const& w) { return w.defined() ? c10::optional<Tensor>(w) : c10::optional<Tensor>(); };
  return at::_ops::binary_cross_entropy_with_logits::call(scores, targets, given(weight), given(pos_weight), reduction);
}

}  // namespace fastxx::detail
