#pragma once

#include <fastxx/mid/data/from_columns.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void check_columns(std::vector<std::size_t> const& sizes) {
  std::string text;
  bool alike = true;
  for (std::size_t const size : sizes) {
    alike = alike && size == sizes[0];
    text += (text.empty() ? "" : ", ") + std::to_string(size);
  }
  if (!alike)
    throw data_error("from_columns.sizes", {.call = "from_columns",
                                            .expected = "columns of one length",
                                            .got = "lengths of " + text,
                                            .fix = "give an input and a target of each item"});
}

}  // namespace fastxx::detail
