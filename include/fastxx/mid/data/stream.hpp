#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/data/loader.hpp>
#include <fastxx/mid/data/skipped.hpp>

#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Batches one after another, whatever makes them: what a training loop asks for, one virtual call a batch.
///
/// Source:  own design, so that a loop knows the type of a batch and not the type of its loader
template <class Batch>
class BatchStream {
 public:
  using batch_type = Batch;

  virtual ~BatchStream() = default;

  /// Batches in an epoch.
  virtual std::int64_t size() const = 0;

  /// Make the next batch number `batch` of an epoch; what was on its way is dropped.
  ///
  /// Errors:  data_error [loader.start] for a number below 0 or behind the end; state_error [stream.seek]
  virtual void start(std::int64_t epoch, std::int64_t batch) = 0;

  /// The next batch, to change or to move from, valid until the next call; nullptr at the end of the epoch.
  virtual Batch* next() = 0;

  /// Where the batches go; none: they stay where they are.
  virtual std::optional<at::Device> device() const = 0;

  /// Whether start() takes any batch, not only the first.
  virtual bool can_seek() const = 0;

  /// What has been left out since start(), where the loader leaves anything out.
  virtual SkippedItems const* skipped() const { return nullptr; }
};

/// What a foreign range of batches cannot say about itself.
struct StreamOptions {
  std::optional<std::int64_t> n_batches = {};  ///< in an epoch; unset: the range's size()
  std::optional<at::Device> device = {};       ///< where its batches go; unset: they stay where they are
};

namespace detail {

// Loaders that can begin anywhere, as DataLoader does.
template <class Loader>
concept StartsAnywhere = requires(Loader const& loader, std::int64_t number) {
  typename Loader::batch_type;
  { loader.start(number, number) != loader.end() } -> std::convertible_to<bool>;
  loader.options().device;
};

template <class Loader>
class LoaderStream final : public BatchStream<typename Loader::batch_type> {
 public:
  using Batch = typename Loader::batch_type;
  explicit LoaderStream(Loader loader) : loader_(std::move(loader)) {}

  std::int64_t size() const override { return static_cast<std::int64_t>(loader_.size()); }
  void start(std::int64_t epoch, std::int64_t batch) override {
    next_.reset();  // gives the workers back
    next_.emplace(loader_.start(epoch, batch));
    fresh_ = true;
  }
  Batch* next() override {
    if (!next_ || *next_ == loader_.end()) return nullptr;
    if (!std::exchange(fresh_, false)) ++*next_;
    if (*next_ == loader_.end()) return nullptr;
    return &**next_;
  }
  std::optional<at::Device> device() const override { return loader_.options().device; }
  bool can_seek() const override { return true; }
  SkippedItems const* skipped() const override {
    if constexpr (requires { next_->skipped(); })
      return next_ ? &next_->skipped() : nullptr;
    else
      return nullptr;
  }

 private:
  Loader loader_;
  std::optional<decltype(std::declval<Loader const&>().start(0, 0))> next_;
  bool fresh_ = false;  // nobody has seen the batch that next_ shows
};

// libtorch's Example is the pair of its parts; every other batch is itself.
template <class Batch>
auto as_batch(Batch batch) {
  if constexpr (requires { std::tuple(batch.data, batch.target); })
    return std::tuple(std::move(batch.data), std::move(batch.target));
  else
    return batch;
}

template <class Range>
decltype(auto) batches_of(Range& range) {
  if constexpr (requires { range->begin(); })
    return *range;
  else
    return (range);
}

template <class Range>
using foreign_batch_t =
    decltype(as_batch(std::declval<std::decay_t<decltype(*batches_of(std::declval<Range&>()).begin())>>()));

template <class Range>
class RangeStream final : public BatchStream<foreign_batch_t<Range>> {
 public:
  using Batch = foreign_batch_t<Range>;
  RangeStream(Range range, std::int64_t size, std::optional<at::Device> device)
      : range_(std::move(range)), size_(size), device_(device) {}

  std::int64_t size() const override { return size_; }
  void start(std::int64_t, std::int64_t batch) override {
    if (batch != 0)
      throw state_error("stream.seek", {.call = "BatchStream::start",
                                        .expected = "batch 0, the only place where a foreign loader can begin",
                                        .got = "batch " + std::to_string(batch),
                                        .fix = "begin with the epoch, or use a fastxx::DataLoader"});
    next_.reset();
    next_.emplace(batches_of(range_).begin());
    fresh_ = true;
  }
  Batch* next() override {
    batch_.reset();
    if (!next_ || *next_ == batches_of(range_).end()) return nullptr;
    if (!std::exchange(fresh_, false)) ++*next_;
    if (*next_ == batches_of(range_).end()) return nullptr;
    batch_.emplace(device_ ? to_device(as_batch(**next_), *device_) : as_batch(**next_));
    return &*batch_;
  }
  std::optional<at::Device> device() const override { return device_; }
  bool can_seek() const override { return false; }

 private:
  Range range_;
  std::int64_t size_;
  std::optional<at::Device> device_;
  std::optional<std::decay_t<decltype(batches_of(std::declval<Range&>()).begin())>> next_;
  std::optional<Batch> batch_;  // a copy: the caller may move from it
  bool fresh_ = false;
};

template <class Range>
std::int64_t range_size([[maybe_unused]] Range& range, StreamOptions const& options) {
  if (options.n_batches) return *options.n_batches;
  if constexpr (requires { std::size(batches_of(range)); })
    return static_cast<std::int64_t>(std::size(batches_of(range)));
  else
    throw state_error("stream.size", {.call = "make_stream",
                                      .expected = "the number of batches, which this range does not know",
                                      .fix = "say it: make_stream(loader, {.n_batches = 100})"});
}

}  // namespace detail

/// A stream over a DataLoader, or over any range of batches (or pointer to one): a vector of tuples, a data loader of
/// libtorch, whose Example becomes the tuple (data, target). The loader is copied (cheap) or moved in.
///
/// Errors:  state_error [stream.size] for a range that does not know its number of batches
/// Source:  own design
template <class Loader>
auto make_stream(Loader loader, StreamOptions const& options = {}) {
  if constexpr (detail::StartsAnywhere<Loader>) {
    using Batch = typename Loader::batch_type;
    return std::unique_ptr<BatchStream<Batch>>(new detail::LoaderStream<Loader>(std::move(loader)));
  } else {
    static_assert(
        requires { detail::batches_of(loader).begin(); },
        "fastxx::make_stream(loader): the loader must be a range of batches (begin, end), or a pointer to one");
    std::int64_t const size = detail::range_size(loader, options);
    using Batch = detail::foreign_batch_t<Loader>;
    return std::unique_ptr<BatchStream<Batch>>(
        new detail::RangeStream<Loader>(std::move(loader), size, options.device));
  }
}

namespace detail {

// The stream of a loader that somebody else keeps.
template <class Loader>
auto stream_over(Loader& loader) {
  if constexpr (requires { loader.stream(); })
    return loader.stream();
  else if constexpr (StartsAnywhere<Loader>)
    return make_stream(loader);  // a copy is the same loader
  else
    return make_stream(&loader);
}

}  // namespace detail
}  // namespace fastxx
