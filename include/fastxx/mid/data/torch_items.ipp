#pragma once

#include <fastxx/mid/data/torch_items.hpp>

namespace fastxx::detail {

FASTXX_INLINE void refuse_torch_size() {
  throw data_error("torch_items.size", {.call = "TorchItems",
                                        .expected = "a dataset that knows its size",
                                        .got = "one whose size() is empty",
                                        .fix = "read a stream through torch::data's loader and foreign(loader)"});
}

}  // namespace fastxx::detail
