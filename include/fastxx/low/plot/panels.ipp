#pragma once

#include <fastxx/low/plot/panels.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE Figure plot_panels(std::vector<Panel> const& panels, PanelsOptions const& options) {
  if (panels.empty()) throw data_error("plot.empty", {.call = "plot_panels", .expected = "a panel", .got = "none"});
  if (options.columns < 0)
    throw data_error("plot.options",
                     {.call = "plot_panels", .expected = "0 columns or more", .got = {options.columns}});
  int const count = static_cast<int>(panels.size());
  int const columns = std::min(count, options.columns > 0 ? options.columns : 3),
            rows = (count + columns - 1) / columns;
  int width = 0, height = 0;
  for (Panel const& panel : panels) {
    width = std::max(width, panel.options.width_px);
    height = std::max(height, panel.options.height_px);
  }
  int const header = options.title.empty() ? 0 : 40, all_width = columns * width, all_height = rows * height + header;
  detail::check_size(all_width, all_height);  // before the work
  auto const share = [](int part, int of) { return detail::number(static_cast<double>(part) / of); };
  std::string commands = "set multiplot\n";
  if (header > 0)
    commands += detail::join({"set label 1 ", detail::gnuplot_text(options.title, all_width - 40.0, 19),
                              " at screen 0.5,", share(all_height - header / 2 - 4, all_height), " center\n"});
  for (int i = 0; i < count; ++i) {
    Panel const& panel = panels[static_cast<std::size_t>(i)];
    // `reset` takes back what the panel before has set, and the title with it.
    if (i > 0) commands += "reset\n";
    commands +=
        detail::join({"set size ", share(width, all_width), ",", share(height, all_height), "\nset origin ",
                      share(i % columns * width, all_width), ",", share((rows - 1 - i / columns) * height, all_height),
                      "\n", detail::line_plot_commands(panel.lines, panel.options), "\n"});
  }
  return Figure(all_width, all_height, commands + "unset multiplot");
}

}  // namespace fastxx
