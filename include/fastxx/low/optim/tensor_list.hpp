#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <vector>

namespace fastxx::detail {

// Tensors that a formula is applied to side by side, element by element of each: what Element is for parameters that are
// not plain floats on the CPU. Lists that meet in a formula have the same shapes in the same order.
using TensorList = std::vector<Tensor>;

TensorList raw_add(TensorList const& a, TensorList const& b);
TensorList raw_sub(TensorList const& a, TensorList const& b);
TensorList raw_mul(TensorList const& a, TensorList const& b);
TensorList raw_div(TensorList const& a, TensorList const& b);
TensorList raw_add(TensorList const& a, double b);
TensorList raw_sub(TensorList const& a, double b);
TensorList raw_mul(TensorList const& a, double b);
TensorList raw_div(TensorList const& a, double b);
TensorList raw_sqrt(TensorList const& x);
TensorList raw_abs(TensorList const& x);
TensorList raw_sign(TensorList const& x);
TensorList raw_softplus(TensorList const& x, double beta);
inline double raw_number(double x, TensorList const&) { return x; }

// The sum of each tensor: one transfer for all.
std::vector<double> raw_totals(TensorList const& x);

// Copies of those that are the tensors of `others` themselves: a formula that assigns a value keeps the value.
void raw_part(TensorList& x, TensorList const& others);

// Into the memory of `to`.
void raw_copy(TensorList const& to, TensorList const& from);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/optim/tensor_list.ipp>
#endif
