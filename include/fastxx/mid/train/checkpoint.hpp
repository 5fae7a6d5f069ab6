#pragma once

#include <cstdint>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/train/interrupt.hpp>
#include <fastxx/mid/train/saved_run.hpp>
#include <fastxx/mid/train/saved_state.hpp>
#include <fastxx/mid/train/state.hpp>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace fastxx {

/// Settings of Checkpoint.
struct CheckpointOptions {
  std::int64_t every = 100;  ///< training batches between two saves; 0 saves between epochs only
  [[no_unique_address]] detail::EveryEpochIsEvery every_epoch = {};
  bool resume = true;  ///< go on from the file where there is one; false begins anew and replaces it
};

namespace detail {

// What a process that was killed while it wrote has left beside the file.
inline void remove_temporaries_of(std::filesystem::path const& path) {
  std::error_code ignored;
  std::string const prefix = "." + path.filename().string().substr(0, 100) + ".";
  auto const folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::vector<std::filesystem::path> found;
  for (auto const& entry : std::filesystem::directory_iterator(folder, ignored)) {
    std::string const name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(".tmp")) found.push_back(entry.path());
  }
  for (auto const& file : found) std::filesystem::remove(file, ignored);
}

}  // namespace detail

/// Saves a fit as it goes and lets the same program, started again, go on from there as if nothing had happened:
/// `learn.fit_one_cycle(7, {.lr_max = 3e-3}, callbacks(Checkpoint("run.safetensors", {.every = 100})))`.
///
/// Saved, whole or not at all, at the start, every `every` training batches, after each epoch, after Ctrl-C and at the
/// end: weights, optimizer and gradients, the generators dropout draws from, the place in both loaders, the recorder, and
/// what callbacks and metrics with `serialize(archive)` name. Given a file, the fit goes on after its batch: before_fit,
/// and inside an epoch before_epoch and before_train, come again, then all states are as saved; the first batch event is
/// that of the next batch. A fit that had ended has nothing left to do and leaves its result. A file of another fit is
/// refused before anything is changed, so every fit needs a file of its own; compared are what was said to the learner,
/// the size of the data and the choice of a splitter, not the items themselves. A callback without `serialize` begins
/// anew. Batch and predictions are not saved. For one
/// rank. Not for lr_find, which leaves no trace.
/// Errors:  state_error [checkpoint.other] naming what differs, [checkpoint.foreign] for a training loader that begins
///          nowhere but at its first batch, [checkpoint.ranks], [state_dict.mismatch], [optimizer.state]; io_error
///          [checkpoint.file] and those of load_safetensors for a damaged file, [file.write] when it cannot be written
/// Source:  own design; fastai 2.7.18 has SaveModelCallback, which keeps weights
/// Example: examples/doc/checkpoint.cpp
class Checkpoint {
 public:
  static constexpr int order = std::numeric_limits<int>::max();  // saves what all others have done

  explicit Checkpoint(std::filesystem::path path, CheckpointOptions const& options = {})
      : path_(std::move(path)), options_(options) {}

  void before_fit(TrainState& learn) {
    if (detail::leaves_no_trace(learn)) return;
    require_possible(learn);
    if (path_.has_parent_path()) make_output_folder(path_.parent_path());
    detail::remove_temporaries_of(path_);
    fit_ = detail::identity_of(learn);
    resumed_.reset();
    if (!options_.resume || !std::filesystem::exists(path_)) return save(learn, between_epochs(learn, 0));
    resumed_ = std::make_shared<detail::SavedRun>(path_, learn, fit_);
    RunPosition const& at = resumed_->position();
    if (at.inside_epoch()) require_seek(learn, "the batch " + std::to_string(at.batch) + " where the file goes on");
    resumed_->give_to(learn);
    learn.start_at({at.finished ? learn.n_epoch : at.epoch, at.batch, at.data_epoch, at.next_data_epoch});
    show_rows(learn);
    if (!at.inside_epoch() && !at.finished) resumed_.reset();
  }

  // What the events at the start of an epoch have done was done in the saved run too.
  void before_train(TrainState& learn) {
    if (auto const run = std::exchange(resumed_, nullptr)) run->give_to(learn);
  }

  void after_batch(TrainState& learn) {
    if (detail::leaves_no_trace(learn) || !learn.training) return;
    bool const due = options_.every > 0 && learn.train_iter % options_.every == 0;
    bool const last = detail::InterruptGuard::asked() && learn.reader(true)->can_seek();
    if (due || last)
      save(learn, {.epoch = learn.epoch,
                   .batch = learn.iter + 1,
                   .data_epoch = learn.reader(true)->running_epoch(),
                   .next_data_epoch = learn.reader(true)->epoch()});
  }
  void after_epoch(TrainState& learn) {
    if (!detail::leaves_no_trace(learn)) save(learn, between_epochs(learn, learn.epoch + 1));
  }
  void after_fit(TrainState& learn) {
    if (detail::leaves_no_trace(learn)) return;
    if (auto const run = std::exchange(resumed_, nullptr); run && run->position().finished) return run->give_to(learn);
    if (detail::InterruptGuard::asked()) return;  // goes on another time
    RunPosition position = between_epochs(learn, learn.n_epoch);
    position.finished = true;
    save(learn, position);
  }

 private:
  void require_possible(TrainState const& learn) const {
    if (options_.every < 0)
      throw state_error("checkpoint.every", {.call = "Checkpoint",
                                             .expected = "0 or more batches between two saves",
                                             .got = std::to_string(options_.every)});
    if (learn.ranks.size > 1)
      throw state_error("checkpoint.ranks", {.call = "Checkpoint",
                                             .expected = "one rank",
                                             .got = std::to_string(learn.ranks.size),
                                             .fix = "use learn.save(path) on one of them after an epoch"});
    if (options_.every > 0) require_seek(learn, "every batch, since it saves between batches");
  }
  void require_seek(TrainState const& learn, std::string const& what) const {
    if (!learn.reader(true)->can_seek())
      throw state_error("checkpoint.foreign",
                        {.call = "Checkpoint",
                         .expected = "a training loader that can begin at " + what,
                         .got = "a foreign one, which begins at its first batch only",
                         .where = path_.string(),
                         .fix = "save between epochs with {.every = 0}, or use a fastxx::DataLoader"});
  }

  static RunPosition between_epochs(TrainState const& learn, std::int64_t epoch) {
    std::int64_t const next = learn.reader(true)->epoch();
    return {.epoch = epoch, .data_epoch = next, .next_data_epoch = next};
  }
  void save(TrainState const& learn, RunPosition position) const {
    position.train_iter = learn.train_iter, position.pct_train = learn.pct_train;
    position.valid_epoch = learn.reader(false)->epoch();
    position.frozen = static_cast<std::int64_t>(learn.opt->frozen_idx());
    save_safetensors(path_, detail::saved_run(learn, fit_, position));
  }

  // The table of the whole fit; nobody knows how long the rows took.
  static void show_rows(TrainState const& learn) {
    if (!learn.logger) return;
    auto const& rows = learn.recorder().values;
    for (std::size_t epoch = 0; epoch < rows.size(); ++epoch) {
      auto cells = rows[epoch].texts();
      cells.insert(cells.begin(), std::to_string(epoch));
      cells.emplace_back("saved");
      learn.logger(cells);
    }
  }

  std::filesystem::path path_;
  CheckpointOptions options_;
  detail::FitIdentity fit_;
  std::shared_ptr<detail::SavedRun> resumed_;  // between before_fit and before_train of a fit that goes on
};

}  // namespace fastxx
