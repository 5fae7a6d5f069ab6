#pragma once

#include <fastxx/low/tensor/functions.hpp>

namespace fastxx {

FASTXX_INLINE bool all_equal(Tensor const& a, Tensor const& b) {
  if (!a.defined() || !b.defined()) return a.defined() == b.defined();
  return a.sizes() == b.sizes() && a.eq(b).all().item<bool>();
}

}  // namespace fastxx
