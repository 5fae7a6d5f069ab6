#pragma once
// Just enough of PNG to look at what gnuplot drew: 8 bits, RGB or RGBA, not interlaced.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <zlib.h>

namespace plot_test {

/// The smallest rectangle around some pixels; right and bottom are behind the last of them.
struct Box {
  unsigned left = ~0u, top = ~0u, right = 0, bottom = 0;
};

struct Png {
  unsigned width = 0, height = 0, channels = 0;
  std::string bytes = {};

  /// 0xRRGGBB
  unsigned at(unsigned x, unsigned y) const {
    auto const* p = reinterpret_cast<unsigned char const*>(&bytes[(std::size_t{y} * width + x) * channels]);
    return unsigned{p[0]} << 16 | unsigned{p[1]} << 8 | p[2];
  }
  /// Pixels of this colour in a part of the picture.
  unsigned count(unsigned colour, unsigned x0, unsigned y0, unsigned x1, unsigned y1) const {
    unsigned n = 0;
    for (unsigned y = y0; y < y1; ++y)
      for (unsigned x = x0; x < x1; ++x) n += at(x, y) == colour;
    return n;
  }
  unsigned count(unsigned colour) const { return count(colour, 0, 0, width, height); }
  /// Where pixels of these colours are.
  Box box_of(std::initializer_list<unsigned> colours) const {
    Box box;
    for (unsigned y = 0; y < height; ++y)
      for (unsigned x = 0; x < width; ++x)
        if (std::find(colours.begin(), colours.end(), at(x, y)) != colours.end())
          box = {std::min(box.left, x), std::min(box.top, y), std::max(box.right, x + 1), std::max(box.bottom, y + 1)};
    return box;
  }
  double white_share() const { return count(0xffffff) / (1.0 * width * height); }
};

inline unsigned word(std::string const& file, std::size_t at) {
  unsigned value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(file.at(at + i));
  return value;
}

inline unsigned char predicted(int filter, int left, int up, int corner) {
  if (filter == 1) return static_cast<unsigned char>(left);
  if (filter == 2) return static_cast<unsigned char>(up);
  if (filter == 3) return static_cast<unsigned char>((left + up) / 2);
  int const p = left + up - corner, a = std::abs(p - left), b = std::abs(p - up), c = std::abs(p - corner);
  return static_cast<unsigned char>(a <= b && a <= c ? left : b <= c ? up : corner);
}

inline Png decode(std::string const& file) {
  if (file.substr(0, 8) != "\x89PNG\r\n\x1a\n") throw std::runtime_error("no PNG signature");
  Png png{word(file, 16), word(file, 20), file.at(25) == 6 ? 4u : 3u};
  if (file.at(24) != 8 || (file.at(25) != 2 && file.at(25) != 6) || file.at(28) != 0)
    throw std::runtime_error("a kind of PNG that this test cannot read");
  std::string packed;
  for (std::size_t at = 8; at < file.size(); at += 12 + word(file, at))
    if (file.compare(at + 4, 4, "IDAT") == 0) packed.append(file, at + 8, word(file, at));
  std::size_t const row = std::size_t{png.width} * png.channels;
  std::string raw((row + 1) * png.height, '\0');
  uLongf size = raw.size();
  if (uncompress(reinterpret_cast<Bytef*>(raw.data()), &size, reinterpret_cast<Bytef const*>(packed.data()),
                 packed.size()) != Z_OK ||
      size != raw.size())
    throw std::runtime_error("damaged pixels");
  png.bytes.resize(row * png.height);
  auto const old = [&](std::size_t y, std::size_t x, bool up, bool left) -> int {
    if ((up && y == 0) || (left && x < png.channels)) return 0;
    return static_cast<unsigned char>(png.bytes[(y - up) * row + x - (left ? png.channels : 0)]);
  };
  for (std::size_t y = 0; y < png.height; ++y)
    for (std::size_t x = 0; x < row; ++x) {
      int const filter = raw[y * (row + 1)];
      unsigned char const guess =
          filter == 0 ? 0 : predicted(filter, old(y, x, false, true), old(y, x, true, false), old(y, x, true, true));
      png.bytes[y * row + x] = static_cast<char>(raw[y * (row + 1) + 1 + x] + guess);
    }
  return png;
}

/// A fresh folder, gone afterwards.
struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("fastxx_plot_" + std::to_string(::getpid()));
  Folder() { std::filesystem::remove_all(path), std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  bool empty() const { return std::filesystem::is_empty(path); }
};

/// Everything that could mean something to a shell, to gnuplot, to a printf or to a font.
inline std::string const hostile =
    "`touch pwned` $(touch pwned) !touch pwned '\"; system('touch pwned') \\n\\ %d %s @x ^{a}_b "
    "\n!touch pwned\n\r\t\x01\x7f\xff\xc3 \xf4\x8f\xbf\xbe \xe2\x80\xae \xf0\x9f\x91\xbb #";

}  // namespace plot_test
