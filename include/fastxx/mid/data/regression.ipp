#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/data/regression.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE std::string TitledNumbers::to_string() const {
  std::string text;
  for (double const number : *this) text += (text.empty() ? "" : ", ") + detail::short_number(number);
  return size() == 1 ? text : "(" + text + ")";
}

FASTXX_INLINE void RegressionSetup::check_count(std::int64_t got) const {
  if (got > 0 && (n_out == 0 || got == n_out)) return;
  throw data_error("regression.size",
                   {.call = "RegressionSetup",
                    .expected = {n_out > 0 ? n_out : 1, n_out > 0 ? " numbers" : " number or more", " in each item"},
                    .got = {got},
                    .fix = "all items have as many numbers as the first one, or as n_out says"});
}

FASTXX_INLINE void RegressionSetup::refuse(std::string got) {
  throw data_error("regression.nan", {.call = "RegressionSetup",
                                      .expected = "finite numbers",
                                      .got = std::move(got),
                                      .fix = "repair the item or leave it out"});
}

FASTXX_INLINE float RegressionSetup::checked(float number) const {
  check_count(1);
  if (!std::isfinite(number)) refuse(std::to_string(number));
  return number;
}

FASTXX_INLINE Tensor RegressionSetup::checked(Tensor numbers) const {
  check_count(numbers.numel());
  if (!numbers.isfinite().all().item<bool>()) refuse("a number that is none, or infinite");
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
