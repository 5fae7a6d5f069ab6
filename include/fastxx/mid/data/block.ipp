#pragma once

#include <fastxx/mid/data/block.hpp>

#include <string>

namespace fastxx::detail {

FASTXX_INLINE void refuse_no_items(std::string const& source) {
  throw data_error(
      "data_block.no_items",
      {.call = "DataBlock",
       .expected = "items",
       .got = "none",
       .where = source,
       .fix = "check the path, and what get_items looks for: get_image_files goes by the endings of files"});
}

}  // namespace fastxx::detail
