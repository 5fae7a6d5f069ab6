#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/data/skipped.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>

namespace fastxx {

/// Prints the training table, and on a terminal a live bar with the time left; plain lines when the output is no
/// terminal.
///
/// Source:  fastai 2.7.18 callback/progress.py, fastprogress (H-39)
/// Example: examples/doc/learner.cpp
class ProgressCallback {
 public:
  static constexpr int order = CallbackOrder::progress;

  explicit ProgressCallback(std::FILE* out = stdout) : out_(out), live_(isatty(fileno(out)) == 1) {}

  void before_fit(TrainState& learn);
  void before_batch(TrainState& learn);
  void after_batch(TrainState& learn);
  void after_validate(TrainState& learn);
  void after_epoch(TrainState& learn);
  void after_fit(TrainState&) { clear_line(); }
  void after_cancel_fit(TrainState&) { clear_line(); }

  /// Print one row of the table above the bar; one cell is a sentence.
  void write_row(std::vector<std::string> const& cells);

 private:
  using Clock = std::chrono::steady_clock;

  void draw(TrainState const& learn, Clock::time_point now);

  void clear_line();

  void write_skipped(SkippedItems const& skipped);

  std::FILE* out_;
  bool live_;
  Clock::time_point started_{}, phase_started_{}, drawn_{};
  double started_pct_ = -1;
  std::int64_t phase_first_ = 0;
  std::vector<std::size_t> widths_;
  std::vector<std::int64_t> told_;  // the skipped items that were named last, in rising order
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/progress.ipp>
#endif
