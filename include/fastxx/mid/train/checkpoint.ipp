#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/interrupt.hpp>
#include <fastxx/mid/train/kept_saves.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE Checkpoint::Checkpoint(std::filesystem::path path, CheckpointOptions const& options)
    : path_(std::move(path)), options_(options) {}

FASTXX_INLINE void Checkpoint::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  require_possible(learn);
  if (path_.has_parent_path()) make_output_folder(path_.parent_path());
  fit_ = detail::identity_of(learn);
  failing_ = false, last_save_ = std::chrono::steady_clock::now();
  resumed_ = options_.resume ? detail::youngest_save(path_, options_.keep, learn, fit_) : nullptr;
  if (!resumed_) return begin_anew(learn);
  keep_former_ = resumed_->path() == path_;
  RunPosition const& at = resumed_->position();
  if (at.inside_epoch()) require_seek(learn, "the batch " + std::to_string(at.batch) + " where the file goes on");
  resumed_->give_to(learn);
  learn.start_at({at.finished ? learn.n_epoch : at.epoch, at.batch, at.data_epoch, at.next_data_epoch});
  show_rows(learn);
  if (!at.inside_epoch() && !at.finished) resumed_.reset();
}

FASTXX_INLINE void Checkpoint::before_train(TrainState& learn) {
  if (auto const run = std::exchange(resumed_, nullptr)) run->give_to(learn);
}

FASTXX_INLINE void Checkpoint::after_batch(TrainState& learn) {
  if (detail::leaves_no_trace(learn) || !learn.training) return;
  bool const last = detail::InterruptGuard::asked() && learn.reader(true)->can_seek();
  if (due(learn) || last)
    save(learn, {.epoch = learn.epoch,
                 .batch = learn.iter + 1,
                 .data_epoch = learn.reader(true)->running_epoch(),
                 .next_data_epoch = learn.reader(true)->epoch()});
}

FASTXX_INLINE void Checkpoint::after_epoch(TrainState& learn) {
  if (!detail::leaves_no_trace(learn)) save(learn, between_epochs(learn, learn.epoch + 1));
}

FASTXX_INLINE void Checkpoint::after_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (auto const run = std::exchange(resumed_, nullptr); run && run->position().finished) return run->give_to(learn);
  if (detail::InterruptGuard::asked()) return;  // goes on another time
  RunPosition position = between_epochs(learn, learn.n_epoch);
  position.finished = true;
  save(learn, position);
}

FASTXX_INLINE void Checkpoint::require_possible(TrainState const& learn) const {
  auto const refuse = [](char const* key, char const* expected, std::string got) {
    throw state_error(key, {.call = "Checkpoint", .expected = expected, .got = std::move(got)});
  };
  if (every() < 0) refuse("checkpoint.every", "0 or more batches between two saves", std::to_string(every()));
  if (!std::isfinite(options_.every_minutes) || options_.every_minutes < 0)
    refuse("checkpoint.every_minutes", "0 or more minutes between two saves", std::to_string(options_.every_minutes));
  if (options_.keep < 0 || options_.keep > 1000)
    refuse("checkpoint.keep", "0 to 1000 older saves to keep", std::to_string(options_.keep));
  if (learn.ranks.size > 1)
    throw state_error("checkpoint.ranks", {.call = "Checkpoint",
                                           .expected = "one rank",
                                           .got = std::to_string(learn.ranks.size),
                                           .fix = "use learn.save(path) on one of them after an epoch"});
  if (every() > 0 || options_.every_minutes > 0) require_seek(learn, "every batch, since it saves between batches");
}

FASTXX_INLINE void Checkpoint::require_seek(TrainState const& learn, std::string const& what) const {
  if (!learn.reader(true)->can_seek())
    throw state_error("checkpoint.foreign",
                      {.call = "Checkpoint",
                       .expected = "a training loader that can begin at " + what,
                       .got = "a foreign one, which begins at its first batch only",
                       .where = path_.string(),
                       .fix = "save between epochs with {.every = 0}, or use a fastxx::DataLoader"});
}

FASTXX_INLINE RunPosition Checkpoint::between_epochs(TrainState const& learn, std::int64_t epoch) {
  std::int64_t const next = learn.reader(true)->epoch();
  return {.epoch = epoch, .data_epoch = next, .next_data_epoch = next};
}

FASTXX_INLINE bool Checkpoint::due(TrainState const& learn) const {
  if (every() > 0 && learn.train_iter % every() == 0) return true;
  std::chrono::duration<double> const since = std::chrono::steady_clock::now() - last_save_;
  return options_.every_minutes > 0 && since.count() >= 60 * options_.every_minutes;
}

FASTXX_INLINE void Checkpoint::save(TrainState const& learn, RunPosition position) {
  last_save_ = std::chrono::steady_clock::now();
  try {
    write(learn, position);
    if (failing_) std::fprintf(stderr, "Checkpoint: %s is written again\n", detail::brief(path_.string()).c_str());
    failing_ = false;
  } catch (io_error const& e) {
    if (options_.on_write_error == OnWriteError::stop || e.key() != "file.write") throw;
    if (!std::exchange(failing_, true))
      std::fprintf(stderr, "warning: %s; training goes on, and the save before this one stays\n", e.what());
  }
}

FASTXX_INLINE void Checkpoint::begin_anew(TrainState const& learn) {
  keep_former_ = false;
  write(learn, between_epochs(learn, 0));
  if (!options_.resume) detail::remove_kept(path_, options_.keep);
}

FASTXX_INLINE void Checkpoint::write(TrainState const& learn, RunPosition position) {
  position.train_iter = learn.train_iter, position.pct_train = learn.pct_train;
  position.valid_epoch = learn.reader(false)->epoch();
  position.frozen = static_cast<std::int64_t>(learn.opt->frozen_idx());
  auto const keep = [this] {
    if (keep_former_) detail::keep_newest(path_, options_.keep);
  };
  detail::save_safetensors_checked(path_, detail::saved_run(learn, fit_, position), detail::checksum_word, keep);
  keep_former_ = true;
}

FASTXX_INLINE void Checkpoint::show_rows(TrainState const& learn) {
  if (!learn.logger) return;
  auto const& rows = learn.recorder().values;
  for (std::size_t epoch = 0; epoch < rows.size(); ++epoch) {
    auto cells = rows[epoch].texts();
    cells.insert(cells.begin(), std::to_string(epoch));
    cells.emplace_back("saved");
    learn.logger(cells);
  }
}

}  // namespace fastxx
