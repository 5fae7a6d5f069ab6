#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/plot/lines.hpp>

#include <string>
#include <vector>

namespace fastxx {

/// One pair of axes among several in a picture.
///
/// Source:  own design
struct Panel {
  std::vector<Series> lines = {};
  LinePlotOptions options = {.width_px = 400, .height_px = 320};
};

/// How plot_panels arranges them.
///
/// Source:  own design
struct PanelsOptions {
  std::string title = {};
  int columns = 0;  ///< 0: three at most
};

/// Several plots of lines in one picture, row by row, each with its own axes: what has different units.
///
/// Units:   pixels for sizes; each panel has the room of the largest
/// Errors:  data_error [plot.empty], [plot.options], and those of plot_lines
/// Source:  own design
/// Example: examples/doc/activation_stats.cpp
Figure plot_panels(std::vector<Panel> const& panels, PanelsOptions const& options = {});

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/panels.ipp>
#endif
