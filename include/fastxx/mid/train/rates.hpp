#pragma once

#include <cmath>
#include <cstddef>
#include <fastxx/low/core/error.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// A learning rate: one for all parameter groups, a slice that grows from the first group to the last, or a list with
/// one for each group. `{.lr = 1e-3}`, `{.lr = slice(1e-5, 1e-3)}`, `{.lr = slice(1e-3)}`, `{.lr = {1e-5, 1e-4, 1e-3}}`.
///
/// Errors:  state_error [rates.count] from for_groups when a list is neither one value nor one for each group
/// Source:  fastai 2.7.18 learner.py Learner.fit, optimizer.py set_hyper (features M-11, TR-62)
/// Example: tests/mid/train/groups.cpp
class Rates {
 public:
  /// No rate: where one is asked for, the learner's.
  Rates() = default;
  Rates(double rate) : values_{rate} {}
  Rates(std::initializer_list<double> rates) : values_(rates) {}
  Rates(std::vector<double> rates) : values_(std::move(rates)) {}

  bool is_set() const { return is_slice_ || !values_.empty(); }
  /// These rates, or others where none is set.
  Rates value_or(Rates const& others) const { return is_set() ? *this : others; }
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
inline Rates slice(double stop) {
  Rates rates(std::vector<double>{});
  rates.is_slice_ = true;
  rates.stop_ = stop;
  return rates;
}

/// The first group trains with `start`, the last with `stop`, those between in equal factors.
inline Rates slice(double start, double stop) {
  Rates rates = slice(stop);
  rates.start_ = start;
  return rates;
}

inline std::vector<double> Rates::for_groups(std::size_t n) const {
  std::vector<double> rates(n, last());
  if (is_slice_) {
    for (std::size_t i = 0; i + 1 < n; ++i)
      rates[i] = start_ ? *start_ * std::pow(stop_ / *start_, static_cast<double>(i) / static_cast<double>(n - 1))
                        : stop_ / 10;
  } else if (values_.size() == n) {
    rates = values_;
  } else if (values_.size() != 1) {
    throw state_error("rates.count", {.call = "Rates",
                                      .expected = "1 rate or " + std::to_string(n) + ", one for each parameter group",
                                      .got = std::to_string(values_.size()),
                                      .fix = "give slice(start, stop), or change the splitter"});
  }
  return rates;
}

}  // namespace fastxx
