#pragma once

#include <fastxx/mid/train/rates.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE Rates slice(double stop) {
  Rates rates(std::vector<double>{});
  rates.is_slice_ = true;
  rates.stop_ = stop;
  return rates;
}

FASTXX_INLINE Rates slice(double start, double stop) {
  Rates rates = slice(stop);
  rates.start_ = start;
  return rates;
}

FASTXX_INLINE std::vector<double> Rates::for_groups(std::size_t n) const {
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
  for (double const rate : rates)
    if (rate < 0)
      throw state_error("rates.negative", {.call = "Rates",
                                           .expected = "rates of at least 0: a negative one makes the loss larger",
                                           .got = std::to_string(rate)});
  return rates;
}

}  // namespace fastxx
