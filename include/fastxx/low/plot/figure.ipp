#pragma once

#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/plot/gnuplot.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx::detail {

FASTXX_INLINE std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  for (char& c : text)
    if (c == ',') c = '.';
  return text;
}

FASTXX_INLINE std::string gnuplot_colour(Colour c) {
  char text[16];
  std::snprintf(text, sizeof text, "rgb \"#%02x%02x%02x\"", c.red, c.green, c.blue);
  return text;
}

FASTXX_INLINE std::string gnuplot_font(double size_px) { return "font \"," + number(size_px * 0.75) + "\""; }

FASTXX_INLINE std::string gnuplot_text(std::string_view words, double room_px, double size_px, Colour colour) {
  return join({gnuplot_string(shortened_text(words, room_px, size_px)), " noenhanced ", gnuplot_font(size_px),
               " textcolor ", gnuplot_colour(colour)});
}

FASTXX_INLINE void check_size(int width_px, int height_px) {
  if (std::min(width_px, height_px) < 16 || std::max(width_px, height_px) > Figure::largest_px)
    throw data_error("plot.size", {.call = "Figure",
                                   .expected = "a width and a height from 16 to 16384 pixels",
                                   .got = {width_px, " x ", height_px},
                                   .fix = "show less, or make the parts smaller"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure::Figure(int width_px, int height_px, std::string commands)
    : width_px_(width_px), height_px_(height_px), commands_(std::move(commands)) {
  detail::check_size(width_px, height_px);
}

FASTXX_INLINE std::string Figure::png() const {
  return detail::run_gnuplot(
      detail::join({"set encoding utf8\nset terminal pngcairo background \"#ffffff\" size ", width_px_, ",", height_px_,
                    " font \"", plot_font, ",9.75\"\n", commands_, "\n"}));
}

}  // namespace fastxx
