#pragma once

#include <fastxx/low/core/random.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/batch_of.hpp>
#include <fastxx/mid/data/detail/batch_builder.hpp>
#include <fastxx/mid/data/detail/ordered_workers.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
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

  LoaderState(Options const& given, Source given_source) : options(given), source(std::move(given_source)) {}

  Options const options;
  Source const source;

  std::uint64_t position_of(std::int64_t epoch) const { return static_cast<std::uint64_t>(epoch) * source.batches; }

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

  struct MakeBuilder {
    Source const* source;
    Builder operator()() const { return Builder(*source); }
  };
  using Workers = OrderedWorkers<MakeBuilder>;

  // The workers, ready to give the batch of a position next; nothing when there are none, or nothing to do for them, or
  // another iteration has them.
  Workers* borrow_workers(std::uint64_t position) {
    std::lock_guard lock(mutex_);
    if (options.workers == 0 || source.batches == 0 || workers_lent_) return nullptr;
    if (!workers_) {
      auto const capacity = static_cast<std::size_t>(options.workers) * static_cast<std::size_t>(options.prefetch);
      workers_ = std::make_unique<Workers>(options.workers, capacity, MakeBuilder{&source});
    }
    workers_->seek(position);
    workers_lent_ = true;
    return workers_.get();
  }
  void return_workers() {
    std::lock_guard lock(mutex_);
    workers_lent_ = false;
  }

 private:
  mutable std::mutex mutex_;
  std::int64_t next_epoch_ = 0;
  bool workers_lent_ = false;
  std::unique_ptr<Workers> workers_;  // last: they read the source
};

// One epoch on its way, from some batch on. Leaving it early makes the workers drop what they have and wait.
template <class State>
class Iteration {
 public:
  using Batch = typename State::Batch;

  Iteration(std::shared_ptr<State> state, std::int64_t epoch, std::int64_t batch)
      : state_(std::move(state)),
        builder_(state_->source),
        next_(state_->position_of(epoch) + static_cast<std::uint64_t>(batch)),
        end_(state_->position_of(epoch + 1)),
        workers_(state_->borrow_workers(next_)) {}

  Iteration(Iteration const&) = delete;

  ~Iteration() { leave(); }

  // A batch that throws is left behind: advancing again goes on with the one after it.
  void advance() {
    batch_.reset();
    done_ = next_ == end_;
    if (done_) return leave();
    std::uint64_t const position = next_++;
    batch_.emplace(state_->finish(workers_ ? workers_->take(builder_) : *builder_(position, Cancelled{}), position));
  }

  bool done() const { return done_; }
  Batch& batch() { return *batch_; }

 private:
  void leave() {
    if (!workers_) return;
    if (next_ != end_) workers_->pause();
    workers_ = nullptr;
    state_->return_workers();
  }

  std::shared_ptr<State> state_;
  typename State::Builder builder_;
  std::uint64_t next_;
  std::uint64_t end_;
  typename State::Workers* workers_;
  std::optional<Batch> batch_;
  bool done_ = false;
};

}  // namespace fastxx::detail
