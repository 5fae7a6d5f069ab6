#pragma once

#include <fastxx/mid/data/detail/item_cursor.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What a stream cannot say about itself.
struct IterableOptions {
  std::int64_t size = 0;  ///< items in an epoch; what follows in the stream is not read
  std::int64_t shuffle_buffer =
      detail::default_shuffle_buffer;  ///< items in memory among which a shuffling loader draws the next
};

/// Items that come one after another, more of them than memory holds: lines of a file, messages, pictures that are drawn.
/// `iterable_dataset(open, {.size = 1'000'000})`, where `open(epoch)` begins an epoch and returns a range, or a function
/// that gives a std::optional item at each call, empty at the end. Any class with `size()` and `open(epoch) const` does as
/// well.
///
/// One thread at a time reads, in the order of the stream; what item_tfms do to the items is done by all workers at once.
/// With `.shuffle = true` the next item is drawn from the `shuffle_buffer` items that were read last. Batches are the same
/// for any number of workers. A loader that begins inside an epoch reads it from its beginning.
///
/// Runs:    open(), and what it returned, in the workers (or the calling thread when there are none)
/// Errors:  data_error [iterable.size], [iterable.shuffle_buffer] here; when it is read [loader.stream] around what the stream threw,
///          [loader.short_stream] when it ends before `size` items
/// Source:  PyTorch torch.utils.data.IterableDataset, tf.data's shuffle(buffer_size)
/// Example: examples/stream.cpp
template <class Open>
class IterableDataset {
 public:
  IterableDataset(Open open, IterableOptions const& options) : open_(std::move(open)), options_(options) {
    detail::check_iterable(options.size, options.shuffle_buffer);
  }

  std::int64_t size() const { return options_.size; }
  std::int64_t shuffle_buffer() const { return options_.shuffle_buffer; }
  auto open(std::int64_t epoch) const { return open_(epoch); }

 private:
  Open open_;
  IterableOptions options_;
};

/// See IterableDataset.
template <class Open>
auto iterable_dataset(Open open, IterableOptions const& options = {}) {
  constexpr bool opens = requires(Open const& function, std::int64_t epoch) {
    { function(epoch) } -> detail::GivesItems;
  };
  static_assert(opens,
                "fastxx::iterable_dataset(open, options): 'open' must be callable, as a const, with the number of an "
                "epoch and return a range, or a function without arguments that returns a std::optional item");
  if constexpr (opens)
    return IterableDataset<Open>(std::move(open), options);
  else
    return std::vector<int>();  // about which nothing more is said
}

}  // namespace fastxx
