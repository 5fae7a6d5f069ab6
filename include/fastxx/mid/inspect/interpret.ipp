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

FASTXX_INLINE Tensor ClassificationReport::confusion_matrix() const {
  auto const c = static_cast<std::int64_t>(vocab_.size());
  Tensor const cells = predictions().targs.mul(c).add(decoded());
  return at::bincount(cells, {}, c * c).view({c, c});
}

FASTXX_INLINE std::vector<Confused> ClassificationReport::most_confused(std::int64_t min_val) const {
  Tensor const matrix = confusion_matrix();
  auto const counts = matrix.accessor<std::int64_t, 2>();
  std::vector<Confused> pairs;
  for (std::size_t a = 0; a < vocab_.size(); ++a)
    for (std::size_t p = 0; p < vocab_.size(); ++p) {
      auto const count = counts[static_cast<std::int64_t>(a)][static_cast<std::int64_t>(p)];
      if (a != p && count >= min_val) pairs.push_back({vocab_[a], vocab_[p], count});
    }
  std::stable_sort(pairs.begin(), pairs.end(), [](auto const& x, auto const& y) { return x.count > y.count; });
  return pairs;
}

FASTXX_INLINE std::string ClassificationReport::plot_confusion_matrix(std::filesystem::path const& path,
                                                                      bool normalize) const {
  fastxx::plot_confusion_matrix(confusion_matrix(), {.classes = vocab_, .normalize = normalize}).save(path);
  return path.string();
}

FASTXX_INLINE void ClassificationReport::set_title(TitledImage& cell, std::int64_t row) const {
  auto const guess = decoded()[row].item<std::int64_t>();
  auto const truth = predictions().targs[row].item<std::int64_t>();
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "%.2f / %.2f", predictions().losses[row].item<double>(),
                predictions().preds[row][guess].item<double>());
  cell.title =
      vocab_.at(static_cast<std::size_t>(guess)) + " / " + vocab_.at(static_cast<std::size_t>(truth)) + "\n" + numbers;
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
