#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fastxx/mid/train/events.hpp>
#include <fastxx/mid/train/metric.hpp>
#include <fastxx/mid/train/state.hpp>
#include <memory>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// "03:07" for 187 seconds, "1:02:05" past an hour.
inline std::string format_time(double seconds) {
  auto const whole = static_cast<long>(seconds);
  char text[32];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%02ld:%02ld", whole / 60, whole % 60);
  return text;
}

/// One row of the training table: a value, or nothing where a metric is not defined. It prints as the table does.
struct RecorderRow : std::vector<MetricValue> {
  using std::vector<MetricValue>::vector;

  std::vector<std::string> texts() const {
    std::vector<std::string> all;
    for (auto const& value : *this) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6f", value.value_or(0));
      all.emplace_back(value ? text : "None");
    }
    return all;
  }
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
  static constexpr int order = 50;

  std::vector<double> lrs = {};
  std::vector<double> losses = {};
  std::vector<RecorderRow> values = {};
  std::vector<std::size_t> iters = {};
  AvgSmoothLoss smooth_loss{};
  RecorderRow final_record = {};  ///< [valid_loss, metrics...] of the last validation

  void add_metric(std::shared_ptr<AnyMetric> metric) { metrics_.emplace_back(std::move(metric)); }

  std::vector<detail::MetricHandle> const& metrics() const { return metrics_; }
  std::vector<std::string> metric_names() const {
    std::vector<std::string> names{"epoch", "train_loss", "valid_loss"};
    for (auto const& metric : metrics_) names.push_back(metric->name());
    names.emplace_back("time");
    return names;
  }

  /// Draw the smoothed training loss batch by batch and the validation loss at the end of each epoch; gives back where
  /// the picture is. Needs <fastxx/mid/inspect/plot_loss.hpp>.
  template <class Path>
  std::string plot_loss(Path const& path, std::size_t skip_start = 5) const {
    constexpr bool included = requires { plot_recorder(*this, path, skip_start); };
    static_assert(included, "fastxx::Recorder::plot_loss: #include <fastxx/mid/inspect/plot_loss.hpp>");
    if constexpr (included) return plot_recorder(*this, path, skip_start);
  }

  void before_fit(TrainState& learn) {
    if (learn.evaluating) return;
    lrs.clear(), losses.clear(), values.clear(), iters.clear();
    smooth_loss.reset();
    if (learn.logger) learn.logger(metric_names());
  }
  void before_epoch(TrainState&) {
    started_ = std::chrono::steady_clock::now();
    final_record.assign(1 + metrics_.size(), std::nullopt);
    measuring_ = false;
  }
  void before_validate(TrainState&) {
    measuring_ = true;
    valid_loss_.reset();
    for (auto const& metric : metrics_) metric->reset();
  }
  void after_batch(TrainState& learn) {
    if (!learn.batch_counts() || !learn.has_loss()) return;
    if (learn.training) {
      smooth_loss.add(learn.loss_value());
      losses.push_back(*smooth_loss.value());
      lrs.push_back(learn.opt->hyper("lr").back());
      return;
    }
    valid_loss_.add(learn.loss_value(), learn.batch_size());
    for (auto const& metric : metrics_) metric->accumulate(learn);
  }
  void after_validate(TrainState& learn) {
    if (!measuring_) return;  // cancelled before it began: the totals are those of an earlier phase
    valid_loss_.reduce(learn.ranks);
    final_record = {valid_loss_.value()};
    for (auto const& metric : metrics_) {
      metric->reduce(learn.ranks);
      final_record.push_back(metric->value());
    }
  }
  void after_epoch(TrainState& learn) {
    if (learn.evaluating) return;
    RecorderRow row{smooth_loss.value()};
    row.insert(row.end(), final_record.begin(), final_record.end());
    values.push_back(row);
    iters.push_back(losses.size());
    if (learn.logger) learn.logger(row_texts(learn.epoch, row));
  }

 private:
  std::vector<std::string> row_texts(std::int64_t epoch, RecorderRow const& row) const {
    std::vector<std::string> texts = row.texts();
    texts.insert(texts.begin(), std::to_string(epoch));
    texts.push_back(format_time(std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count()));
    return texts;
  }

  std::vector<detail::MetricHandle> metrics_;
  AvgLoss valid_loss_;
  bool measuring_ = false;
  std::chrono::steady_clock::time_point started_{};
};

}  // namespace fastxx
