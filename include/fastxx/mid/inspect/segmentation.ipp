#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/inspect/segmentation.hpp>
#include <fastxx/mid/metrics/segmentation.hpp>
#include <fastxx/mid/metrics/single_label.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

// (N,1,H,W) to (N,H,W).
FASTXX_INLINE Tensor without_channel(Tensor const& masks) {
  return masks.dim() == 4 && masks.size(1) == 1 ? masks.select(1, 0) : masks;
}

FASTXX_INLINE bool whole_numbers(Tensor const& numbers) {
  return !numbers.is_floating_point() || numbers.eq(numbers.round()).all().item<bool>();
}

// Whole numbers, a byte each where they fit.
FASTXX_INLINE Tensor compact(Tensor const& masks) {
  bool const fits = masks.numel() == 0 || (masks.min().item<double>() >= 0 && masks.max().item<double>() <= 255);
  return masks.to(fits ? at::kByte : at::kLong);
}

FASTXX_INLINE void draw_tensor(ImageCell& cell, Tensor const& tensor) {
  if (tensor.dim() == 2)
    cell.image(tensor);
  else if (tensor.dim() == 3 && tensor.size(0) > 0)
    cell.image(tensor.size(0) == 3 ? tensor : tensor.select(0, 0));
}

FASTXX_INLINE void refuse_inputs() {
  throw data_error("interpret.inputs", {.call = "plot_top_losses",
                                        .expected = "inputs that are images: tensors (H,W), (1,H,W) or (3,H,W)",
                                        .got = "others",
                                        .fix = "give the input's type a member show(ctx), or take top_losses_table"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void SegmentationReport::take_masks() {
  Tensor const& given = predictions().targs;
  Tensor const guesses = detail::without_channel(decoded());
  Tensor const truth = given.defined() ? detail::without_channel(given) : given;
  bool const fits = truth.defined() && guesses.dim() == 3 && guesses.sizes() == truth.sizes();
  bool const good = fits && detail::whole_numbers(truth) && detail::whole_numbers(guesses);
  if (!good)
    throw tensor_error(
        "interpret.masks",
        {.call = "SegmentationInterpretation",
         .expected = "decoded predictions and targets (N,H,W) or (N,1,H,W) of one size, whole numbers",
         .got = detail::shape_text(decoded().sizes()) + " and " +
                (given.defined() ? detail::shape_text(given.sizes()) : std::string("no targets")),
         .fix = given.defined() ? "let the loss decode scores to classes: CrossEntropyLossFlat{.axis = 1}"
                                : "give a loader with targets: test_dl(items, with_labels)"});
  replace(detail::compact(guesses), detail::compact(truth));
}

FASTXX_INLINE std::int64_t SegmentationReport::n_classes() const {
  Tensor const& none = predictions().preds;  // no rows, but the shape of the scores
  return none.dim() == 4 && none.size(1) > 1 ? none.size(1) : 2;
}

FASTXX_INLINE Tensor SegmentationReport::ignored(Tensor const& target) const {
  bool const a_byte = *options_.ignore_index >= 0 && *options_.ignore_index <= 255;
  // Beside bytes libtorch would make a byte of the index: of -100 the class 156.
  if (target.scalar_type() == at::kByte && !a_byte) return at::zeros_like(target, at::kBool);
  return target.eq(*options_.ignore_index);
}

FASTXX_INLINE Tensor SegmentationReport::counted() const {
  return options_.ignore_index ? ignored(targets()).logical_not() : Tensor();
}

FASTXX_INLINE std::string SegmentationReport::segmentation_report(int digits) const {
  detail::require_digits(digits, "segmentation_report");
  auto const table = scores();
  std::size_t name_width = std::string("right pixels").size();
  for (auto const& name : vocab()) name_width = std::max(name_width, detail::characters_in(name));
  std::vector<std::size_t> const widths{name_width, 9, 9, 9, 9, 12};
  auto const line = [&](std::vector<std::string> const& cells) { return detail::right_aligned(cells, widths, 1); };
  auto const text = [&](double number) { return detail::fixed_text(number, digits); };
  auto const row = [&](ClassScores const& one) {
    if (!one.seen()) return line({one.name, "-", "-", "-", "-", "0"});
    return line({one.name, text(one.iou), text(one.f1), text(one.precision), text(one.recall),
                 detail::fixed_text(one.support, 0)});
  };
  std::string report = line({"", "IoU", "Dice", "precision", "recall", "pixels"}) + "\n";
  for (auto const& one : table.classes) report += row(one);
  auto mean = table.seen_avg;
  mean.name = "mean";
  return report + "\n" + row(mean) +
         line({"right pixels", "", "", "", text(table.accuracy), detail::fixed_text(mean.support, 0)});
}

FASTXX_INLINE std::string SegmentationReport::top_losses_table(std::int64_t k) const {
  auto const [losses, indices] = top_losses(k);
  std::vector<std::vector<std::string>> rows;
  auto const text = [](MetricValue value) { return value ? detail::fixed_text(*value, 4) : std::string("-"); };
  for (std::int64_t i = 0; i < losses.size(0); ++i) {
    auto const row = indices[i].item<std::int64_t>();
    Tensor const truth = targets()[row].to(at::kLong), guess = masks()[row].to(at::kLong);
    auto const wrong = HammingLoss({.ignore_index = options_.ignore_index})(guess, truth);
    rows.push_back({std::to_string(predictions().item_of(row)), detail::fixed_text(losses[i].item<double>(), 4),
                    text(wrong ? MetricValue(1 - *wrong) : wrong),
                    text(JaccardCoeffMulti({.ignore_index = options_.ignore_index})(guess, truth))});
  }
  return text_table({"item", "loss", "right pixels", "mean IoU"}, std::move(rows));
}

FASTXX_INLINE ImageCell SegmentationReport::mask_cell(Tensor const& mask, Tensor const& target) const {
  ImageCell cell;
  cell.mask(mask);
  if (options_.ignore_index) cell.cell.image = cell.cell.image.masked_fill(ignored(target), 1);
  return cell;
}

FASTXX_INLINE void SegmentationReport::add_row(std::vector<TitledImage>& images, ImageCell input, std::int64_t row,
                                               double loss) const {
  Tensor const target = targets()[row];
  auto actual = mask_cell(target, target), predicted = mask_cell(masks()[row], target);
  input.cell.title = "input " + std::to_string(predictions().item_of(row));
  actual.title("target");
  predicted.title("prediction, loss " + detail::fixed_text(loss, 4));
  images.push_back(std::move(input.cell));
  images.push_back(std::move(actual.cell));
  images.push_back(std::move(predicted.cell));
}

}  // namespace fastxx
