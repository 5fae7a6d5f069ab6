#pragma once

#include <fastxx/mid/train/saved_state.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>

namespace fastxx::detail {

// Refuses what a callback cannot mean.
inline void require_option(bool possible, char const* key, std::string const& callback, std::string expected,
                           double got) {
  if (possible) return;
  throw state_error(key, {.call = callback, .expected = std::move(expected), .got = short_number(got)});
}

FASTXX_INLINE Tracker::Tracker(std::string const& callback, TrackOptions options) : options_(std::move(options)) {
  require_option(options_.min_delta >= 0 && std::isfinite(options_.min_delta), "tracker.min_delta", callback,
                 "a finite min_delta of 0 or more, by which a better value is better", options_.min_delta);
}

FASTXX_INLINE PatientTracker::PatientTracker(std::string const& callback, TrackOptions options, std::int64_t patience)
    : tracker_(callback, std::move(options)), patience_(patience) {
  require_option(patience >= 1, "tracker.patience", callback, "a patience of at least 1 epoch",
                 static_cast<double>(patience));
}

FASTXX_INLINE void Tracker::before_fit(TrainState const& learn) {
  auto const names = learn.recorder().metric_names();
  // The first column is the epoch, the last the time: neither is in the rows.
  auto const found = std::find(names.begin() + 1, names.end() - 1, options_.monitor);
  if (found == names.end() - 1) {
    std::string known;
    for (auto name = names.begin() + 1; name != names.end() - 1; ++name) known += (known.empty() ? "" : ", ") + *name;
    throw state_error("tracker.monitor", {.call = "callback that monitors '" + options_.monitor + "'",
                                          .expected = "one of " + known,
                                          .got = "'" + options_.monitor + "'",
                                          .fix = "name a column of the table, or add the metric to the Learner"});
  }
  if (options_.monitor != "train_loss" && learn.reader(false)->size() == 0)
    throw state_error("tracker.no_validation", {.call = "callback that monitors '" + options_.monitor + "'",
                                                .expected = "a validation loader with batches",
                                                .got = "none: training runs without validation",
                                                .fix = "monitor \"train_loss\", or split items off for validation"});
  column_ = static_cast<std::size_t>(found - names.begin()) - 1;
  if (options_.reset_on_fit) best_.reset();
}

FASTXX_INLINE bool Tracker::is_new_best(TrainState const& learn) {
  MetricValue const value = learn.recorder().values.back().at(column_);
  if (!value || *value != *value) return false;
  double const gain = best_ ? (smaller() ? *best_ - *value : *value - *best_) : 0;
  if (best_ && gain <= options_.min_delta) return false;
  best_ = *value;
  return true;
}

FASTXX_INLINE bool Tracker::smaller() const {
  auto has = [this](char const* part) { return options_.monitor.find(part) != std::string::npos; };
  return options_.smaller_is_better.value_or(has("loss") || has("error"));
}

FASTXX_INLINE std::string Tracker::best_text() const {
  return options_.monitor + (best_ ? " " + short_number(*best_) : std::string());
}

FASTXX_INLINE std::string PatientTracker::why() const {
  std::string const epochs = std::to_string(patience_) + (patience_ == 1 ? " epoch" : " epochs");
  auto const best = tracker_.best();
  return "no better " + tracker_.monitor() + (best ? " than " + short_number(*best) : std::string()) + " in " + epochs;
}

FASTXX_INLINE void PatientTracker::before_fit(TrainState const& learn) {
  if (leaves_no_trace(learn)) return;
  tracker_.before_fit(learn);
  wait_ = 0;
}

FASTXX_INLINE bool PatientTracker::ran_out(TrainState const& learn) {
  if (leaves_no_trace(learn)) return false;
  wait_ = tracker_.is_new_best(learn) ? 0 : std::min(wait_, most_counted) + 1;  // a file may say any number
  if (wait_ < patience_) return false;
  wait_ = 0;
  return true;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE SaveModel::SaveModel(std::filesystem::path path, SaveModelOptions const& options)
    : path_(std::move(path)), options_(options), tracker_("SaveModel", options.track) {
  detail::require_option(options.every_epoch >= 0, "save_model.every_epoch", "SaveModel",
                         "an every_epoch of 1 or more, or 0 for the best alone",
                         static_cast<double>(options.every_epoch));
  detail::require_savable(path_, options.with_opt);  // now, not after the first epoch
}

FASTXX_INLINE void SaveModel::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (options_.every_epoch <= 0) tracker_.before_fit(learn);
  has_saved_ = has_saved_ && !options_.track.reset_on_fit;  // else the file's are still the best
  if (path_.has_parent_path()) make_output_folder(path_.parent_path());
}

FASTXX_INLINE void SaveModel::after_epoch(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (options_.every_epoch > 0) {
    if (learn.epoch % options_.every_epoch == 0) save(learn, path_with("_" + std::to_string(learn.epoch)));
  } else if (tracker_.is_new_best(learn)) {
    save(learn, path_);
    has_saved_ = true;
    learn.say("SaveModel: " + tracker_.best_text() + " is the best so far, saved as " + detail::brief(path_.string()));
  }
}

FASTXX_INLINE void SaveModel::after_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (options_.at_end) return save(learn, path_with("_end"));
  if (has_saved_) load_state_of(learn, path_, {.with_opt = options_.with_opt});
}

FASTXX_INLINE void SaveModel::save(TrainState const& learn, std::filesystem::path const& path) const {
  save_state_of(learn, path, {.with_opt = options_.with_opt});
}

FASTXX_INLINE std::filesystem::path SaveModel::path_with(std::string const& ending) const {
  return path_.parent_path() / (path_.stem().string() + ending + path_.extension().string());
}

FASTXX_INLINE void EarlyStopping::after_epoch(TrainState& learn) {
  if (!tracker_.ran_out(learn)) return;
  learn.say("EarlyStopping: " + tracker_.why());
  throw CancelFitException();
}

FASTXX_INLINE ReduceLROnPlateau::ReduceLROnPlateau(PlateauOptions const& options)
    : options_(options), tracker_("ReduceLROnPlateau", options.track, options.patience) {
  detail::require_option(options.min_lr >= 0 && std::isfinite(options.min_lr), "tracker.min_lr", "ReduceLROnPlateau",
                         "a finite min_lr of 0 or more", options.min_lr);
  if (options.factor > 1 && options.factor <= std::numeric_limits<double>::max()) return;
  throw state_error("tracker.factor", {.call = "ReduceLROnPlateau",
                                       .expected = "a finite factor above 1, by which the rates are divided",
                                       .got = std::to_string(options.factor),
                                       .fix = "write 10 for a tenth of the rate, which PyTorch calls 0.1"});
}

FASTXX_INLINE void ReduceLROnPlateau::after_epoch(TrainState& learn) {
  if (!tracker_.ran_out(learn)) return;
  auto rates = learn.opt->hyper("lr");
  for (double& rate : rates) rate = std::max(rate / options_.factor, options_.min_lr);
  learn.opt->set_hyper("lr", rates);
  learn.say("ReduceLROnPlateau: " + tracker_.why() + ", lr is " + detail::short_number(rates.back()) + " now");
}

}  // namespace fastxx
