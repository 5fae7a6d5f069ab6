#pragma once
// What the tests of laws share.

#include <fastxx/testing/report.hpp>

#include <string>

// The one law a report finds broken, by the start of its sentence; all of them when it is not one.
inline std::string only(fastxx::testing::Report const& report) {
  if (report.broken.size() == 1) return report.broken[0];
  std::string all = std::to_string(report.broken.size()) + " laws";
  for (auto const& law : report.broken) all += "; " + law;
  return all;
}
inline bool has(fastxx::testing::Report const& report, std::string const& start) {
  for (auto const& law : report.broken)
    if (law.starts_with(start)) return true;
  return false;
}
inline bool is_only(fastxx::testing::Report const& report, std::string const& start) {
  return report.broken.size() == 1 && has(report, start);
}
