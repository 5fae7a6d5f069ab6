#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/data/skipped.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/events.hpp>
#include <fastxx/mid/train/metric.hpp>
#include <fastxx/mid/train/state.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// "03:07" for 187 seconds, "1:02:05" past an hour.
std::string format_time(double seconds);

/// One row of the training table: a value, or nothing where a metric is not defined. It prints as the table does.
struct RecorderRow : std::vector<MetricValue> {
  using std::vector<MetricValue>::vector;

  std::vector<std::string> texts() const;
  friend std::ostream& operator<<(std::ostream& out, RecorderRow const& row) {
    std::string text;
    for (auto const& one : row.texts()) text += (text.empty() ? "" : "  ") + one;
    return out << text;
  }
};

/// Keeps what training was: learning rates and smoothed losses per batch, losses, metrics and times per epoch.
///
/// `values` has a row [train_loss, valid_loss, metrics...] per epoch; `iters` the number of batches at its end. Batches
/// that were cancelled before they had a loss, and phases without targets, leave no trace.
/// Source:  fastai 2.7.18 learner.py Recorder (TR-56, H-40)
/// Example: examples/doc/learner.cpp
class Recorder {
 public:
  static constexpr int order = CallbackOrder::recorder;

  std::vector<double> lrs = {};
  std::vector<double> losses = {};
  std::vector<RecorderRow> values = {};
  std::vector<std::size_t> iters = {};
  std::map<std::string, std::vector<double>> hps = {};  ///< what was scheduled, of the last group, per training batch
  AvgSmoothLoss smooth_loss{};
  RecorderRow final_record = {};  ///< [valid_loss, metrics...] of the last validation
  SkippedItems skipped = {};      ///< what was left out in the last epoch, of training and of validation

  void add_metric(std::shared_ptr<AnyMetric> metric) { metrics_.emplace_back(std::move(metric)); }

  std::vector<detail::MetricHandle> const& metrics() const { return metrics_; }
  std::vector<std::string> metric_names() const;

  /// Draw the smoothed training loss batch by batch and the validation loss at the end of each epoch; gives back where
  /// the picture is. Needs <fastxx/mid/inspect/plot_loss.hpp>.
  template <class Path>
  std::string plot_loss(Path const& path, std::size_t skip_start = 5) const {
    constexpr bool included = requires { plot_recorder(*this, path, skip_start); };
    static_assert(included, "fastxx::Recorder::plot_loss: #include <fastxx/mid/inspect/plot_loss.hpp>");
    if constexpr (included) return plot_recorder(*this, path, skip_start);
  }

  /// Draw one curve for each hyper-parameter that the last fit has scheduled, or for those that are named; gives back
  /// where the picture is. Needs <fastxx/mid/inspect/plot_loss.hpp>.
  template <class Path>
  std::string plot_sched(Path const& path, std::vector<std::string> const& keys = {}) const {
    constexpr bool included = requires { plot_schedules(*this, path, keys); };
    static_assert(included, "fastxx::Recorder::plot_sched: #include <fastxx/mid/inspect/plot_loss.hpp>");
    if constexpr (included) return plot_schedules(*this, path, keys);
  }

  /// Draw the losses and each metric epoch by epoch; gives back where the picture is. Needs
  /// <fastxx/mid/inspect/plot_loss.hpp>.
  template <class Path>
  std::string plot_metrics(Path const& path) const {
    constexpr bool included = requires { plot_epochs(*this, path); };
    static_assert(included, "fastxx::Recorder::plot_metrics: #include <fastxx/mid/inspect/plot_loss.hpp>");
    if constexpr (included) return plot_epochs(*this, path);
  }

  /// Since the epoch began.
  double epoch_seconds() const;

  void before_fit(TrainState& learn);
  void before_epoch(TrainState&);
  void before_validate(TrainState&);
  void after_batch(TrainState& learn);
  void after_train(TrainState& learn);
  void after_validate(TrainState& learn);
  void after_epoch(TrainState& learn);

 private:
  std::vector<std::string> row_texts(std::int64_t epoch, RecorderRow const& row) const;
  void add_skipped(TrainState const& learn, bool train);

  std::vector<detail::MetricHandle> metrics_;
  AvgLoss valid_loss_;
  bool measuring_ = false;
  std::chrono::steady_clock::time_point started_{};
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/recorder.ipp>
#endif
