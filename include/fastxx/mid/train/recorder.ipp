#pragma once

#include <fastxx/mid/train/recorder.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::string format_time(double seconds) {
  auto const whole = static_cast<long>(seconds);
  char text[32];
  if (whole >= 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
  else
    std::snprintf(text, sizeof text, "%02ld:%02ld", whole / 60, whole % 60);
  return text;
}

FASTXX_INLINE std::vector<std::string> RecorderRow::texts() const {
  std::vector<std::string> all;
  for (auto const& value : *this) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6f", value.value_or(0));
    all.emplace_back(value ? text : "None");
  }
  return all;
}

FASTXX_INLINE std::vector<std::string> Recorder::metric_names() const {
  std::vector<std::string> names{"epoch", "train_loss", "valid_loss"};
  for (auto const& metric : metrics_) names.push_back(metric->name());
  names.emplace_back("time");
  return names;
}

FASTXX_INLINE double Recorder::epoch_seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
}

FASTXX_INLINE void Recorder::before_fit(TrainState& learn) {
  if (learn.evaluating) return;
  lrs.clear(), losses.clear(), values.clear(), iters.clear(), hps.clear();
  smooth_loss.reset();
  if (learn.logger) learn.logger(metric_names());
}

FASTXX_INLINE void Recorder::before_epoch(TrainState&) {
  started_ = std::chrono::steady_clock::now();
  final_record.assign(1 + metrics_.size(), std::nullopt);
  measuring_ = false;
  skipped = {};
}

FASTXX_INLINE void Recorder::add_skipped(TrainState const& learn, bool train) {
  if (auto const* more = learn.reader(train)->skipped(); more && more->count() > 0) skipped.add(*more);
}

FASTXX_INLINE void Recorder::after_train(TrainState& learn) { add_skipped(learn, true); }

FASTXX_INLINE void Recorder::before_validate(TrainState&) {
  measuring_ = true;
  valid_loss_.reset();
  for (auto const& metric : metrics_) metric->reset();
}

FASTXX_INLINE void Recorder::after_batch(TrainState& learn) {
  if (!learn.batch_counts() || !learn.has_loss()) return;
  if (learn.training) {
    smooth_loss.add(learn.loss_value());
    losses.push_back(*smooth_loss.value());
    lrs.push_back(learn.opt->hyper("lr").back());
    return;
  }
  valid_loss_.add(learn.loss_value(), learn.batch_size());
  detail::ClassesOfBatch classes;
  struct Shared {
    explicit Shared(TrainState& state, detail::ClassesOfBatch& found) : learn(state), former(state.classes) {
      learn.classes = &found;
    }
    ~Shared() { learn.classes = former; }
    TrainState& learn;
    detail::ClassesOfBatch* former;
  } const shared(learn, classes);
  for (auto const& metric : metrics_) metric->accumulate(learn);
}

FASTXX_INLINE void Recorder::after_validate(TrainState& learn) {
  add_skipped(learn, false);
  if (!measuring_) return;  // cancelled before it began: the totals are those of an earlier phase
  valid_loss_.reduce(learn.ranks);
  final_record = {valid_loss_.value()};
  for (auto const& metric : metrics_) {
    metric->reduce(learn.ranks);
    final_record.push_back(metric->value());
  }
}

FASTXX_INLINE void Recorder::after_epoch(TrainState& learn) {
  if (learn.evaluating) return;
  RecorderRow row{smooth_loss.value()};
  row.insert(row.end(), final_record.begin(), final_record.end());
  values.push_back(row);
  iters.push_back(losses.size());
  if (learn.logger) learn.logger(row_texts(learn.epoch, row));
}

FASTXX_INLINE std::vector<std::string> Recorder::row_texts(std::int64_t epoch, RecorderRow const& row) const {
  std::vector<std::string> texts = row.texts();
  texts.insert(texts.begin(), std::to_string(epoch));
  texts.push_back(format_time(epoch_seconds()));
  return texts;
}

}  // namespace fastxx
