#pragma once

#include <fastxx/mid/data/column.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE void refuse_column(std::string const& name) {
  throw data_error("column.missing", {.call = "column",
                                      .expected = "rows with a column '" + brief(name) + "'",
                                      .got = "a row without it",
                                      .fix = "check the name, letter by letter, and that each row has it"});
}

FASTXX_INLINE std::vector<std::string> split_labels(std::string_view text, std::string_view delimiter) {
  std::vector<std::string> labels;
  if (text.empty()) return labels;
  if (delimiter.empty()) return {std::string(text)};
  for (std::size_t begin = 0; begin <= text.size();) {
    std::size_t const end = std::min(text.find(delimiter, begin), text.size());
    labels.emplace_back(text.substr(begin, end - begin));
    begin = end + delimiter.size();
  }
  return labels;
}

}  // namespace fastxx::detail
