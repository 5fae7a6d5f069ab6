#pragma once

#include <fastxx/low/plot/figure.hpp>
#include <fastxx/low/plot/gnuplot.hpp>

#include <algorithm>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>

namespace fastxx::detail {

FASTXX_INLINE std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  for (char& c : text)
    if (c == ',') c = '.';
  return text;
}

FASTXX_INLINE std::string gnuplot_colour(Colour c) {
  char text[16];
  std::snprintf(text, sizeof text, "\"#%02x%02x%02x\"", c.red, c.green, c.blue);
  return text;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure::Figure(int width_px, int height_px) : width_px_(width_px), height_px_(height_px) {
  if (std::min(width_px, height_px) < 16 || std::max(width_px, height_px) > largest_px)
    throw data_error("plot.size", {.call = "Figure",
                                   .expected = "a width and a height from 16 to 16384 pixels",
                                   .got = {width_px, " x ", height_px},
                                   .fix = "show less, or make the parts smaller"});
}

FASTXX_INLINE void Figure::text(std::string_view words, TextStyle const& style) {
  char const* const align = style.align == TextStyle::Align::left     ? "left"
                            : style.align == TextStyle::Align::centre ? "center"
                                                                      : "right";
  std::string const line = shortened_text(words, 1e9, style.size_px);
  if (line.empty()) return;
  command({"set label ", detail::gnuplot_string(line), " at screen ", detail::number(style.x_px / width_px_), ",",
           detail::number(1 - style.y_px / height_px_), " ", align, style.upwards ? " rotate by 90" : "",
           style.boxed ? " boxed" : "", " front noenhanced font ", font(style.size_px), " textcolor rgb ",
           detail::gnuplot_colour(style.colour)});
}

FASTXX_INLINE void Figure::use_pixels() {
  command("unset border\nunset tics\nset lmargin at screen 0\nset rmargin at screen 1");
  command("set bmargin at screen 0\nset tmargin at screen 1");
  command({"set xrange [0:", width_px_, "]\nset yrange [", height_px_, ":0]"});
}

FASTXX_INLINE void Figure::line(double x0, double y0, double x1, double y1, Colour colour, double width_px) {
  auto const at = [&](double x, double y) {
    return detail::join({" screen ", detail::number(x / width_px_), ",", detail::number(1 - y / height_px_)});
  };
  command({"set arrow from", at(x0, y0), " to", at(x1, y1), " nohead front linewidth ", detail::number(width_px),
           " linecolor rgb ", detail::gnuplot_colour(colour)});
}

FASTXX_INLINE void Figure::image(detail::Pixels const& pixels, double x_px, double y_px, int scale) {
  element({"'-' binary array=(", pixels.width, ",", pixels.height, ") dx=", scale, " dy=", scale, " origin=(",
           detail::number(x_px + scale / 2.0), ",", detail::number(y_px + scale / 2.0),
           ") format='%uchar%uchar%uchar' using 1:2:3 with rgbimage"},
          pixels.rgb);
}

FASTXX_INLINE void Figure::element(std::initializer_list<detail::TextPiece> description, std::string_view bytes) {
  elements_.append(elements_.empty() ? "plot " : ", ").append(detail::join(description));
  bytes_.append(bytes);
}

FASTXX_INLINE std::string Figure::font(double size_px) {
  return detail::join({"\"", plot_font, ",", detail::number(size_px * 0.75), "\""});  // gnuplot counts in points
}

FASTXX_INLINE std::string Figure::png() const {
  if (elements_.empty()) {  // gnuplot draws only when it plots something
    Figure blank = *this;
    blank.use_pixels();
    blank.element({"NaN"}, "");
    return blank.png();
  }
  return detail::run_gnuplot(detail::join(
      {"set encoding utf8\nset terminal pngcairo noenhanced background \"#ffffff\" size ", width_px_, ",", height_px_,
       " font ", font(13), "\nunset key\nset style textbox opaque fillcolor rgb \"#ffffff\" noborder margins 0.5,0.5\n",
       commands_, elements_, "\n", bytes_}));
}

}  // namespace fastxx
