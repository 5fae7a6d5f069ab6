#pragma once

#include <fastxx/low/tensor/create.hpp>

#include <cstdint>
#include <vector>

namespace fastxx {

FASTXX_INLINE Tensor one_hot_t::operator()(Tensor const& indices, std::int64_t classes) const {
  if (classes < 0)
    throw tensor_error("one_hot.classes", {.call = "one_hot", .expected = "0 or more classes", .got = {classes}});
  Tensor const flat = indices.reshape({-1}).to(at::kLong);
  Tensor const encoded = detail::empty_cpu({classes}, at::kByte).zero_().to(indices.device());
  if (flat.numel() == 0) return encoded;
  std::int64_t const lowest = flat.min().item<std::int64_t>(), highest = flat.max().item<std::int64_t>();
  if (lowest < 0 || highest >= classes)
    throw tensor_error("one_hot.index", {.call = "one_hot",
                                         .expected = {"indices from 0 to ", classes - 1},
                                         .got = {lowest < 0 ? lowest : highest},
                                         .fix = "pass the vocabulary's size as the number of classes"});
  encoded.index_fill_(0, flat, 1);
  return encoded;
}

FASTXX_INLINE std::vector<std::int64_t> one_hot_decode(Tensor const& encoded) {
  Tensor const where = encoded.reshape({-1}).eq(1).nonzero().reshape({-1}).cpu();
  return {where.data_ptr<std::int64_t>(), where.data_ptr<std::int64_t>() + where.numel()};
}

}  // namespace fastxx
