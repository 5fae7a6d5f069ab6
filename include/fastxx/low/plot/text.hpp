#pragma once
// The words of a picture. gnuplot places them; what it cannot do is cut them to the room there is, and leave out what no
// font has.

#include <fastxx/low/core/bodies.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace fastxx {

/// The font of all pictures: gnuplot-nox always brings it along (through libcairo and fontconfig).
///
/// Source:  own design
inline constexpr std::string_view plot_font = "DejaVu Sans";

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

// Which code points some font of this machine can show, by fontconfig's list: 'TrueType|20-7e a0-17f 192' and so on.
std::vector<bool> code_points_of(std::string const& list);

// A gnuplot string in which only letters stand for themselves: no text can become a command. Digits are escaped too,
// because gnuplot lets an octal escape run on into them; and no string in single quotes, which gnuplot 5.4 ends at two
// apostrophes in a row, however they are doubled.
std::string gnuplot_string(std::string_view text);

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/text.ipp>
#endif
