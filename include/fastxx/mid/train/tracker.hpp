#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace fastxx {

/// Which column of the training table a callback watches, and what counts as better.
///
/// Source:  fastai 2.7.18 callback/tracker.py TrackerCallback
/// Example: examples/doc/training.cpp
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
  Tracker(std::string const& callback, TrackOptions options);

  void before_fit(TrainState const& learn);

  // Whether the row that was recorded last is the best; a value that is missing or no number never is.
  bool is_new_best(TrainState const& learn);

  MetricValue best() const { return best_; }
  // "valid_loss 0.25": the column and its best value.
  std::string best_text() const;
  std::string const& monitor() const { return options_.monitor; }

  void serialize(auto& archive) {
    bool known = best_.has_value();
    double best = best_.value_or(0);
    archive("known", known), archive("best", best);
    best_ = known ? MetricValue(best) : std::nullopt;
  }

 private:
  bool smaller() const;

  TrackOptions options_;
  MetricValue best_ = {};
  std::size_t column_ = 0;
};

// Counts the epochs without a better value.
class PatientTracker {
 public:
  PatientTracker(std::string const& callback, TrackOptions options, std::int64_t patience);

  void before_fit(TrainState const& learn);
  // Whether patience has run out after an epoch; then counting begins anew.
  bool ran_out(TrainState const& learn);
  // "no better valid_loss than 0.25 in 2 epochs", for who says that patience has run out.
  std::string why() const;

  void serialize(auto& archive) { archive("tracker", tracker_), archive("wait", wait_); }

 private:
  Tracker tracker_;
  std::int64_t patience_, wait_ = 0;
};

}  // namespace detail

/// Settings of SaveModel.
struct SaveModelOptions {
  TrackOptions track = {};
  [[no_unique_address]] detail::MonitorIsInTrack monitor = {};
  std::int64_t every_epoch = 0;  ///< save each so many epochs instead, as name_0, name_1, ...; 0: the best alone
  bool at_end = false;           ///< save once more at the end, as name_end, and do not go back to the best
  bool with_opt = false;         ///< the optimizer's state too
};

/// Writes the weights whenever the watched column is better than ever, and gives the best ones to the model at the end:
/// `callbacks(SaveModel("best.safetensors", {.track = {.monitor = "accuracy"}}))`. learn.load reads the file.
///
/// Each save is told in a line between the rows of the table.
/// Errors:  state_error [tracker.monitor] for a column that the table does not have, [tracker.no_validation],
///          [tracker.min_delta], [save_model.every_epoch], [save.torch_optimizer]; io_error [file.write]
/// Source:  fastai 2.7.18 callback/tracker.py SaveModelCallback (TR-73)
/// Example: examples/doc/training.cpp
class SaveModel {
 public:
  static constexpr int order = CallbackOrder::save_model;

  explicit SaveModel(std::filesystem::path path, SaveModelOptions const& options = {});

  MetricValue best() const { return tracker_.best(); }

  void before_fit(TrainState& learn);
  void after_epoch(TrainState& learn);
  void after_fit(TrainState& learn);

  void serialize(auto& archive) { archive("tracker", tracker_), archive("has_saved", has_saved_); }

 private:
  void save(TrainState const& learn, std::filesystem::path const& path) const;
  std::filesystem::path path_with(std::string const& ending) const;

  std::filesystem::path path_;
  SaveModelOptions options_;
  detail::Tracker tracker_;
  bool has_saved_ = false;
};

/// Settings of EarlyStopping.
struct EarlyStoppingOptions {
  TrackOptions track = {};
  [[no_unique_address]] detail::MonitorIsInTrack monitor = {};
  std::int64_t patience = 1;  ///< epochs without a better value before training stops
};

/// Stops training when the watched column has not become better for some epochs, and says so in a line under the table.
///
/// Errors:  state_error [tracker.monitor], [tracker.no_validation], [tracker.patience] below 1, [tracker.min_delta]
/// Source:  fastai 2.7.18 callback/tracker.py EarlyStoppingCallback (TR-73)
/// Example: examples/doc/training.cpp
class EarlyStopping {
 public:
  static constexpr int order = CallbackOrder::early_stopping;

  explicit EarlyStopping(EarlyStoppingOptions const& options = {})
      : tracker_("EarlyStopping", options.track, options.patience) {}

  void before_fit(TrainState& learn) { tracker_.before_fit(learn); }
  void after_epoch(TrainState& learn);

  void serialize(auto& archive) { tracker_.serialize(archive); }

 private:
  detail::PatientTracker tracker_;
};

/// Settings of ReduceLROnPlateau.
struct PlateauOptions {
  TrackOptions track = {};
  [[no_unique_address]] detail::MonitorIsInTrack monitor = {};
  std::int64_t patience = 1;  ///< epochs without a better value before the rates fall
  double factor = 10;         ///< by which they are divided, above 1
  double min_lr = 0;          ///< but not below this
};

/// Divides the learning rates of all groups when the watched column has not become better for some epochs. For fit: a
/// schedule, as that of fit_one_cycle, sets the rates itself. New rates are told in a line between the rows of the table.
///
/// Errors:  state_error [tracker.monitor], [tracker.no_validation], [tracker.patience] below 1, [tracker.min_delta];
///          [tracker.factor] for a factor that lowers nothing, [tracker.min_lr] below 0
/// Source:  fastai 2.7.18 callback/tracker.py ReduceLROnPlateau; differs: takes no factor up to 1
/// Example: examples/doc/training.cpp
class ReduceLROnPlateau {
 public:
  static constexpr int order = CallbackOrder::reduce_lr;

  explicit ReduceLROnPlateau(PlateauOptions const& options = {});

  void before_fit(TrainState& learn) { tracker_.before_fit(learn); }
  void after_epoch(TrainState& learn);

  void serialize(auto& archive) { tracker_.serialize(archive); }

 private:
  PlateauOptions options_;
  detail::PatientTracker tracker_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/tracker.ipp>
#endif
