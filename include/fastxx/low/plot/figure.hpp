#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/plot/text.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>

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

// A number as gnuplot reads it, whatever the locale of the host program.
std::string number(double value);

std::string gnuplot_colour(Colour c);

// Red, green and blue bytes, row by row from above; at least 2 x 2 of them, which gnuplot insists on.
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

  Figure(int width_px, int height_px);

  int width_px() const { return width_px_; }
  int height_px() const { return height_px_; }
  bool empty() const { return elements_.empty(); }  ///< nothing but text and lines so far

  /// Write one line of text; no character in it means anything to gnuplot.
  void text(std::string_view words, TextStyle const& style);

  /// For makers of new kinds of figures: elements count in pixels from the upper left corner, without axes.
  void use_pixels();

  /// For makers of new kinds of figures: a straight line between two points in pixels.
  void line(double x0, double y0, double x1, double y1, Colour colour, double width_px = 1);

  /// For makers of new kinds of figures: red, green, blue bytes in rows, each pixel `scale` pixels wide. Needs
  /// use_pixels().
  void image(detail::Pixels const& pixels, double x_px, double y_px, int scale);

  /// For makers of new kinds of figures: a gnuplot command. Text from users must go through text().
  void command(std::string_view line) { commands_.append(line).append("\n"); }
  /// A command put together from words and whole numbers.
  void command(std::initializer_list<detail::TextPiece> line) { command(detail::join(line)); }

  /// For makers of new kinds of figures: one element of the plot command, with the bytes it reads from '-'.
  void element(std::initializer_list<detail::TextPiece> description, std::string_view bytes);

  /// For makers of new kinds of figures: the name of the font at a size, as a gnuplot string.
  static std::string font(double size_px);

  /// The picture as the bytes of a PNG.
  std::string png() const;

  /// Write the picture; complete or not at all.
  void save(std::filesystem::path const& path) const { write_file_atomically(path, png()); }

 private:
  int width_px_, height_px_;
  std::string commands_, elements_, bytes_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/figure.ipp>
#endif
