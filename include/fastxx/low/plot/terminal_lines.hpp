#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/plot/lines.hpp>

#include <string>
#include <vector>

namespace fastxx {

/// How terminal_lines draws.
///
/// Units:   characters
/// Source:  own design
struct TerminalPlotOptions {
  int columns = 72, rows = 10;  ///< all of it in width, and the lines of the plot itself
  bool colour = true;           ///< with the escape sequences of a terminal
};

/// Curves as lines of text, for a terminal: each character holds 2 x 4 dots (Unicode braille). The numbers of the y axis
/// stand on the left; one more line below has those of the x axis and the names.
///
/// Values that are no numbers leave gaps; where two curves meet in a character it has the colour of the later one.
/// Errors:  data_error [plot.series] when x and y differ in length, [plot.size] below 30 columns or 2 rows
/// Source:  own design
/// Example: examples/doc/show_graph.cpp
std::vector<std::string> terminal_lines(std::vector<Series> const& lines, TerminalPlotOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/terminal_lines.ipp>
#endif
