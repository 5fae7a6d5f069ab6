#pragma once
// Which characters the fonts of this machine can show. gnuplot must never be given another one: it would draw the box
// that stands for it a thousand times too large, over the whole picture.

#include <fastxx/low/core/bodies.hpp>

#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

using CodePointRange = std::pair<char32_t, char32_t>;  // first and last

// The ranges in fontconfig's list, one font a line: 'TrueType|20-7e a0-17f 192'.
std::vector<CodePointRange> code_point_ranges(std::string const& list);

// Sorted ranges made disjoint, so that a binary search finds a code point.
std::vector<CodePointRange> merged(std::vector<CodePointRange> const& sorted);

// Whether some font has this character. Asks fontconfig's fc-list (10 ms, once) only beyond the Latin alphabets.
bool has_glyph(char32_t point);

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/plot/fonts.ipp>
#endif
