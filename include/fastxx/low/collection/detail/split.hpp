#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

std::vector<std::string> split_text(std::string_view text, std::optional<std::string_view> separator,
                                    std::int64_t maxsplit);

// Lines end with \n, \r\n or \r; the end of the text ends its last line too.
std::vector<std::string> split_lines(std::string_view text);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/collection/detail/split.ipp>
#endif
