#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
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

// A number as gnuplot reads it, whatever the locale of the host program.
std::string number(double value);

// rgb "#1f2937"
std::string gnuplot_colour(Colour c);

// font ",9.75": gnuplot counts in points.
std::string gnuplot_font(double size_px);

// One line of text cut to its room, with its size and colour, for 'set title', 'set label' and the like: no character in
// it means anything to gnuplot.
std::string gnuplot_text(std::string_view words, double room_px, double size_px = 13, Colour colour = colours::ink);

// data_error [plot.size] unless a picture may be as large.
void check_size(int width_px, int height_px);

}  // namespace detail

/// A picture as a value: save it as PNG.
///
/// plot_lines, plot_images and plot_confusion_matrix make one. gnuplot draws it when it is saved, in one process.
/// Units:   pixels
/// Errors:  data_error [plot.size]; io_error [plot.gnuplot] when gnuplot is missing or fails, [file.write]; a failure
/// leaves no file
/// Source:  own design
class Figure {
 public:
  static constexpr int largest_px = 16384;

  /// For makers of new kinds of figures: the gnuplot commands that draw it, with one `plot` at least. They must not hold
  /// text from users as it came: detail::gnuplot_text quotes it.
  Figure(int width_px, int height_px, std::string commands);

  int width_px() const { return width_px_; }
  int height_px() const { return height_px_; }

  /// The picture as the bytes of a PNG.
  std::string png() const;

  /// Write the picture; complete or not at all.
  void save(std::filesystem::path const& path) const { write_file_atomically(path, png()); }

 private:
  int width_px_, height_px_;
  std::string commands_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/plot/figure.ipp>
#endif
