#pragma once

#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/data/skipped.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace fastxx {

/// What the training loop asks of the batches of a phase beside the batches: how many, where, from which place on.
///
/// Source:  own design
/// Example: examples/doc/training.cpp
class EpochReader {
 public:
  virtual ~EpochReader() = default;
  /// Batches in an epoch.
  virtual std::int64_t size() const = 0;
  /// Where the batches go; none: they stay where they are.
  virtual std::optional<at::Device> device() const = 0;
  /// Begin the next epoch, at this batch.
  virtual void start(std::int64_t batch) = 0;
  /// Whether start() takes any batch, not only the first.
  virtual bool can_seek() const = 0;
  /// The number of the next epoch, where the loader counts them, and that of the one that was begun last.
  virtual std::int64_t epoch() const = 0;
  virtual std::int64_t running_epoch() const = 0;
  virtual void set_epoch(std::int64_t number) = 0;
  /// What has been left out since start(), where the loader leaves anything out.
  virtual SkippedItems const* skipped() const = 0;
  /// Whether the loader says that it gives its items in a new order each epoch.
  virtual bool shuffled() const { return false; }
  /// What decides which batches come, in words; equal words mean equal batches of equal data.
  virtual std::string describe() const = 0;
};

}  // namespace fastxx
