#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/interrupt.hpp>

#include <cstdint>
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

FASTXX_INLINE void Checkpoint::before_train(TrainState& learn) {
  if (auto const run = std::exchange(resumed_, nullptr)) run->give_to(learn);
}

FASTXX_INLINE void Checkpoint::after_batch(TrainState& learn) {
  if (detail::leaves_no_trace(learn) || !learn.training) return;
  bool const due = options_.every > 0 && learn.train_iter % options_.every == 0;
  bool const last = detail::InterruptGuard::asked() && learn.reader(true)->can_seek();
  if (due || last)
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

FASTXX_INLINE void Checkpoint::save(TrainState const& learn, RunPosition position) const {
  position.train_iter = learn.train_iter, position.pct_train = learn.pct_train;
  position.valid_epoch = learn.reader(false)->epoch();
  position.frozen = static_cast<std::int64_t>(learn.opt->frozen_idx());
  save_safetensors(path_, detail::saved_run(learn, fit_, position));
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
