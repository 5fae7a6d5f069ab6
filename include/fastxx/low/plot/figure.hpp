#pragma once

#include <array>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/gnuplot.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx {

/// A colour on the screen.
///
/// Source:  own design
struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;

  friend bool operator==(Colour, Colour) = default;
};

namespace colours {
inline constexpr Colour ink{31, 41, 55}, grey{107, 114, 128}, faint{229, 231, 235}, white{255, 255, 255};
inline constexpr Colour blue{37, 99, 235}, orange{234, 88, 12}, green{21, 128, 61}, red{220, 38, 38};
inline constexpr Colour violet{124, 58, 237}, cyan{8, 145, 178}, pink{219, 39, 119}, ochre{202, 138, 4};
}  // namespace colours

namespace detail {
// For lines and classes, in turn.
inline constexpr std::array<Colour, 8> line_colours{colours::blue,   colours::orange, colours::green, colours::red,
                                                    colours::violet, colours::cyan,   colours::pink,  colours::ochre};

inline Colour line_colour(std::size_t i) { return line_colours[i % line_colours.size()]; }
}  // namespace detail

/// Where and how one line of text stands in a figure.
///
/// Units:   pixels from the upper left corner; y is the middle of the line
/// Source:  own design
struct TextStyle {
  enum class Align { left, centre, right };

  double x_px = 0, y_px = 0;
  double size_px = 13;
  Colour colour = colours::ink;
  Align align = Align::left;
  bool upwards = false;  ///< read from below to above; align is then along the line
  bool boxed = false;    ///< on a white ground, to stay readable above lines
};

namespace detail {

/// A number as gnuplot reads it, whatever the locale of the host program.
inline std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.12g", value);
  for (char& c : text)
    if (c == ',') c = '.';
  return text;
}

inline std::string gnuplot_colour(Colour c) {
  char text[16];
  std::snprintf(text, sizeof text, "\"#%02x%02x%02x\"", c.red, c.green, c.blue);
  return text;
}

/// Red, green and blue bytes, row by row from above; at least 2 x 2 of them, which gnuplot insists on.
struct Pixels {
  int width, height;
  std::string rgb;
};

}  // namespace detail

/// A picture as a value: fill it, then save it as PNG.
///
/// plot_lines, plot_images and plot_confusion_matrix make one. gnuplot draws it when it is saved, in one process.
/// Units:   pixels
/// Errors:  data_error [plot.size]; io_error [plot.gnuplot] when gnuplot is missing or fails, [file.write]; a failure
/// leaves no file
/// Source:  own design
class Figure {
 public:
  static constexpr int largest_px = 16384;

  Figure(int width_px, int height_px) : width_px_(width_px), height_px_(height_px) {
    if (std::min(width_px, height_px) < 16 || std::max(width_px, height_px) > largest_px)
      throw data_error("plot.size", {.call = "Figure",
                                     .expected = "a width and a height from 16 to 16384 pixels",
                                     .got = std::to_string(width_px) + " x " + std::to_string(height_px),
                                     .fix = "show less, or make the parts smaller"});
  }

  int width_px() const { return width_px_; }
  int height_px() const { return height_px_; }
  bool empty() const { return elements_.empty(); }  ///< nothing but text and lines so far

  /// Write one line of text; no character in it means anything to gnuplot.
  void text(std::string_view words, TextStyle const& style) {
    char const* const align = style.align == TextStyle::Align::left     ? "left"
                              : style.align == TextStyle::Align::centre ? "center"
                                                                        : "right";
    std::string const line = shortened_text(words, 1e9, style.size_px);
    if (line.empty()) return;
    command("set label " + detail::gnuplot_string(line) + " at screen " + detail::number(style.x_px / width_px_) + "," +
            detail::number(1 - style.y_px / height_px_) + " " + align + (style.upwards ? " rotate by 90" : "") +
            (style.boxed ? " boxed" : "") + " front noenhanced font " + font(style.size_px) + " textcolor rgb " +
            detail::gnuplot_colour(style.colour));
  }

  /// For makers of new kinds of figures: elements count in pixels from the upper left corner, without axes.
  void use_pixels() {
    command("unset border\nunset tics\nset lmargin at screen 0\nset rmargin at screen 1");
    command("set bmargin at screen 0\nset tmargin at screen 1");
    command("set xrange [0:" + std::to_string(width_px_) + "]\nset yrange [" + std::to_string(height_px_) + ":0]");
  }

  /// For makers of new kinds of figures: a straight line between two points in pixels.
  void line(double x0, double y0, double x1, double y1, Colour colour, double width_px = 1) {
    auto const at = [&](double x, double y) {
      return " screen " + detail::number(x / width_px_) + "," + detail::number(1 - y / height_px_);
    };
    command("set arrow from" + at(x0, y0) + " to" + at(x1, y1) + " nohead front linewidth " + detail::number(width_px) +
            " linecolor rgb " + detail::gnuplot_colour(colour));
  }

  /// For makers of new kinds of figures: red, green, blue bytes in rows, each pixel `scale` pixels wide. Needs
  /// use_pixels().
  void image(detail::Pixels const& pixels, double x_px, double y_px, int scale) {
    std::string const size = std::to_string(scale);
    element("'-' binary array=(" + std::to_string(pixels.width) + "," + std::to_string(pixels.height) + ") dx=" + size +
                " dy=" + size + " origin=(" + detail::number(x_px + scale / 2.0) + "," +
                detail::number(y_px + scale / 2.0) + ") format='%uchar%uchar%uchar' using 1:2:3 with rgbimage",
            pixels.rgb);
  }

  /// For makers of new kinds of figures: a gnuplot command. Text from users must go through text().
  void command(std::string_view line) { commands_.append(line).append("\n"); }

  /// For makers of new kinds of figures: one element of the plot command, with the bytes it reads from '-'.
  void element(std::string_view description, std::string_view bytes) {
    elements_.append(elements_.empty() ? "plot " : ", ").append(description);
    bytes_.append(bytes);
  }

  /// For makers of new kinds of figures: the name of the font at a size, as a gnuplot string.
  static std::string font(double size_px) {
    return "\"" + std::string(plot_font) + "," + detail::number(size_px * 0.75) + "\"";  // gnuplot counts in points
  }

  /// The picture as the bytes of a PNG.
  std::string png() const {
    if (elements_.empty()) {  // gnuplot draws only when it plots something
      Figure blank = *this;
      blank.use_pixels();
      blank.element("NaN", "");
      return blank.png();
    }
    std::string const size = std::to_string(width_px_) + "," + std::to_string(height_px_);
    return detail::run_gnuplot(
        "set encoding utf8\nset terminal pngcairo noenhanced background \"#ffffff\" size " + size + " font " +
        font(13) + "\nunset key\nset style textbox opaque fillcolor rgb \"#ffffff\" noborder margins 0.5,0.5\n" +
        commands_ + elements_ + "\n" + bytes_);
  }

  /// Write the picture; complete or not at all.
  void save(std::filesystem::path const& path) const { write_file_atomically(path, png()); }

 private:
  int width_px_, height_px_;
  std::string commands_, elements_, bytes_;
};

}  // namespace fastxx
