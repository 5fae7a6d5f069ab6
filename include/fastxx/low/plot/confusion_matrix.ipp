#pragma once

#include <fastxx/low/plot/axis.hpp>
#include <fastxx/low/plot/confusion_matrix.hpp>
#include <fastxx/low/plot/text.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE Colour heat(double part) {
  static constexpr std::array<Colour, 5> stops{
      {{248, 250, 252}, {191, 219, 254}, {96, 165, 250}, {29, 78, 216}, {23, 37, 84}}};
  double const position = (part > 0 ? std::min(part, 1.0) : 0) * (stops.size() - 1);
  std::size_t const below = std::min(static_cast<std::size_t>(position), stops.size() - 2);
  double const share = position - static_cast<double>(below);
  Colour const a = stops[below], b = stops[below + 1];
  auto const mix = [share](int x, int y) { return static_cast<std::uint8_t>(std::lround(x + share * (y - x))); };
  return {mix(a.red, b.red), mix(a.green, b.green), mix(a.blue, b.blue)};
}

FASTXX_INLINE Colour readable_on(Colour ground) {
  double const luminance = 0.299 * ground.red + 0.587 * ground.green + 0.114 * ground.blue;
  return luminance < 140 ? colours::white : colours::ink;
}

inline void append_colour(std::string& rgb, Colour colour) {
  for (int const part : {colour.red, colour.green, colour.blue}) rgb += static_cast<char>(part);
}

inline void read_confusion(ConfusionLayout& layout, Tensor const& counts, ConfusionMatrixOptions const& options) {
  bool const defined = counts.defined();
  if (!defined || counts.dim() != 2 || counts.size(0) != counts.size(1) || counts.size(0) == 0 || counts.is_complex())
    throw tensor_error("plot.confusion",
                       {.call = "plot_confusion_matrix",
                        .expected = "counts as a square matrix (classes, classes)",
                        .got = defined ? ErrorText{counts.dim(), " dimensions, ", counts.numel(), " entries"}
                                       : ErrorText("no tensor")});
  layout.classes = static_cast<std::size_t>(counts.size(0));
  Tensor const wide = counts.detach().cpu().to(at::kDouble).contiguous();
  auto const* const data = wide.data_ptr<double>();
  layout.values.assign(data, data + wide.numel());
  for (std::size_t row = 0; options.normalize && row < layout.classes; ++row) {
    double sum = 0;
    for (std::size_t i = 0; i < layout.classes; ++i) sum += layout.values[row * layout.classes + i];
    for (std::size_t i = 0; i < layout.classes && sum != 0; ++i) layout.values[row * layout.classes + i] /= sum;
  }
  layout.largest = options.normalize ? 1 : *std::max_element(layout.values.begin(), layout.values.end());
}

inline void name_classes(ConfusionLayout& layout, std::vector<std::string> const& classes) {
  if (!classes.empty() && classes.size() != layout.classes)
    throw data_error(
        "plot.classes",
        {.call = "plot_confusion_matrix", .expected = {layout.classes, " class names"}, .got = {classes.size()}});
  layout.name_px = std::clamp(layout.cell * 0.75, 9.0, 13.0);
  for (std::size_t i = 0; i < layout.classes; ++i)
    layout.names.push_back(shortened_text(classes.empty() ? std::to_string(i) : classes[i], 170, layout.name_px));
}

inline std::string confusion_number(double value, bool normalize) {
  char text[32];
  bool const whole = value == std::round(value) && std::abs(value) < 1e15;
  std::snprintf(text, sizeof text, normalize ? "%.2f" : whole ? "%.0f" : "%.3g", value);
  return text;
}

FASTXX_INLINE ConfusionLayout confusion_layout(Tensor const& counts, ConfusionMatrixOptions const& options) {
  ConfusionLayout layout;
  read_confusion(layout, counts, options);
  int const classes = static_cast<int>(layout.classes);
  layout.cell = std::clamp(640 / classes, 14, 72);
  layout.side = layout.cell * classes;
  name_classes(layout, options.classes);
  for (double const value : layout.values) layout.numbers.push_back(confusion_number(value, options.normalize));
  double const room = layout.cell - 5.0, fitting = fitting_size_px(layout.numbers, room, layout.cell * 0.32 + 3, 8);
  bool const fits = std::all_of(layout.numbers.begin(), layout.numbers.end(),
                                [&](auto const& number) { return text_width_px(number, fitting) <= room; });
  layout.number_px = fits && layout.cell >= 16 ? std::min(fitting, 15.0) : 0;
  double longest = 0;
  for (auto const& name : layout.names) longest = std::max(longest, text_width_px(name, layout.name_px));
  layout.names_upwards = longest > layout.cell - 6;
  int const names_width = static_cast<int>(longest) + 10;
  int const names_height = layout.names_upwards ? names_width : static_cast<int>(layout.name_px * 1.4) + 6;
  layout.left = ConfusionLayout::margin + ConfusionLayout::axis_title + names_width;
  layout.bottom = layout.top + layout.side;
  layout.height = layout.bottom + names_height + ConfusionLayout::axis_title + ConfusionLayout::margin;
  layout.width = layout.left + layout.side + ConfusionLayout::margin + (layout.number_px > 0 ? 8 : 90);
  layout.width = std::max(layout.width, 260);  // room for the title
  return layout;
}

inline void draw_cells(Figure& figure, ConfusionLayout const& layout) {
  Pixels pixels{static_cast<int>(layout.classes), static_cast<int>(layout.classes), {}};
  for (std::size_t i = 0; i < layout.values.size(); ++i) {
    Colour const colour = heat(layout.largest > 0 ? layout.values[i] / layout.largest : 0);
    append_colour(pixels.rgb, colour);
    if (layout.number_px == 0) continue;
    figure.text(layout.numbers[i], {.x_px = layout.left + (static_cast<double>(i % layout.classes) + 0.5) * layout.cell,
                                    .y_px = layout.top + (static_cast<double>(i / layout.classes) + 0.5) * layout.cell,
                                    .size_px = layout.number_px,
                                    .colour = layout.values[i] == 0 ? colours::grey : readable_on(colour),
                                    .align = TextStyle::Align::centre});
  }
  if (layout.classes == 1) {  // gnuplot draws no image of a single pixel
    pixels = {2, 2, pixels.rgb + pixels.rgb + pixels.rgb + pixels.rgb};
    figure.image(pixels, layout.left, layout.top, layout.cell / 2);
  } else {
    figure.image(pixels, layout.left, layout.top, layout.cell);
  }
  double const right = layout.left + layout.side;
  for (std::size_t i = 0; i <= layout.classes; ++i) {
    bool const edge = i == 0 || i == layout.classes;
    if (!edge && layout.cell < 20) continue;
    double const offset = static_cast<double>(i) * layout.cell;
    Colour const colour = edge ? Colour{156, 163, 175} : colours::white;
    figure.line(layout.left + offset, layout.top, layout.left + offset, layout.bottom, colour);
    figure.line(layout.left, layout.top + offset, right, layout.top + offset, colour);
  }
}

inline void draw_names(Figure& figure, ConfusionLayout const& layout) {
  using Align = TextStyle::Align;
  for (std::size_t i = 0; i < layout.classes; ++i) {
    double const middle = (static_cast<double>(i) + 0.5) * layout.cell;
    figure.text(
        layout.names[i],
        {.x_px = layout.left - 7.0, .y_px = layout.top + middle, .size_px = layout.name_px, .align = Align::right});
    figure.text(layout.names[i], {.x_px = layout.left + middle,
                                  .y_px = layout.bottom + (layout.names_upwards ? 7.0 : 5 + layout.name_px * 0.7),
                                  .size_px = layout.name_px,
                                  .align = layout.names_upwards ? Align::right : Align::centre,
                                  .upwards = layout.names_upwards});
  }
}

// Which colour means how much, where the cells have no room for their numbers.
inline void draw_scale(Figure& figure, ConfusionLayout const& layout) {
  int const x = layout.left + layout.side + 22, step = std::max(1, layout.side / 128), count = layout.side / step;
  Pixels pixels{2, count, {}};
  for (int i = 0; i < 2 * count; ++i) append_colour(pixels.rgb, heat(1 - (i / 2 + 0.5) / count));
  figure.image(pixels, x, layout.top, step);
  Axis axis;
  axis.include(0);
  axis.include(layout.largest > 0 ? layout.largest : 1);
  for (Tick const& tick : ticks_of(axis, 5))
    figure.text(tick.label, {.x_px = x + 2.0 * step + 7,
                             .y_px = layout.top + (1 - axis.position(tick.value)) * count * step,
                             .size_px = 12});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Figure plot_confusion_matrix(Tensor const& counts, ConfusionMatrixOptions const& options) {
  detail::ConfusionLayout const layout = detail::confusion_layout(counts, options);
  Figure figure(layout.width, layout.height);
  figure.use_pixels();
  detail::draw_cells(figure, layout);
  detail::draw_names(figure, layout);
  if (layout.number_px == 0) detail::draw_scale(figure, layout);
  using Align = TextStyle::Align;
  double const centre_x = layout.left + layout.side / 2.0, centre_y = layout.top + layout.side / 2.0;
  double const room = 2 * std::min(centre_x, layout.width - centre_x) - 10;
  double const size_px = fitting_size_px({options.title}, room, 18, 11);
  figure.text(shortened_text(options.title, room, size_px),
              {.x_px = centre_x, .y_px = layout.top - 26.0, .size_px = size_px, .align = Align::centre});
  figure.text("Predicted", {.x_px = centre_x, .y_px = layout.height - 22.0, .size_px = 14, .align = Align::centre});
  figure.text("Actual", {.x_px = 24, .y_px = centre_y, .size_px = 14, .align = Align::centre, .upwards = true});
  return figure;
}

}  // namespace fastxx
