#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <string>
#include <string_view>

namespace fastxx::detail {

// Take one code point off the front; a byte that is no UTF-8 gives U+FFFD.
char32_t next_code_point(std::string_view& text);

bool is_utf8(std::string_view text);

// What is obeyed instead of shown: control characters, line ends, and marks that turn the direction of the text.
bool is_order(char32_t point);

void append_utf8(std::string& text, char32_t point);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/core/utf8.ipp>
#endif
