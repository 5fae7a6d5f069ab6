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

// The matrix and the words for it, and how much room the words need.
struct ConfusionCells {
  int classes = 0, cell_px = 0;
  std::vector<double> values = {};  ///< row by row
  double largest = 0;
  std::vector<std::string> numbers = {}, names = {};
  double number_px = 15;  ///< below 8 there is no room for numbers, a colour scale is shown instead
  double name_px = 13, longest_name_px = 0;

  bool numbered() const { return number_px >= 8; }
};

inline void read_values(ConfusionCells& cells, Tensor const& counts, bool normalize) {
  bool const defined = counts.defined();
  if (!defined || counts.dim() != 2 || counts.size(0) != counts.size(1) || counts.size(0) == 0 || counts.is_complex())
    throw tensor_error("plot.confusion",
                       {.call = "plot_confusion_matrix",
                        .expected = "counts as a square matrix (classes, classes)",
                        .got = defined ? ErrorText{counts.dim(), " dimensions, ", counts.numel(), " entries"}
                                       : ErrorText("no tensor")});
  cells.classes = static_cast<int>(counts.size(0));
  Tensor wide = counts.detach().cpu().to(at::kDouble).contiguous();
  if (normalize) {
    Tensor const sums = wide.sum(1, true);
    wide = wide.div(sums.masked_fill(sums.eq(0), 1));
  }
  auto const* const data = wide.data_ptr<double>();
  cells.values.assign(data, data + wide.numel());
  cells.largest = normalize ? 1 : *std::max_element(cells.values.begin(), cells.values.end());
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
  cells.cell_px = std::clamp(640 / cells.classes, 14, 72);
  for (double const value : cells.values) {
    cells.numbers.push_back(confusion_number(value, options.normalize));
    double const width = text_width_px(cells.numbers.back(), 100) / 100;
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
    rows += join({i % cells.names.size(), " ", i / cells.names.size(), " ", number(value > 0 ? value : 0), " ",
                  cells.numbers[i],
                  dark && value > 0 ? " 0xffffff"
                  : value == 0      ? " 0x6b7280"
                                    : " 0x1f2937",
                  "\n"});
  }
  return rows;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_confusion_matrix(Tensor const& counts, ConfusionMatrixOptions const& options) {
  using detail::number;
  auto const cells = detail::confusion_cells(counts, options);
  bool const upwards = cells.longest_name_px > cells.cell_px - 6;
  int const side = cells.classes * cells.cell_px, names = static_cast<int>(cells.longest_name_px);
  int const left = names + 58, top = 58, bottom = (upwards ? names : 16) + 58;
  int const right = std::max(cells.numbered() ? 26 : 110, 100 - side / 2);
  int const width = left + side + right, height = top + side + bottom;
  auto const part = [](int px, int whole) { return number(static_cast<double>(px) / whole); };
  std::string const title = detail::gnuplot_text(options.title, side + 2.0 * right - 20, 18);
  std::string commands = detail::join(
      {"set lmargin at screen ",
       part(left, width),
       "\nset rmargin at screen ",
       part(left + side, width),
       "\nset bmargin at screen ",
       part(bottom, height),
       "\nset tmargin at screen ",
       part(bottom + side, height),
       "\nset xrange [-0.5:",
       number(cells.classes - 0.5),
       "]\nset yrange [",
       number(cells.classes - 0.5),
       ":-0.5]\n",
       "set palette defined (0 '#f8fafc', 1 '#bfdbfe', 2 '#60a5fa', 3 '#1d4ed8', 4 '#172554')\nset cbrange [0:",
       number(cells.largest > 0 ? cells.largest : 1),
       "]\n",
       cells.numbered() ? "unset colorbox\n" : "",
       "unset key\nset border linecolor rgb '#9ca3af'\nset tics scale 0 noenhanced ",
       detail::gnuplot_font(cells.name_px),
       " textcolor ",
       detail::gnuplot_colour(colours::ink),
       "\nset title ",
       title,
       "\n"});
  commands += detail::join({"set xtics ", upwards ? "rotate " : "", detail::name_ticks(cells), "\nset ytics ",
                            detail::name_ticks(cells), "\nset label ", detail::gnuplot_text("Predicted", 200, 14),
                            " at graph 0.5, screen ", part(22, height), " center\nset label ",
                            detail::gnuplot_text("Actual", 200, 14), " at screen ", part(24, width),
                            ", graph 0.5 center rotate by 90\n"});
  commands += "$cells << END\n" + detail::cell_rows(cells) + "END\n";
  commands +=
      "plot $cells using 1:2:(0.5):(0.5):3 with boxxyerror fillstyle solid border linecolor rgb '#ffffff' "
      "fillcolor palette";
  if (cells.numbered())
    commands += detail::join(
        {", $cells using 1:2:4:5 with labels ", detail::gnuplot_font(cells.number_px), " textcolor rgb variable"});
  return Figure(width, height, commands);
}

}  // namespace fastxx
