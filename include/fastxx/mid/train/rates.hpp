#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <utility>
#include <vector>

namespace fastxx {

/// A learning rate: one for all parameter groups, a slice that grows from the first group to the last, or a list with
/// one for each group. `{.lr = 1e-3}`, `{.lr = slice(1e-5, 1e-3)}`, `{.lr = slice(1e-3)}`, `{.lr = {1e-5, 1e-4, 1e-3}}`.
///
/// Errors:  state_error [rates.count] from for_groups when a list is neither one value nor one for each group
/// Source:  fastai 2.7.18 learner.py Learner.fit, optimizer.py set_hyper (features M-11, TR-62)
/// Example: examples/doc/training.cpp
class Rates {
 public:
  /// No rate: where one is asked for, the learner's.
  Rates() = default;
  Rates(double rate) : values_{rate} {}
  Rates(std::initializer_list<double> rates) : values_(rates) {}
  Rates(std::vector<double> rates) : values_(std::move(rates)) {}

  /// These rates, or others where none is set.
  Rates value_or(Rates const& others) const { return is_slice_ || !values_.empty() ? *this : others; }
  /// The rate of each of `n` groups.
  std::vector<double> for_groups(std::size_t n) const;
  /// The rate of the last group, which is the largest of a slice.
  double last() const { return is_slice_ ? stop_ : values_.empty() ? 0. : values_.back(); }

  friend bool operator==(Rates const&, Rates const&) = default;
  friend Rates slice(double stop);
  friend Rates slice(double start, double stop);

 private:
  std::vector<double> values_;
  bool is_slice_ = false;
  std::optional<double> start_ = {};
  double stop_ = 0;
};

/// The last group trains with `stop`, all others with a tenth of it.
Rates slice(double stop);

/// The first group trains with `start`, the last with `stop`, those between in equal factors.
Rates slice(double start, double stop);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/rates.ipp>
#endif
