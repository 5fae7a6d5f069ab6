#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fastxx {

/// The font of all pictures: gnuplot-nox always brings it along (through libcairo and fontconfig).
///
/// Source:  own design
inline constexpr std::string_view plot_font = "DejaVu Sans";

namespace detail {

double width_px(char32_t point, double size_px);

double width_px(std::u32string const& line, double size_px);

}  // namespace detail

/// How wide one line of text will be in a picture, never less than it really is for the usual alphabets.
///
/// Units:   pixels
/// Source:  own design
double text_width_px(std::string_view text, double size_px);

/// One line that fits into `width_px`: whole if possible, else its beginning and an ellipsis.
///
/// Units:   pixels
/// Source:  own design
std::string shortened_text(std::string_view text, double width_px, double size_px);

/// The largest size from `largest_px` down to `smallest_px` at which every line fits into `width_px`.
///
/// Units:   pixels
/// Source:  own design
double fitting_size_px(std::vector<std::string> const& lines, double width_px, double largest_px, double smallest_px);

namespace detail {

// A gnuplot string in which only letters stand for themselves: no text can become a command. Digits are escaped too,
// because gnuplot lets an octal escape run on into them.
std::string gnuplot_string(std::string_view text);

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/text.ipp>
#endif
