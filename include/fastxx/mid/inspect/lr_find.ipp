#pragma once

#include <fastxx/low/plot/lines.hpp>
#include <fastxx/mid/inspect/lr_find.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::string LRFindResult::plot(std::filesystem::path const& path) const {
  auto mark = [this](double lr, char const* name, Colour colour) {
    auto const at = std::min_element(lrs.begin(), lrs.end(), [lr](double a, double b) {
      return std::abs(std::log(a / lr)) < std::abs(std::log(b / lr));
    });
    char label[64];
    std::snprintf(label, sizeof label, "%s %.2g", name, lr);
    return Mark{lr, losses[static_cast<std::size_t>(at - lrs.begin())], label, colour};
  };
  bool const suggests = std::isfinite(valley);
  LinePlotOptions options{
      .title = "Learning rate finder", .x_label = "Learning rate", .y_label = "Loss", .x_log = true};
  if (suggests)
    options.marks = {mark(valley, "valley", colours::orange), mark(minimum, "minimum", colours::green),
                     mark(steep, "steep", colours::red)};
  if (std::isfinite(slide)) options.marks.push_back(mark(slide, "slide", colours::violet));
  plot_lines({{.name = suggests ? "" : "flat: no suggestion", .x = lrs, .y = losses}}, options).save(path);
  return path.string();
}

}  // namespace fastxx

namespace fastxx::detail {

// Index on the longest decreasing subsequence of losses, half-way through its middle third.
inline std::size_t valley_index(std::vector<double> const& losses) {
  std::size_t const n = losses.size();
  std::vector<std::size_t> length(n, 1);
  std::size_t max_end = 0;
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (losses[i] < losses[j] && length[i] < length[j] + 1) length[i] = length[j] + 1;
    if (length[max_end] < length[i]) max_end = i;
  }
  std::size_t const sections = length[max_end] / 3, half = length[max_end] / 6;
  // fastai's start is one before the descent when the losses fall at once, -1 at the first: the sum counts. Where that
  // is -1 as well, fastai's Python gives the last rate, which nobody means.
  std::size_t const end = max_end + sections + half;
  return end - std::min(end, length[max_end]);
}

// Whether the loss gets smaller somewhere, by more than the last digits of its sums.
inline bool falls(std::vector<double> const& losses) {
  double highest = -std::numeric_limits<double>::infinity(), fall = 0, size = 0;
  for (double const loss : losses) {
    highest = std::max(highest, loss);
    fall = std::max(fall, highest - loss);
    size = std::max(size, std::abs(loss));
  }
  return fall > 1e-4 * size;
}

// Two places, 15 rates apart, move down from the end until the loss changes as fast at one as at the other: the rate at
// the lower one. `losses` has 16 of them at least.
inline std::size_t slide_index(std::vector<double> const& losses) {
  constexpr std::size_t apart = 15;
  constexpr double alike = .005;
  std::size_t const last = losses.size() - 1;
  auto const slope = [&](std::size_t i) {  // one-sided at the ends
    if (i == 0) return losses[1] - losses[0];
    if (i == last) return losses[last] - losses[last - 1];
    return (losses[i + 1] - losses[i - 1]) / 2;
  };
  std::size_t lower = last - apart;
  for (std::size_t i = last - apart + 1; i-- > 0 && std::abs(slope(i + apart) - slope(i)) > alike;) lower = i;
  return lower;
}

FASTXX_INLINE void suggest(LRFindResult& result) {
  auto const& lrs = result.lrs;
  auto const& losses = result.losses;
  if (!falls(losses)) return;
  result.valley = lrs[valley_index(losses)];
  auto const lowest = static_cast<std::size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  result.minimum = lrs[lowest] / 10;
  if (losses.size() > 15) result.slide = lrs[slide_index(losses)];
  double steepest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < losses.size(); ++i) {
    double const slope = (losses[i + 1] - losses[i]) / (std::log(lrs[i + 1]) - std::log(lrs[i]));
    if (slope < steepest) steepest = slope, result.steep = lrs[i];
  }
}

FASTXX_INLINE void LRFinder::before_batch(TrainState& learn) {
  learn.opt->set_hyper("lr", schedule_(static_cast<double>(learn.train_iter) / options_.num_it));
}

FASTXX_INLINE void LRFinder::after_loss(TrainState& learn) {
  if (learn.has_loss() && !std::isfinite(learn.loss_value())) throw CancelFitException();
}

FASTXX_INLINE void LRFinderStop::after_batch(TrainState& learn) {
  if (!learn.recorder().losses.empty()) {
    double const smooth = learn.recorder().losses.back();
    best_ = std::min(best_, smooth);
    // Four times the best loss; the distance is what counts, since a loss may be negative.
    if (options_.stop_div && smooth - best_ > 3 * std::abs(best_)) throw CancelFitException();
  }
  if (learn.train_iter >= options_.num_it) throw CancelFitException();
}

FASTXX_INLINE LRFindResult lr_find_result(Recorder const& recorder, LRFindOptions const& options) {
  LRFindResult result;
  auto const first = static_cast<std::size_t>(options.num_it / 10);
  std::size_t const last = recorder.losses.size() > 5 ? recorder.losses.size() - 5 : 0;
  for (std::size_t i = first; i < last; ++i) {
    result.lrs.push_back(recorder.lrs[i]);
    result.losses.push_back(recorder.losses[i]);
  }
  if (result.lrs.size() < 2)
    throw state_error("lr_find.too_short",
                      {.call = "lr_find",
                       .expected = "at least two rates after the first tenth of the batches",
                       .got = std::to_string(recorder.losses.size()) + " batches in all",
                       .fix = "lower start_lr or raise num_it; see whether the first loss is a number"});
  suggest(result);
  return result;
}

}  // namespace fastxx::detail
