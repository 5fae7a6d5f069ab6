#pragma once

#include <fastxx/low/optim/tensor_list.hpp>
#include <fastxx/low/torch/foreach.hpp>

namespace fastxx::detail {

FASTXX_INLINE TensorList raw_add(TensorList const& a, TensorList const& b) {
  return at::_ops::_foreach_add_List::call(a, b, 1);
}
FASTXX_INLINE TensorList raw_sub(TensorList const& a, TensorList const& b) {
  return at::_ops::_foreach_sub_List::call(a, b, 1);
}
FASTXX_INLINE TensorList raw_mul(TensorList const& a, TensorList const& b) {
  return at::_ops::_foreach_mul_List::call(a, b);
}
FASTXX_INLINE TensorList raw_div(TensorList const& a, TensorList const& b) {
  return at::_ops::_foreach_div_List::call(a, b);
}
FASTXX_INLINE TensorList raw_add(TensorList const& a, double b) { return at::_ops::_foreach_add_Scalar::call(a, b); }
FASTXX_INLINE TensorList raw_sub(TensorList const& a, double b) { return at::_ops::_foreach_sub_Scalar::call(a, b); }
FASTXX_INLINE TensorList raw_mul(TensorList const& a, double b) { return at::_ops::_foreach_mul_Scalar::call(a, b); }
FASTXX_INLINE TensorList raw_div(TensorList const& a, double b) { return at::_ops::_foreach_div_Scalar::call(a, b); }
FASTXX_INLINE TensorList raw_sqrt(TensorList const& x) { return at::_ops::_foreach_sqrt::call(x); }
FASTXX_INLINE TensorList raw_abs(TensorList const& x) { return at::_ops::_foreach_abs::call(x); }

FASTXX_INLINE TensorList raw_sign(TensorList const& x) {
  TensorList signs;
  for (auto const& tensor : x) signs.push_back(tensor.sign());
  return signs;
}

FASTXX_INLINE TensorList raw_softplus(TensorList const& x, double beta) {
  TensorList soft;
  for (auto const& tensor : x) soft.push_back(tensor.clamp_min(0).add(tensor.abs().mul(-beta).exp().log1p().div(beta)));
  return soft;
}

FASTXX_INLINE std::vector<double> raw_totals(TensorList const& x) {
  TensorList sums;
  for (auto const& tensor : x) sums.push_back(tensor.sum(at::kDouble));
  Tensor const all = at::_ops::stack::call(sums, 0).cpu();
  auto const* const first = all.data_ptr<double>();
  return {first, first + all.numel()};
}

FASTXX_INLINE void raw_part(TensorList& x, TensorList const& others) {
  for (std::size_t i = 0; i < x.size(); ++i)
    if (x[i].is_same(others[i])) x[i] = x[i].clone();
}

FASTXX_INLINE void raw_copy(TensorList const& to, TensorList const& from) { foreach_copy(to, from); }

}  // namespace fastxx::detail
