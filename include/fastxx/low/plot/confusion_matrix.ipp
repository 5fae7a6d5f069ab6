#pragma once

#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace fastxx::detail {

constexpr int smallest_cell_px = 14;

// The matrix and the words for it, and how much room the words need.
struct ConfusionCells {
  int classes = 0, cell_px = 0;
  std::vector<double> values = {};  ///< row by row
  double largest = 0;               ///< what the darkest colour stands for
  std::vector<std::string> numbers = {}, names = {};
  double number_px = 15;  ///< below 8 there is no room for numbers, a colour scale is shown instead
  double name_px = 13, longest_name_px = 0;

  bool numbered() const { return number_px >= 8; }
  bool names_upwards() const { return longest_name_px > cell_px - 6; }
};

inline void read_values(ConfusionCells& cells, Tensor const& counts, bool normalize) {
  bool const defined = counts.defined();
  if (!defined || counts.dim() != 2 || counts.size(0) != counts.size(1) || counts.size(0) == 0 || counts.is_complex())
    throw tensor_error("plot.confusion",
                       {.call = "plot_confusion_matrix",
                        .expected = "counts as a square matrix (classes, classes)",
                        .got = defined ? ErrorText{counts.dim(), " dimensions, ", counts.numel(), " entries"}
                                       : ErrorText("no tensor")});
  if (std::int64_t constexpr most = Figure::largest_px / smallest_cell_px - 50; counts.size(0) > most)
    throw data_error("plot.size", {.call = "plot_confusion_matrix",
                                   .expected = {"at most ", most, " classes"},
                                   .got = {counts.size(0)},
                                   .fix = "show a part of the matrix, or its most frequent confusions"});
  cells.classes = static_cast<int>(counts.size(0));
  Tensor wide = counts.detach().cpu().to(at::kDouble).contiguous();
  if (normalize) {
    Tensor const sums = wide.sum(1, true);
    wide = wide.div(sums.masked_fill(sums.eq(0), 1));
  }
  auto const* const data = wide.data_ptr<double>();
  cells.values.assign(data, data + wide.numel());
  for (double const value : cells.values)
    if (std::isfinite(value)) cells.largest = std::max(cells.largest, value);
  if (normalize || cells.largest == 0) cells.largest = 1;
}

inline std::string confusion_number(double value, bool normalize) {
  char text[32];
  bool const whole = value == std::round(value) && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, normalize ? "%.2f" : whole ? "%.0f" : "%.3g", value);
  return text;
}

inline ConfusionCells confusion_cells(Tensor const& counts, ConfusionMatrixOptions const& options) {
  ConfusionCells cells;
  read_values(cells, counts, options.normalize);
  auto const classes = static_cast<std::size_t>(cells.classes);
  if (!options.classes.empty() && options.classes.size() != classes)
    throw data_error(
        "plot.classes",
        {.call = "plot_confusion_matrix", .expected = {classes, " class names"}, .got = {options.classes.size()}});
  cells.cell_px = std::clamp(640 / cells.classes, smallest_cell_px, 72);
  cells.numbers.resize(cells.values.size());
  for (std::size_t i = 0; i < cells.values.size() && cells.numbered(); ++i) {
    cells.numbers[i] = confusion_number(cells.values[i], options.normalize);
    double const width = text_width_px(cells.numbers[i], 100) / 100;
    cells.number_px = std::min(cells.number_px, (cells.cell_px - 5) / width);
  }
  cells.name_px = std::clamp(cells.cell_px * 0.75, 9.0, 13.0);
  for (std::size_t i = 0; i < classes; ++i) {
    std::string const name = options.classes.empty() ? std::to_string(i) : options.classes[i];
    cells.names.push_back(shortened_text(name, 170, cells.name_px));
    cells.longest_name_px = std::max(cells.longest_name_px, text_width_px(cells.names.back(), cells.name_px));
  }
  return cells;
}

// ('cat' 0, 'dog' 1). gnuplot reads a tick's text like a printf format.
inline std::string name_ticks(ConfusionCells const& cells) {
  std::string ticks;
  for (std::size_t i = 0; i < cells.names.size(); ++i) {
    std::string name;
    for (char const c : cells.names[i]) name += c == '%' ? std::string("%%") : std::string(1, c);
    ticks += join({i ? ", " : "(", gnuplot_string(name), " ", i});
  }
  return ticks + ")";
}

// Column, row, value, number, colour of the number: white on dark cells.
inline std::string cell_rows(ConfusionCells const& cells) {
  std::string rows;
  for (std::size_t i = 0; i < cells.values.size(); ++i) {
    double const value = cells.values[i];
    bool const dark = value > 0.55 * cells.largest;
    rows += join({i % cells.names.size(), " ", i / cells.names.size(), " ",
                  number(value > 0 ? std::min(value, cells.largest) : 0), " ", cells.numbers[i],
                  dark && value > 0 ? " 0xffffff"
                  : value == 0      ? " 0x6b7280"
                                    : " 0x1f2937",
                  "\n"});
  }
  return rows;
}

// The parts of the picture around the cells, in pixels.
struct ConfusionMargins {
  int side, left, top, right, bottom;

  int width() const { return left + side + right; }
  int height() const { return top + side + bottom; }
  // Where something stands, counted from the left or from below, as gnuplot wants it.
  std::string across(int px) const { return "screen " + number(static_cast<double>(px) / width()); }
  std::string up(int px) const { return "screen " + number(static_cast<double>(px) / height()); }
};

inline std::string area_commands(ConfusionCells const& cells, ConfusionMargins const& margins) {
  std::string const last = number(cells.classes - 0.5), largest = number(cells.largest);
  std::string const scale = join({"set colorbox user origin ", margins.across(margins.left + margins.side + 22),
                                  ", graph 0 size ", margins.across(20), ", graph 1\n"});
  return join({"set lmargin at ", margins.across(margins.left), "\nset rmargin at ",
               margins.across(margins.left + margins.side), "\nset bmargin at ", margins.up(margins.bottom),
               "\nset tmargin at ", margins.up(margins.bottom + margins.side), "\nset xrange [-0.5:", last,
               "]\nset yrange [", last, ":-0.5]\nset cbrange [0:", largest, "]\nset palette defined ",
               "(0 '#f8fafc', 1 '#bfdbfe', 2 '#60a5fa', 3 '#1d4ed8', 4 '#172554')\n",
               cells.numbered() ? "unset colorbox\n" : scale, "unset key\nset border linecolor rgb '#9ca3af'\n"});
}

inline std::string word_commands(ConfusionCells const& cells, ConfusionMargins const& margins,
                                 std::string const& title) {
  std::string const names = name_ticks(cells);
  return join({"set tics scale 0 noenhanced ",
               gnuplot_font(cells.name_px),
               " textcolor ",
               gnuplot_colour(colours::ink),
               "\nset xtics ",
               cells.names_upwards() ? "rotate " : "",
               names,
               "\nset ytics ",
               names,
               "\nset title ",
               gnuplot_text(title, margins.side + 2 * margins.right - 20, 18),
               "\nset label ",
               gnuplot_text("Predicted", 200, 14),
               " at graph 0.5, ",
               margins.up(22),
               " center\nset label ",
               gnuplot_text("Actual", 200, 14),
               " at ",
               margins.across(24),
               ", graph 0.5 center rotate by 90\n"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_confusion_matrix(Tensor const& counts, ConfusionMatrixOptions const& options) {
  auto const cells = detail::confusion_cells(counts, options);
  int const side = cells.classes * cells.cell_px, names = static_cast<int>(cells.longest_name_px);
  detail::ConfusionMargins const margins{
      .side = side,
      .left = names + 58,
      .top = 58,
      .right = std::max(cells.numbered() ? 26 : 110, 100 - side / 2),  // room for the title
      .bottom = (cells.names_upwards() ? names : 16) + 58};
  std::string const numbers = detail::join(
      {", $cells using 1:2:4:5 with labels ", detail::gnuplot_font(cells.number_px), " textcolor rgb variable"});
  return Figure(
      margins.width(), margins.height(),
      detail::join(
          {detail::area_commands(cells, margins), detail::word_commands(cells, margins, options.title),
           "$cells << END\n", detail::cell_rows(cells), "END\nplot $cells using 1:2:(0.5):(0.5):3 with boxxyerror ",
           "fillstyle solid border linecolor rgb '#ffffff' fillcolor palette", cells.numbered() ? numbers : ""}));
}

}  // namespace fastxx
