#pragma once

#include <fastxx/testing/report.hpp>

#include <string>

namespace fastxx::testing {

FASTXX_INLINE void Report::require() const {
  std::string laws;
  for (auto const& law : broken) laws += "\n- " + law;
  if (!broken.empty())
    throw state_error("laws.broken",
                      {.call = subject, .expected = "its laws to hold", .got = "these to be broken:" + laws});
}

}  // namespace fastxx::testing

namespace fastxx::testing::detail {

FASTXX_INLINE void add(Report& report, std::string const& where, Report const& part) {
  for (auto const& law : part.broken) report.broken.push_back(where + ": " + law);
}

}  // namespace fastxx::testing::detail
