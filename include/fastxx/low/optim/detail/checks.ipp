#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/optim/detail/checks.hpp>

#include <algorithm>
#include <cmath>

namespace fastxx::detail {

FASTXX_INLINE void check_parameters(std::string const& who, std::vector<std::vector<Tensor>> const& groups) {
  std::vector<void const*> seen;
  for (auto const& group : groups)
    for (auto const& p : group) seen.push_back(p.unsafeGetTensorImpl());
  if (seen.empty())
    throw state_error("optimizer.no_parameters", {.call = who,
                                                  .expected = "at least one parameter",
                                                  .got = {groups.size(), " groups without any"},
                                                  .fix = "pass the model's parameters"});
  std::sort(seen.begin(), seen.end());
  if (std::adjacent_find(seen.begin(), seen.end()) != seen.end())
    throw state_error("optimizer.repeated_parameter", {.call = who,
                                                       .expected = "each parameter once",
                                                       .got = "the same tensor twice",
                                                       .fix = "put a shared parameter into one group"});
}

FASTXX_INLINE void check_hyper(std::string const& who, std::string_view name, std::vector<double> const& values,
                               std::size_t groups) {
  if (values.size() != 1 && values.size() != groups)
    throw state_error("optimizer.hyper_count", {.call = {who, "::set_hyper(\"", name, "\", values)"},
                                                .expected = {"1 value or ", groups, ", one for each group"},
                                                .got = {values.size()}});
  for (double const value : values)
    if (!std::isfinite(value))
      throw state_error("optimizer.hyper_not_finite",
                        {.call = {who, "::set_hyper(\"", name, "\", values)"},
                         .expected = "finite numbers",
                         .got = std::to_string(value),
                         .fix = name == "lr" ? "give a rate; lr_find suggests none where the loss never falls" : ""});
}

FASTXX_INLINE void refuse_hyper(std::string const& who, std::string_view name, std::vector<std::string> const& names) {
  std::string all;
  for (auto const& one : names) all += (all.empty() ? "" : ", ") + one;
  throw state_error("optimizer.unknown_hyper", {.call = who,
                                                .expected = {"one of ", all},
                                                .got = {"'", name, "'"},
                                                .fix = "use a name that the optimizer has: hyper_names()"});
}

FASTXX_INLINE std::size_t first_trained(std::string const& who, int n, std::size_t groups) {
  auto const count = static_cast<int>(groups);
  if (n > count || n < -count)
    throw state_error(
        "optimizer.freeze",
        {.call = {who, "::freeze_to(", n, ")"}, .expected = {"a number from ", -count, " to ", count}, .got = {n}});
  return static_cast<std::size_t>(n < 0 ? n + count : n);
}

FASTXX_INLINE void check_freeze(std::string const& who, std::size_t groups) {
  if (groups < 2)
    throw state_error("optimizer.freeze", {.call = {who, "::freeze()"},
                                           .expected = "at least two groups, to train the last one only",
                                           .got = "one group",
                                           .fix = "split the model's parameters into groups, or use freeze_to(n)"});
}

}  // namespace fastxx::detail
