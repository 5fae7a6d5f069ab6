#pragma once

#include <fastxx/low/core/random.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/detail/ordered_workers.hpp>
#include <fastxx/mid/data/skipped.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx::detail {

// What the copies of a DataLoader and its iterations share: the source, the number of the next epoch, the workers.
template <class Options, class Source>
class LoaderState {
 public:
  using Builder = BatchBuilder<Source>;
  using Collated = typename Source::Collated;
  using Batch =
      std::decay_t<decltype(finish_batch(std::declval<Source const&>().batching.after_batch, std::declval<Collated>(),
                                         std::declval<at::Device>(), CallContext{}))>;

  LoaderState(Options const& given, Source given_source)
      : options(given), source_(std::make_shared<Source const>(std::move(given_source))), source(*source_) {}
  LoaderState(LoaderState const&) = delete;

  Options const options;

 private:
  std::shared_ptr<Source const> source_;  // a worker that hangs keeps it

 public:
  Source const& source;

  std::uint64_t position_of(std::int64_t epoch) const { return static_cast<std::uint64_t>(epoch) * source.batches; }

  Builder builder() const { return Builder(source, std::make_shared<typename Builder::Shared>()); }

  // The part of a batch that belongs to the calling thread.
  Batch finish(Collated&& collated, std::uint64_t position) const {
    auto random = Random::of(source.seed, position / source.batches, batch_stream + position % source.batches);
    CallContext const context{.split_idx = source.split_idx, .random = &random};
    return finish_batch(source.batching.after_batch, std::move(collated), source.batching.device, context);
  }

  std::int64_t next_epoch() const {
    std::lock_guard lock(mutex_);
    return next_epoch_;
  }
  void set_next_epoch(std::int64_t epoch) {
    std::lock_guard lock(mutex_);
    next_epoch_ = epoch;
  }
  std::int64_t use_epoch() {
    std::lock_guard lock(mutex_);
    return next_epoch_++;
  }

  SkippedItems skipped() const {
    std::lock_guard lock(mutex_);
    return skipped_;
  }
  // Of the iteration that began last; what others leave out is theirs.
  void begin_skipped(void const* iteration) {
    std::lock_guard lock(mutex_);
    skipped_ = {};
    skipped_of_ = iteration;
  }
  void add_skipped(void const* iteration, SkippedItems const& more) {
    std::lock_guard lock(mutex_);
    if (skipped_of_ == iteration) skipped_.add(more);
  }

  struct MakeBuilder {
    std::shared_ptr<Source const> source;
    std::shared_ptr<typename Builder::Shared> shared;
    Builder operator()() const { return Builder(*source, shared); }
  };
  using Workers = OrderedWorkers<MakeBuilder>;

  // Called with the mutex.
  void make_workers(std::size_t capacity) {
    WorkersOptions const wanted{.workers = options.workers,
                                .capacity = capacity,
                                .timeout = std::chrono::duration<double>(options.timeout),
                                .first = worker_init()};
    try {
      workers_ = std::make_unique<Workers>(wanted, MakeBuilder{source_, std::make_shared<typename Builder::Shared>()});
    } catch (WorkersTimeout const&) {
      refuse_init_timeout(options.timeout);
    }
  }

  // What the user wants done first, with the worker's number around what it throws.
  std::function<void(int)> worker_init() const {
    if (!options.worker_init) return {};
    return [init = options.worker_init](int worker) {
      try {
        init(worker);
      } catch (...) {
        throw_worker_error(worker);
      }
    };
  }

  // The workers, ready to give the batch of a position next; nothing when there are none, or nothing to do for them, or
  // another iteration has them.
  Workers* borrow_workers(std::uint64_t position) {
    std::lock_guard lock(mutex_);
    if (options.workers == 0 || source.batches == 0 || workers_lent_) return nullptr;
    if (!workers_) {
      auto const capacity = static_cast<std::size_t>(options.workers) * static_cast<std::size_t>(options.prefetch);
      make_workers(capacity);
    }
    workers_->seek(position);
    workers_lent_ = true;
    return workers_.get();
  }
  void return_workers() {
    std::lock_guard lock(mutex_);
    workers_lent_ = false;
  }
  // They are left to themselves; who comes next gets others.
  void give_workers_up() {
    std::lock_guard lock(mutex_);
    workers_.reset();
    workers_lent_ = false;
  }

 private:
  mutable std::mutex mutex_;
  std::int64_t next_epoch_ = 0;
  SkippedItems skipped_;              // of the epoch that was begun last
  void const* skipped_of_ = nullptr;  // and of this iteration
  bool workers_lent_ = false;
  std::unique_ptr<Workers> workers_;
};

// The batch of a position, made here and now.
template <class Builder>
typename Builder::Built build_here(Builder& builder, std::uint64_t position) {
  if constexpr (Builder::reads_in_order) builder.read(position, Cancelled{});
  return *builder(position, Cancelled{});
}

// One epoch on its way, from some batch on. Leaving it early makes the workers drop what they have and wait.
template <class State>
class Iteration {
 public:
  using Batch = typename State::Batch;

  Iteration(std::shared_ptr<State> state, std::int64_t epoch, std::int64_t batch)
      : state_(std::move(state)),
        builder_(state_->builder()),
        epoch_(epoch),
        next_(state_->position_of(epoch) + static_cast<std::uint64_t>(batch)),
        end_(state_->position_of(epoch + 1)),
        gave_any_(batch > 0) {
    if (state_->options.before_iter) state_->options.before_iter(epoch);  // may throw: nothing is borrowed yet
    state_->begin_skipped(this);
    workers_ = state_->borrow_workers(next_);
  }

  Iteration(Iteration const&) = delete;

  ~Iteration() { leave(); }

  // A batch that throws is left behind: advancing again goes on with the one after it.
  void advance() {
    batch_.reset();
    while (next_ != end_) {
      std::uint64_t const position = next_++;
      auto built = workers_ ? take(position) : build_here(builder_, position);
      if (built.skipped.count() > 0) {
        skipped_.add(built.skipped);
        state_->add_skipped(this, built.skipped);
      }
      if (!built.batch) continue;  // all its items were left out
      gave_any_ = true;
      batch_.emplace(state_->finish(std::move(*built.batch), position));
      return;
    }
    done_ = true;
    leave();
    if (!gave_any_ && skipped_.count() > 0) refuse_all_skipped(skipped_);
    if (state_->options.after_iter) state_->options.after_iter(epoch_);
  }

  bool done() const { return done_; }
  Batch& batch() { return *batch_; }
  SkippedItems const& skipped() const { return skipped_; }

 private:
  typename State::Builder::Built take(std::uint64_t position) {
    try {
      return workers_->take(builder_);
    } catch (WorkersTimeout const& timeout) {
      workers_ = nullptr;
      state_->give_workers_up();
      auto const reached = static_cast<std::size_t>(timeout.reached);
      refuse_timeout(state_->options.timeout,
                     timeout.reached < 0 ? std::string() : item_name(*state_->source.dataset, reached), epoch_,
                     static_cast<std::int64_t>(position - state_->position_of(epoch_)));
    }
  }

  void leave() {
    if (!workers_) return;
    if (next_ != end_) workers_->pause();
    workers_ = nullptr;
    state_->return_workers();
  }

  std::shared_ptr<State> state_;
  typename State::Builder builder_;
  std::int64_t epoch_;
  std::uint64_t next_;
  std::uint64_t end_;
  typename State::Workers* workers_ = nullptr;
  std::optional<Batch> batch_;
  SkippedItems skipped_;
  bool gave_any_;
  bool done_ = false;
};

}  // namespace fastxx::detail
