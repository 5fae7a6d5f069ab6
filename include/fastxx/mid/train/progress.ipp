#pragma once

#include <fastxx/mid/train/progress.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE void ProgressCallback::before_fit(TrainState& learn) {
  if (!learn.evaluating) started_ = Clock::now(), started_pct_ = -1, told_.clear();
}

FASTXX_INLINE void ProgressCallback::before_batch(TrainState& learn) {
  bool const first = started_pct_ < 0;
  if (first) started_pct_ = learn.pct_train;  // not 0 where training goes on from a checkpoint
  if (first || learn.iter == 0) phase_started_ = Clock::now(), phase_first_ = learn.iter;
}

FASTXX_INLINE void ProgressCallback::after_batch(TrainState& learn) {
  if (!live_ || !learn.in_fit()) return;
  auto const now = Clock::now();
  if (now - drawn_ < std::chrono::milliseconds(200) && learn.iter + 1 < learn.n_iter) return;
  drawn_ = now;
  draw(learn, now);
}

// Inside fit the epoch tells it, after its row.
FASTXX_INLINE void ProgressCallback::after_validate(TrainState& learn) {
  if (!learn.in_fit()) write_skipped(learn.recorder().skipped);
}

FASTXX_INLINE void ProgressCallback::after_epoch(TrainState& learn) {
  if (!detail::leaves_no_trace(learn)) write_skipped(learn.recorder().skipped);
}

FASTXX_INLINE void ProgressCallback::write_skipped(SkippedItems const& skipped) {
  if (skipped.count() == 0) return;
  clear_line();
  auto text = skipped.text();
  // The same items epoch after epoch are named once, in whatever order they came.
  auto sorted = skipped.indices;
  std::sort(sorted.begin(), sorted.end());
  if (sorted == std::exchange(told_, sorted)) text = text.substr(0, text.find('\n')) + ", the same as before";
  std::fprintf(out_, "%s\n", text.c_str());
  std::fflush(out_);
}

FASTXX_INLINE void ProgressCallback::write_row(std::vector<std::string> const& cells) {
  clear_line();
  bool const sentence = cells.size() == 1;  // stands between rows, whose columns stay
  if (!sentence && (widths_.size() != cells.size() || cells[0] == "epoch")) {
    widths_.clear();
    for (auto const& cell : cells) widths_.push_back(std::max<std::size_t>(10, cell.size() + 2));
  }
  std::string line = sentence ? cells[0] : "";
  for (std::size_t i = 0; !sentence && i < cells.size(); ++i)
    line += cells[i] + std::string(std::max<std::size_t>(1, widths_[i] - std::min(widths_[i], cells[i].size())), ' ');
  line.erase(line.find_last_not_of(' ') + 1);
  std::fprintf(out_, "%s\n", line.c_str());
  std::fflush(out_);
}

FASTXX_INLINE void ProgressCallback::draw(TrainState const& learn, Clock::time_point now) {
  double const done = static_cast<double>(learn.iter + 1), all = static_cast<double>(learn.n_iter);
  double const elapsed = std::chrono::duration<double>(now - phase_started_).count();
  double const pct = learn.pct_train - started_pct_;
  double const total = std::chrono::duration<double>(now - started_).count();
  std::string bar;
  for (int i = 0; i < 30; ++i) bar += i < static_cast<int>(30 * done / all) ? "█" : "-";
  std::fprintf(out_, "\r\033[Kepoch %ld/%ld %s |%s| %.1f%% [%ld/%ld %s<%s]", long(learn.epoch + 1), long(learn.n_epoch),
               learn.training ? "train" : "valid", bar.c_str(), 100 * done / all, long(done), long(all),
               format_time(elapsed).c_str(),
               format_time(elapsed / (done - static_cast<double>(phase_first_)) * (all - done)).c_str());
  if (learn.has_loss()) std::fprintf(out_, " loss %.4f", learn.recorder().smooth_loss.value().value_or(0));
  if (pct > 0)
    std::fprintf(out_, ", %s left in all", format_time(total / pct * std::max(0.0, 1 - learn.pct_train)).c_str());
  std::fflush(out_);
}

FASTXX_INLINE void ProgressCallback::clear_line() {
  if (live_) std::fputs("\r\033[K", out_), std::fflush(out_);
}

}  // namespace fastxx
