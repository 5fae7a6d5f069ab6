#pragma once

#include <fastxx/low/patch/elastic_width.hpp>

#include <cstdint>
#include <string>

namespace fastxx::detail {

FASTXX_INLINE UsedSize full_size(torch::nn::Module const& layer) {
  auto const parameters = layer.named_parameters(false), buffers = layer.named_buffers(false);
  auto const* tensor = parameters.find("weight");
  if (!tensor || !tensor->defined()) tensor = buffers.find("running_mean");
  if (!tensor || !tensor->defined()) return {};
  return {tensor->size(0), tensor->dim() > 1 ? tensor->size(1) : 0};
}

FASTXX_INLINE Tensor first_of(Tensor const& tensor, std::int64_t dim, std::int64_t count) {
  return count > 0 && tensor.defined() ? tensor.narrow(dim, 0, count) : tensor;
}

FASTXX_INLINE void refuse_elastic(char const* key, std::string const& group, std::string const& expected,
                                  std::string const& got) {
  throw data_error(key, {.call = "ElasticWidth",
                         .expected = expected,
                         .got = got,
                         .where = "group '" + group + "'",
                         .fix = "correct groups() or the widths asked for"});
}

}  // namespace fastxx::detail
