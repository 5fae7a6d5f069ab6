#pragma once

#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/data/collate.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE tensor_error collate_shapes_error(std::string const& type, std::size_t first,
                                                std::string const& first_shape, std::size_t other,
                                                std::string const& other_shape) {
  return tensor_error("collate.shapes",
                      {.call = "collate",
                       .expected = "items of one size, as item " + std::to_string(first) + " of the batch: " + type +
                                   " of shape " + first_shape,
                       .got = "item " + std::to_string(other) + " of the batch of shape " + other_shape,
                       .fix = "make the sizes equal in an item transform (resize, crop or pad), before the batch"});
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE void refuse_list_sizes(std::string const& type, std::size_t first_size, std::size_t other,
                                     std::size_t other_size) {
  throw collate_shapes_error(type, 0, "[" + std::to_string(first_size) + "]", other,
                             "[" + std::to_string(other_size) + "]");
}

FASTXX_INLINE void require_one_shape(std::vector<Tensor> const& tensors, std::string const& type) {
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i].defined())
      throw tensor_error("collate.undefined", {.call = "collate",
                                               .expected = type + " with data",
                                               .got = "item " + std::to_string(i) + " of the batch without any",
                                               .fix = "make the dataset and its transforms return a tensor"});
    if (tensors[i].sizes() != tensors[0].sizes())
      throw collate_shapes_error(type, 0, shape_text(tensors[0].sizes()), i, shape_text(tensors[i].sizes()));
  }
}

FASTXX_INLINE void require_some(std::size_t count) {
  if (count == 0)
    throw data_error("collate.empty", {.call = "collate",
                                       .expected = "at least one item",
                                       .got = "none",
                                       .fix = "do not remove all items of a batch in before_batch"});
}

}  // namespace fastxx::detail
