#pragma once
// The door to the arithmetic over lists of tensors, for which a GPU starts one kernel in the place of many.

#include <fastxx/low/torch/tensor.hpp>

#include <ATen/ops/_foreach_abs_ops.h>
#include <ATen/ops/_foreach_add_ops.h>
#include <ATen/ops/_foreach_div_ops.h>
#include <ATen/ops/_foreach_mul_ops.h>
#include <ATen/ops/_foreach_sqrt_ops.h>
#include <ATen/ops/_foreach_sub_ops.h>
#include <ATen/ops/stack_ops.h>
#if __has_include(<ATen/ops/_foreach_copy_ops.h>)
#include <ATen/ops/_foreach_copy_ops.h>
#endif

#include <cstddef>

namespace fastxx::detail {

// Into the memory of `to`.
inline void foreach_copy(at::TensorList to, at::TensorList from) {
#if __has_include(<ATen/ops/_foreach_copy_ops.h>)
  at::_ops::_foreach_copy_::call(to, from, /*non_blocking=*/false);
#else
  for (std::size_t i = 0; i < to.size(); ++i) to[i].copy_(from[i]);
#endif
}

}  // namespace fastxx::detail
