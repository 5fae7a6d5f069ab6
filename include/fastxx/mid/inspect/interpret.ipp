#pragma once

#include <fastxx/mid/inspect/interpret.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::pair<Tensor, Tensor> Interpretation::top_losses(std::int64_t k, bool largest) const {
  if (!predictions_.losses.defined())
    throw state_error("interpret.no_losses", {.call = "top_losses",
                                              .expected = "targets, and a loss that can be had per item",
                                              .got = "one that only gives its mean, or no targets",
                                              .fix = "give your loss a member `bool reduce`"});
  if (k < 0)
    throw state_error("interpret.count", {.call = "top_losses",
                                          .expected = "how many items, or 0 for all",
                                          .got = std::to_string(k),
                                          .fix = "top_losses(k, false) gives the smallest losses"});
  auto const n = predictions_.losses.size(0);
  auto [values, indices] = predictions_.losses.topk(k == 0 ? n : std::min(k, n), 0, largest);
  return {values, indices};
}

FASTXX_INLINE std::string Interpretation::top_losses_table(std::int64_t k) const {
  auto const [losses, indices] = top_losses(k);
  std::vector<std::vector<std::string>> rows;
  for (std::int64_t i = 0; i < losses.size(0); ++i) {
    auto const row = indices[i].item<std::int64_t>();
    rows.push_back({std::to_string(predictions_.item_of(row)), detail::tensor_text(losses[i], ""),
                    text_of(predictions_.targs[row]), text_of(predictions_.decoded[row])});
  }
  return text_table({"item", "loss", "target", "prediction"}, std::move(rows));
}

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE void require_digits(int digits, char const* call) {
  if (digits < 0 || digits > 15)
    throw state_error("interpret.digits", {.call = call,
                                           .expected = "0 to 15 digits behind the point",
                                           .got = std::to_string(digits),
                                           .fix = "leave it out for 2"});
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void ClassesInterpretation::count(std::vector<std::string> vocab, char const* call,
                                                Tensor const& counted) {
  vocab_ = std::move(vocab);
  auto const c = static_cast<std::int64_t>(vocab_.size());
  Tensor actual = predictions().targs, predicted = decoded();
  if (counted.defined()) actual = actual.masked_select(counted), predicted = predicted.masked_select(counted);
  for (auto const& [what, classes] : {std::pair("targets", actual), std::pair("predictions", predicted)}) {
    if (classes.numel() == 0) continue;
    auto const lowest = classes.min().item<std::int64_t>(), highest = classes.max().item<std::int64_t>();
    if (lowest >= 0 && highest < c) continue;
    throw tensor_error("interpret.classes", {.call = call,
                                             .expected = {what, " from 0 to ", c - 1},
                                             .got = std::to_string(lowest < 0 ? lowest : highest),
                                             .fix = "give the model one output for each class; of masks say "
                                                    "{.ignore_index = 255} for what is no class"});
  }
  Tensor const cells = actual.to(at::kLong).mul(c).add(predicted.to(at::kLong)).view(-1);
  matrix_ = at::bincount(cells, {}, c * c).view({c, c});
}

FASTXX_INLINE std::vector<Confused> ClassesInterpretation::most_confused(std::int64_t min_val) const {
  auto const counts = matrix_.accessor<std::int64_t, 2>();
  std::vector<Confused> pairs;
  for (std::size_t a = 0; a < vocab_.size(); ++a)
    for (std::size_t p = 0; p < vocab_.size(); ++p) {
      auto const count = counts[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(p)];
      if (a != p && count >= min_val) pairs.push_back({vocab_[a], vocab_[p], count});
    }
  std::stable_sort(pairs.begin(), pairs.end(), [](auto const& x, auto const& y) { return x.count > y.count; });
  return pairs;
}

FASTXX_INLINE std::string ClassesInterpretation::plot_confusion_matrix(std::filesystem::path const& path,
                                                                       bool normalize) const {
  fastxx::plot_confusion_matrix(matrix_, {.classes = vocab_, .normalize = normalize}).save(path);
  return path.string();
}

FASTXX_INLINE std::string ClassificationReport::classification_report(int digits) const {
  detail::require_digits(digits, "classification_report");
  auto const table = scores();
  std::size_t name_width = std::string("weighted avg").size();
  for (auto const& name : vocab()) name_width = std::max(name_width, detail::characters_in(name));
  std::vector<std::size_t> const widths{name_width, 10, 9, 9, 9};
  auto const line = [&](std::vector<std::string> const& cells) { return detail::right_aligned(cells, widths, 1); };
  auto const row = [&](ClassScores const& one) {
    auto const text = [&](double number) { return detail::fixed_text(number, digits); };
    return line({one.name, text(one.precision), text(one.recall), text(one.f1), detail::fixed_text(one.support, 0)});
  };
  std::string text = line({"", "precision", "recall", "f1-score", "support"}) + "\n";
  for (auto const& one : table.classes) text += row(one);
  return text + "\n" +
         line({"accuracy", "", "", detail::fixed_text(table.accuracy, digits),
               detail::fixed_text(table.macro_avg.support, 0)}) +
         row(table.macro_avg) + row(table.weighted_avg);
}

FASTXX_INLINE void ClassificationReport::print_classification_report(int digits) const {
  std::fputs(classification_report(digits).c_str(), stdout);
}

FASTXX_INLINE void ClassificationReport::set_title(TitledImage& cell, std::int64_t row) const {
  auto const guess = decoded()[row].item<std::int64_t>();
  auto const truth = predictions().targs[row].item<std::int64_t>();
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "%.2f / %.2f", predictions().losses[row].item<double>(),
                predictions().preds[row][guess].item<double>());
  cell.title = vocab().at(static_cast<std::size_t>(guess)) + " / " + vocab().at(static_cast<std::size_t>(truth)) +
               "\n" + numbers;
  cell.title_colour = guess == truth ? colours::green : colours::red;
}

FASTXX_INLINE void ClassificationReport::check() const {
  auto const& [preds, targs, losses, decoded, inputs, all_targs, skipped] = predictions();
  bool const good = preds.dim() == 2 && targs.defined() && targs.dim() == 1 && !targs.is_floating_point() &&
                    decoded.sizes() == targs.sizes();
  if (good) return;
  throw tensor_error("interpret.classes",
                     {.call = "ClassificationInterpretation",
                      .expected = "scores (N,C), classes (N), and a loss that decodes scores to classes",
                      .got = detail::shape_text(preds.sizes()) + " and " +
                             (targs.defined() ? detail::shape_text(targs.sizes()) : std::string("no targets")),
                      .fix = targs.defined() ? "for other models use Interpretation"
                                             : "give a loader with targets: test_dl(items, with_labels)"});
}

}  // namespace fastxx
