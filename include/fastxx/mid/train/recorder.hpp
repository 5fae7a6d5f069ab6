#pragma once

#include <chrono>
#include <cstdio>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/plot/lines.hpp>
#include <fastxx/mid/train/events.hpp>
#include <fastxx/mid/train/metric.hpp>
#include <filesystem>
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

/// One row of the training table: a value, or nothing where a metric is not defined.
using RecorderRow = std::vector<MetricValue>;

/// Keeps what training was: learning rates and smoothed losses per batch, losses, metrics and times per epoch.
///
/// `values` has a row [train_loss, valid_loss, metrics...] per epoch; `iters` the number of batches at its end.
/// Source:  fastai 2.7.18 learner.py Recorder (TR-56, H-40)
/// Example: examples/doc/learner.cpp
template <class Metrics>
class Recorder {
 public:
  static constexpr int order = 50;

  explicit Recorder(Metrics metrics) : metrics_(std::move(metrics)) {}

  std::vector<double> lrs = {};
  std::vector<double> losses = {};
  std::vector<RecorderRow> values = {};
  std::vector<std::size_t> iters = {};
  AvgSmoothLoss smooth_loss{};
  RecorderRow final_record = {};  ///< [valid_loss, metrics...] of the last validation

  std::vector<std::string> metric_names() const {
    std::vector<std::string> names{"epoch", "train_loss", "valid_loss"};
    hana::for_each(metrics_, [&](auto const& metric) { names.push_back(detail::metric_name(metric)); });
    names.emplace_back("time");
    return names;
  }

  /// Draw the smoothed training loss batch by batch and the validation loss at the end of each epoch.
  std::string plot_loss(std::filesystem::path const& path, std::size_t skip_start = 5) const {
    Series train{.name = "train"}, valid{.name = "valid"};
    for (std::size_t i = skip_start; i < losses.size(); ++i) {
      train.x.push_back(static_cast<double>(i));
      train.y.push_back(losses[i]);
    }
    for (std::size_t e = 0; e < values.size(); ++e) {
      if (!values[e][1]) continue;
      valid.x.push_back(static_cast<double>(iters[e]));
      valid.y.push_back(*values[e][1]);
    }
    plot_lines({train, valid}, {.title = "Loss", .x_label = "Batch", .y_label = "Loss"}).save(path);
    return path.string();
  }

  template <class Learner>
  void before_fit(Learner& learn) {
    lrs.clear(), losses.clear(), values.clear(), iters.clear();
    smooth_loss.reset();
    learn.logger(metric_names());
  }
  template <class Learner>
  void before_epoch(Learner&) {
    started_ = std::chrono::steady_clock::now();
    final_record.assign(n_columns(), std::nullopt);
  }
  template <class Learner>
  void before_validate(Learner&) {
    valid_loss_.reset();
    hana::for_each(metrics_, [](auto& metric) { metric.reset(); });
  }
  template <class Learner>
  void after_batch(Learner& learn) {
    if (!learn.has_loss()) return;
    if (learn.training) {
      smooth_loss.add(learn.loss_value());
      losses.push_back(*smooth_loss.value());
      lrs.push_back(learn.opt->hyper("lr").back());
      return;
    }
    valid_loss_.add(learn.loss_value(), learn.y().size(0));
    hana::for_each(metrics_, [&](auto& metric) { metric.accumulate(learn); });
  }
  template <class Learner>
  void after_validate(Learner&) {
    final_record = {valid_loss_.value()};
    hana::for_each(metrics_, [this](auto& metric) { final_record.push_back(metric.value()); });
  }
  template <class Learner>
  void after_epoch(Learner& learn) {
    if (!learn.in_fit()) return;
    RecorderRow row{smooth_loss.value()};
    row.insert(row.end(), final_record.begin(), final_record.end());
    values.push_back(row);
    iters.push_back(losses.size());
    learn.logger(row_texts(learn.epoch, row));
  }

 private:
  static constexpr std::size_t n_columns() { return 1 + decltype(hana::size(std::declval<Metrics const&>()))::value; }

  std::vector<std::string> row_texts(std::int64_t epoch, RecorderRow const& row) const {
    std::vector<std::string> texts{std::to_string(epoch)};
    for (auto const& value : row) {
      char text[32];
      std::snprintf(text, sizeof text, "%.6f", value.value_or(0));
      texts.emplace_back(value ? text : "None");
    }
    texts.push_back(format_time(std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count()));
    return texts;
  }

  Metrics metrics_;
  AvgLoss valid_loss_;
  std::chrono::steady_clock::time_point started_{};
};

}  // namespace fastxx
