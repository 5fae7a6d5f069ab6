#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/saved_state.hpp>
#include <fastxx/mid/train/state.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// Which column of the training table a callback watches, and what counts as better.
///
/// Source:  fastai 2.7.18 callback/tracker.py TrackerCallback
/// Example: tests/mid/train/tracker.cpp
struct TrackOptions {
  std::string monitor = "valid_loss";
  std::optional<bool> smaller_is_better = {};  ///< unset: for names with "loss" or "error" in them
  double min_delta = 0;                        ///< better by more than this
  bool reset_on_fit = true;                    ///< forget the best of former fits
};

namespace detail {

// The best value of a column so far.
class Tracker {
 public:
  explicit Tracker(TrackOptions options) : options_(std::move(options)) {}

  void before_fit(TrainState const& learn) {
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
    column_ = static_cast<std::size_t>(found - names.begin()) - 1;
    if (options_.reset_on_fit) best_.reset();
  }

  // Whether the row that was recorded last is the best; a value that is missing or no number never is.
  bool is_new_best(TrainState const& learn) {
    MetricValue const value = learn.recorder().values.back().at(column_);
    if (!value || *value != *value) return false;
    double const gain = best_ ? (smaller() ? *best_ - *value : *value - *best_) : 0;
    if (best_ && gain <= options_.min_delta) return false;
    best_ = *value;
    return true;
  }

  MetricValue best() const { return best_; }

  void serialize(auto& archive) {
    bool known = best_.has_value();
    double best = best_.value_or(0);
    archive("known", known), archive("best", best);
    best_ = known ? MetricValue(best) : std::nullopt;
  }

 private:
  bool smaller() const {
    auto has = [this](char const* part) { return options_.monitor.find(part) != std::string::npos; };
    return options_.smaller_is_better.value_or(has("loss") || has("error"));
  }

  TrackOptions options_;
  MetricValue best_ = {};
  std::size_t column_ = 0;
};

// Counts the epochs without a better value.
class PatientTracker {
 public:
  PatientTracker(TrackOptions options, std::int64_t patience) : tracker_(std::move(options)), patience_(patience) {}

  void before_fit(TrainState const& learn) {
    if (leaves_no_trace(learn)) return;
    tracker_.before_fit(learn);
    wait_ = 0;
  }
  // Whether patience has run out after an epoch; then counting begins anew.
  bool ran_out(TrainState const& learn) {
    if (leaves_no_trace(learn)) return false;
    wait_ = tracker_.is_new_best(learn) ? 0 : wait_ + 1;
    if (wait_ < patience_) return false;
    wait_ = 0;
    return true;
  }

  void serialize(auto& archive) { archive("tracker", tracker_), archive("wait", wait_); }

 private:
  Tracker tracker_;
  std::int64_t patience_, wait_ = 0;
};

}  // namespace detail

/// Settings of SaveModel.
struct SaveModelOptions {
  TrackOptions track = {};
  std::int64_t every_epoch = 0;  ///< save each so many epochs instead, as name_0, name_1, ...; 0: the best alone
  bool at_end = false;           ///< save once more at the end, as name_end, and do not go back to the best
  bool with_opt = false;         ///< the optimizer's state too
};

/// Writes the weights whenever the watched column is better than ever, and gives the best ones to the model at the end:
/// `callbacks(SaveModel("best.safetensors", {.track = {.monitor = "accuracy"}}))`. learn.load reads the file.
///
/// Errors:  state_error [tracker.monitor] for a column that the table does not have; io_error [file.write]
/// Source:  fastai 2.7.18 callback/tracker.py SaveModelCallback (TR-73); differs: prints nothing
/// Example: tests/mid/train/tracker.cpp
class SaveModel {
 public:
  static constexpr int order = 61;

  explicit SaveModel(std::filesystem::path path, SaveModelOptions const& options = {})
      : path_(std::move(path)), options_(options), tracker_(options.track) {}

  MetricValue best() const { return tracker_.best(); }

  void before_fit(TrainState& learn) {
    if (detail::leaves_no_trace(learn)) return;
    tracker_.before_fit(learn);
    has_saved_ = false;
    if (path_.has_parent_path()) make_output_folder(path_.parent_path());
  }
  void after_epoch(TrainState& learn) {
    if (detail::leaves_no_trace(learn)) return;
    if (options_.every_epoch > 0) {
      if (learn.epoch % options_.every_epoch == 0) save(learn, path_with("_" + std::to_string(learn.epoch)));
    } else if (tracker_.is_new_best(learn)) {
      save(learn, path_);
      has_saved_ = true;
    }
  }
  void after_fit(TrainState& learn) {
    if (detail::leaves_no_trace(learn)) return;
    if (options_.at_end) return save(learn, path_with("_end"));
    if (has_saved_) load_state_of(learn, path_, {.with_opt = options_.with_opt});
  }

  void serialize(auto& archive) { archive("tracker", tracker_), archive("has_saved", has_saved_); }

 private:
  void save(TrainState const& learn, std::filesystem::path const& path) const {
    save_state_of(learn, path, {.with_opt = options_.with_opt});
  }
  std::filesystem::path path_with(std::string const& ending) const {
    return path_.parent_path() / (path_.stem().string() + ending + path_.extension().string());
  }

  std::filesystem::path path_;
  SaveModelOptions options_;
  detail::Tracker tracker_;
  bool has_saved_ = false;
};

/// Settings of EarlyStopping.
struct EarlyStoppingOptions {
  TrackOptions track = {};
  std::int64_t patience = 1;  ///< epochs without a better value before training stops
};

/// Stops training when the watched column has not become better for some epochs.
///
/// Errors:  state_error [tracker.monitor]
/// Source:  fastai 2.7.18 callback/tracker.py EarlyStoppingCallback (TR-73); differs: prints nothing
/// Example: tests/mid/train/tracker.cpp
class EarlyStopping {
 public:
  static constexpr int order = 60;

  explicit EarlyStopping(EarlyStoppingOptions const& options = {}) : tracker_(options.track, options.patience) {}

  void before_fit(TrainState& learn) { tracker_.before_fit(learn); }
  void after_epoch(TrainState& learn) {
    if (tracker_.ran_out(learn)) throw CancelFitException();
  }

  void serialize(auto& archive) { tracker_.serialize(archive); }

 private:
  detail::PatientTracker tracker_;
};

/// Settings of ReduceLROnPlateau.
struct PlateauOptions {
  TrackOptions track = {};
  std::int64_t patience = 1;  ///< epochs without a better value before the rates fall
  double factor = 10;         ///< by which they are divided
  double min_lr = 0;          ///< but not below this
};

/// Divides the learning rates of all groups when the watched column has not become better for some epochs. For fit: a
/// schedule, as that of fit_one_cycle, sets the rates itself.
///
/// Errors:  state_error [tracker.monitor]
/// Source:  fastai 2.7.18 callback/tracker.py ReduceLROnPlateau; differs: prints nothing
/// Example: tests/mid/train/tracker.cpp
class ReduceLROnPlateau {
 public:
  static constexpr int order = 62;

  explicit ReduceLROnPlateau(PlateauOptions const& options = {})
      : options_(options), tracker_(options.track, options.patience) {}

  void before_fit(TrainState& learn) { tracker_.before_fit(learn); }
  void after_epoch(TrainState& learn) {
    if (!tracker_.ran_out(learn)) return;
    auto rates = learn.opt->hyper("lr");
    for (double& rate : rates) rate = std::max(rate / options_.factor, options_.min_lr);
    learn.opt->set_hyper("lr", rates);
  }

  void serialize(auto& archive) { tracker_.serialize(archive); }

 private:
  PlateauOptions options_;
  detail::PatientTracker tracker_;
};

}  // namespace fastxx
