#pragma once

#include <fastxx/mid/data/regression.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::string TitledNumbers::to_string() const {
  std::string text;
  for (double const number : *this) {
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.4g", number);
    text += (text.empty() ? "" : ", ") + std::string(buffer);
  }
  return size() == 1 ? text : "(" + text + ")";
}

FASTXX_INLINE float RegressionSetup::checked(float number) const {
  if (!std::isfinite(number))
    throw data_error("regression.nan", {.call = "RegressionSetup",
                                        .expected = "a finite number",
                                        .got = std::to_string(number),
                                        .fix = "repair the item or leave it out"});
  return number;
}

FASTXX_INLINE Tensor RegressionSetup::checked(Tensor numbers) const {
  if (n_out > 0 && numbers.numel() != n_out)
    throw data_error("regression.size", {.call = "RegressionSetup",
                                         .expected = {n_out, " numbers in each item"},
                                         .got = {numbers.numel()},
                                         .fix = "all items have as many numbers as the first one, or as n_out says"});
  if (!numbers.isfinite().all().item<bool>()) (void)checked(std::nanf(""));
  return numbers;
}

FASTXX_INLINE TitledNumbers RegressionSetup::decodes(Tensor const& numbers) const {
  Tensor const flat = numbers.reshape(-1).to(at::kDouble).contiguous();
  auto const* first = flat.data_ptr<double>();
  TitledNumbers shown;
  shown.assign(first, first + flat.numel());
  return shown;
}

}  // namespace fastxx
