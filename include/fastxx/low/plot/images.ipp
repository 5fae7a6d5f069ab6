#pragma once

#include <fastxx/low/plot/images.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// Red, green and blue bytes, row by row from above; at least 2 x 2 of them, which gnuplot insists on.
struct Pixels {
  int width, height;
  std::string rgb;
};

inline void check_image(Tensor const& image, std::string const& where) {
  bool const defined = image.defined();
  auto const dims = defined ? image.dim() : 0;
  bool const shape = (dims == 2 || (dims == 3 && (image.size(0) == 1 || image.size(0) == 3))) && image.numel() > 0 &&
                     image.size(-1) <= 65536 && image.size(-2) <= 65536;
  bool const dtype =
      defined && (image.scalar_type() == at::kByte || image.scalar_type() == at::kBool || image.is_floating_point());
  if (!shape || !dtype) {
    std::string got = defined ? join({at::toString(image.scalar_type()), " ("}) : "no tensor";
    for (std::int64_t i = 0; i < dims; ++i) got += join({i ? "," : "", image.size(i)});
    throw tensor_error("plot.image", {.call = "plot_images",
                                      .expected = "uint8 or floating point (H,W), (1,H,W) or (3,H,W)",
                                      .got = {got, defined ? ")" : ""},
                                      .where = where,
                                      .fix = "decode the batch first, or select one image of it"});
  }
}

inline Pixels pixels_of(Tensor const& image) {
  Tensor bytes = image.detach().cpu();
  if (bytes.is_floating_point()) bytes = bytes.to(at::kFloat).nan_to_num(0).clamp(0, 1).mul(255).round();
  if (image.scalar_type() == at::kBool) bytes = bytes.to(at::kByte).mul(255);
  if (image.dim() == 2) bytes = bytes.unsqueeze(0);
  bytes = bytes.to(at::kByte).expand({3, bytes.size(1), bytes.size(2)}).permute({1, 2, 0}).contiguous();
  char const* const data = static_cast<char const*>(bytes.data_ptr());
  return {static_cast<int>(bytes.size(1)), static_cast<int>(bytes.size(0)), {data, data + bytes.numel()}};
}

// Another number of pixels: each new one is the mean of the old ones it covers, or a copy where it covers one.
inline Pixels resampled(Pixels const& old, int width, int height) {
  Pixels result{width, height, std::string(static_cast<std::size_t>(3) * width * height, '\0')};
  auto const first = [](std::int64_t i, int from, int to) { return static_cast<int>(i * from / to); };
  std::size_t out = 0;
  for (int y = 0; y < height; ++y) {
    int const y0 = first(y, old.height, height), y1 = std::max(y0 + 1, first(y + 1, old.height, height));
    for (int x = 0; x < width; ++x) {
      int const x0 = first(x, old.width, width), x1 = std::max(x0 + 1, first(x + 1, old.width, width));
      for (int c = 0; c < 3; ++c) {
        std::int64_t sum = 0;
        for (int v = y0; v < y1; ++v)
          for (int u = x0; u < x1; ++u)
            sum += static_cast<unsigned char>(old.rgb[(static_cast<std::size_t>(v) * old.width + u) * 3 + c]);
        std::int64_t const count = std::int64_t{y1 - y0} * (x1 - x0);
        result.rgb[out++] = static_cast<char>((sum + count / 2) / count);
      }
    }
  }
  return result;
}

// Small enough for its place, and not smaller than gnuplot can draw; `scale` times as large in the picture.
struct ShownSize {
  int width, height, scale;

  ShownSize(Tensor const& image, int image_px) {
    auto const old_width = static_cast<double>(image.size(-1)), old_height = static_cast<double>(image.size(-2));
    double const factor = std::min(1.0, image_px / std::max(old_width, old_height));
    int const least = std::min(old_width, old_height) < 2 ? 2 : 1;  // a line of single pixels is doubled
    width = std::max(2, static_cast<int>(std::lround(old_width * factor * least)));
    height = std::max(2, static_cast<int>(std::lround(old_height * factor * least)));
    scale = std::max(1, image_px / std::max(width, height));
  }
};

inline Pixels fitted(Pixels pixels, ShownSize const& size) {
  return size.width == pixels.width && size.height == pixels.height ? std::move(pixels)
                                                                    : resampled(pixels, size.width, size.height);
}

inline std::vector<std::string> lines_of(std::string const& text, std::size_t most = 6) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin <= text.size() && !text.empty() && lines.size() < most;) {
    std::size_t const end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

// The grid before anything is drawn: everything that has a size.
struct GridLayout {
  static constexpr int margin = 20, gap = 22;

  std::vector<ShownSize> sizes = {};
  std::vector<std::vector<std::string>> titles = {};
  std::vector<int> row_tops = {}, title_heights = {};  ///< by row
  int columns = 1, cell_width = 0, cell_height = 0, header = 0, width = 0, height = 0;
  double title_px = 14;

  double line_px() const { return std::ceil(title_px * 1.4); }
  double title_width() const { return cell_width + gap - 8; }
  double centre_of(std::size_t i) const {
    return margin + static_cast<double>(i % static_cast<std::size_t>(columns)) * (cell_width + gap) + cell_width / 2.0;
  }
};

inline void add_image(GridLayout& grid, TitledImage const& item, int image_px) {
  check_image(item.image, join({"image ", grid.sizes.size()}));
  ShownSize const size(item.image, image_px);
  grid.sizes.push_back(size);
  grid.titles.push_back(lines_of(item.title));
  grid.cell_width = std::max(grid.cell_width, size.width * size.scale);
  grid.cell_height = std::max(grid.cell_height, size.height * size.scale);
}

inline GridLayout grid_layout(std::vector<TitledImage> const& images, ImageGridOptions const& options) {
  GridLayout grid;
  for (TitledImage const& item : images) add_image(grid, item, options.image_px);
  int const count = static_cast<int>(images.size());
  grid.columns =
      std::min(count, options.columns > 0 ? options.columns
                                          : static_cast<int>(std::ceil(std::sqrt(static_cast<double>(count)))));
  bool const titled = std::any_of(images.begin(), images.end(), [](auto const& item) { return !item.title.empty(); });
  if (titled) grid.cell_width = std::max(grid.cell_width, std::min(options.image_px, 110));  // room for words
  for (auto const& lines : grid.titles)
    grid.title_px = std::min(grid.title_px, fitting_size_px(lines, grid.title_width(), grid.title_px, 10));
  grid.header = options.title.empty() ? 0 : 38;
  int y = GridLayout::margin + grid.header;
  for (int begin = 0; begin < count; begin += grid.columns) {
    std::size_t lines = 0;
    for (int i = begin; i < std::min(count, begin + grid.columns); ++i) lines = std::max(lines, grid.titles[i].size());
    grid.title_heights.push_back(lines == 0 ? 0 : static_cast<int>(static_cast<double>(lines) * grid.line_px()) + 5);
    grid.row_tops.push_back(y);
    y += grid.title_heights.back() + grid.cell_height + GridLayout::gap;
  }
  grid.width = 2 * GridLayout::margin + grid.columns * (grid.cell_width + GridLayout::gap) - GridLayout::gap;
  grid.height = y - GridLayout::gap + GridLayout::margin;
  return grid;
}

// A picture put together from images and words, in pixels from the upper left corner. One plot without axes does it;
// gnuplot's multiplot would need four margins for each image, in parts of the picture.
struct Canvas {
  int width, height;
  std::string commands, elements = {}, bytes = {};

  Canvas(int width_px, int height_px)
      : width(width_px),
        height(height_px),
        commands(join({"unset border\nunset tics\nunset key\nset lmargin at screen 0\nset rmargin at screen 1\n",
                       "set bmargin at screen 0\nset tmargin at screen 1\nset xrange [0:", width, "]\nset yrange [",
                       height, ":0]\n"})) {}

  // `x` is the centre of a line of text, `y` its middle.
  void text(std::string const& line, double x, double y, double room, double size_px, Colour colour) {
    if (line.empty()) return;
    commands +=
        join({"set label ", gnuplot_text(line, room, size_px, colour), " at ", number(x), ",", number(y), " center\n"});
  }

  void image(Pixels const& pixels, double left, double top, int scale) {
    elements += join({elements.empty() ? "plot " : ", ", "'-' binary array=(", pixels.width, ",", pixels.height,
                      ") dx=", scale, " dy=", scale, " origin=(", number(left + scale / 2.0), ",",
                      number(top + scale / 2.0), ") format='%uchar%uchar%uchar' using 1:2:3 with rgbimage"});
    bytes += pixels.rgb;
  }

  Figure figure() const { return Figure(width, height, commands + elements + "\n" + bytes); }
};

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_images(std::vector<TitledImage> const& images, ImageGridOptions const& options) {
  if (images.empty()) throw data_error("plot.empty", {.call = "plot_images", .expected = "an image", .got = "none"});
  if (options.image_px < 8 || options.image_px > 4096)
    throw data_error("plot.options",
                     {.call = "plot_images", .expected = "image_px from 8 to 4096", .got = {options.image_px}});
  detail::GridLayout const grid = detail::grid_layout(images, options);
  detail::check_size(grid.width, grid.height);  // before the work
  detail::Canvas canvas(grid.width, grid.height);
  double const room = grid.width - 24.0, size_px = fitting_size_px({options.title}, room, 19, 13);
  canvas.text(options.title, grid.width / 2.0, detail::GridLayout::margin + 8.0, room, size_px, colours::ink);
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::size_t const row = i / static_cast<std::size_t>(grid.columns);
    double const image_top = grid.row_tops[row] + grid.title_heights[row], centre = grid.centre_of(i);
    double y = image_top - 5 - grid.line_px() * (static_cast<double>(grid.titles[i].size()) - 0.5);
    for (std::string const& line : grid.titles[i]) {
      canvas.text(line, centre, y, grid.title_width(), grid.title_px, images[i].title_colour);
      y += grid.line_px();
    }
    detail::ShownSize const& size = grid.sizes[i];
    canvas.image(detail::fitted(detail::pixels_of(images[i].image), size),
                 std::floor(centre - size.width * size.scale / 2.0), image_top, size.scale);
  }
  return canvas.figure();
}

}  // namespace fastxx
