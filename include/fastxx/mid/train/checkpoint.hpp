#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/state.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/saved_run.hpp>
#include <fastxx/mid/train/saved_state.hpp>
#include <fastxx/mid/train/state.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace fastxx {

/// What Checkpoint does when a save cannot be written in the middle of a fit. The first save of a fit is always an error:
/// a path that is no good is told before the hours of training.
///
/// Source:  own design
/// Example: examples/doc/checkpoint.cpp
enum class OnWriteError {
  go_on,  ///< train on, say so on stderr once until a save succeeds again, and try again each time one is due
  stop,   ///< end the fit with the error
};

/// Settings of Checkpoint.
struct CheckpointOptions {
  /// Training batches between two saves; 0 saves between epochs only. Not said, it is 100, or 0 beside every_minutes.
  std::optional<std::int64_t> every = {};
  double every_minutes = 0;  ///< save after a training batch when so much time has gone by since the last save; 0 never
  [[no_unique_address]] detail::EveryStepsIsEvery every_steps = {};
  /// Older saves to keep beside the newest: file.1 is the one before it, file.2 the one before that, and so on.
  std::int64_t keep = 0;
  [[no_unique_address]] detail::EveryEpochIsEvery every_epoch = {};
  bool resume = true;  ///< go on from the file where there is one; false begins anew and replaces it and those kept
  OnWriteError on_write_error = OnWriteError::go_on;
};

/// Saves a fit as it goes and lets the same program, started again, go on from there as if nothing had happened:
/// `learn.fit_one_cycle(7, {.lr_max = 3e-3}, callbacks(Checkpoint("run.safetensors", {.every = 100})))`.
///
/// Saved, whole or not at all, at the start, every `every` training batches or `every_minutes`, after each epoch, after
/// Ctrl-C and at the end: weights, optimizer and gradients, the generators dropout draws from, the place in both loaders,
/// the recorder, and what callbacks and metrics with `serialize(archive)` name. Given a file, the fit goes on after its
/// batch: before_fit, and inside an epoch before_epoch and before_train, come again, then all states are as saved; the
/// first batch event is that of the next batch. A fit that had ended has nothing left to do and leaves its result. A file
/// of another fit is refused before anything is changed, so every fit needs a file of its own; compared are what was said
/// to the learner, the size of the data and the choice of a splitter, not the items themselves. A callback without
/// `serialize` begins anew. The file has a checksum. Where the newest is damaged or gone, the fit goes on from the
/// youngest of those that were kept and are whole, and says so on stderr. The state of one of libtorch's optimizers is
/// read by libtorch, which trusts the file. Batch and predictions are not saved. For one rank. Not for lr_find, which
/// leaves no trace.
/// Errors:  state_error [checkpoint.every], [.every_minutes], [.keep] for a number out of range, [checkpoint.other]
///          naming what differs, [checkpoint.foreign] for a training loader that begins nowhere but at its first batch,
///          [checkpoint.ranks], [state_dict.mismatch], [optimizer.state]; io_error [checkpoint.file],
///          [checkpoint.damaged] and those of load_safetensors where no file is whole, [file.write] when it cannot be
///          written, see OnWriteError
/// Source:  own design; fastai 2.7.18 has SaveModelCallback, which keeps weights
/// Example: examples/doc/checkpoint.cpp
class Checkpoint {
 public:
  static constexpr int order = CallbackOrder::checkpoint;

  explicit Checkpoint(std::filesystem::path path, CheckpointOptions const& options = {});

  void before_fit(TrainState& learn);

  // What the events at the start of an epoch have done was done in the saved run too.
  void before_train(TrainState& learn);

  void after_batch(TrainState& learn);
  void after_epoch(TrainState& learn);
  void after_fit(TrainState& learn);

 private:
  void require_possible(TrainState const& learn) const;
  void require_seek(TrainState const& learn, std::string const& what) const;

  std::int64_t every() const { return options_.every.value_or(options_.every_minutes > 0 ? 0 : 100); }
  bool due(TrainState const& learn) const;

  static RunPosition between_epochs(TrainState const& learn, std::int64_t epoch);
  void save(TrainState const& learn, RunPosition position);
  void write(TrainState const& learn, RunPosition position);
  void begin_anew(TrainState const& learn);

  // The table of the whole fit; nobody knows how long the rows took.
  static void show_rows(TrainState const& learn);

  std::filesystem::path path_;
  CheckpointOptions options_;
  detail::FitIdentity fit_;
  std::shared_ptr<detail::SavedRun> resumed_;  // between before_fit and before_train of a fit that goes on
  std::chrono::steady_clock::time_point last_save_{};
  bool keep_former_ = false;  // the file that stands there is a save of this fit, and whole
  bool failing_ = false;      // since the last save that was written
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/checkpoint.ipp>
#endif
