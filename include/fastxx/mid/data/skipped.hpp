#pragma once

#include <fastxx/low/core/bodies.hpp>

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace fastxx {

/// What a dataset or an item transform throws about an item that shall not be trained on: the loader leaves it out and
/// counts it, whatever `on_item_error` says. Any other exception is about an item that should have been there.
///
/// Source:  fastai 2.7.18 data/load.py SkipItemException (TR-20); differs: the batch has one item less, whatever the
///          number of workers, where fastai fills it with what a worker reads next
/// Example: examples/doc/skipping.cpp
struct SkipItem : std::runtime_error {
  explicit SkipItem(std::string const& reason = "left out by its dataset or a transform")
      : std::runtime_error(reason) {}
};

/// What a loader does about an item that throws: stop with an error that names it, or leave it out of its batch and say
/// so. Memory that ends stops in either case.
///
/// Source:  own design
/// Example: examples/doc/skipping.cpp
enum class OnItemError { stop, skip };

/// The items that a loader left out of an epoch, in the order in which they should have come: the same for any number of
/// workers. It prints as one line with the count, and one for each of the first.
///
/// Source:  own design
/// Example: examples/doc/skipping.cpp
struct SkippedItems {
  static constexpr std::size_t most_texts = 10;

  std::vector<std::int64_t> indices = {};  ///< of the items in the loader's dataset, or their places in its stream
  std::vector<std::string> first = {};     ///< what was said about the first ten, with the names of the items
  std::int64_t batches = 0;                ///< batches that did not come because no item of theirs was left

  std::size_t count() const { return indices.size(); }
  void add(std::int64_t index, std::string text);
  void add(SkippedItems const& more);

  friend std::ostream& operator<<(std::ostream& out, SkippedItems const& skipped) { return out << skipped.text(); }
  std::string text() const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/skipped.ipp>
#endif
