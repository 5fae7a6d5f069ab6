#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <exception>
#include <ostream>
#include <string>
#include <vector>

namespace fastxx::testing {

/// What a check found: the laws that do not hold, a sentence each. True when all hold; printable.
///
/// `if (auto report = check_transform(t, item); !report) std::cout << report;`, or `check_transform(t, item).require();`,
/// or in a test of any framework `CHECK(bool(check_transform(t, item)))`.
/// Source:  own design
/// Example: examples/doc/laws.cpp
struct Report {
  std::string subject;
  std::vector<std::string> broken = {};

  explicit operator bool() const { return broken.empty(); }

  /// Throw when a law does not hold.
  ///
  /// Errors:  state_error [laws.broken], with the sentences
  void require() const;

  friend std::ostream& operator<<(std::ostream& out, Report const& report) {
    if (report) return out << report.subject << " keeps its laws";
    out << report.subject << " breaks " << report.broken.size() << (report.broken.size() == 1 ? " law:" : " laws:");
    for (auto const& law : report.broken) out << "\n- " << law;
    return out;
  }
};

namespace detail {

// Add `law` to the report when `difference()` finds one, or throws.
template <class Difference>
void expect_none(Report& report, std::string const& law, Difference const& difference) {
  try {
    std::string const found = difference();
    if (!found.empty()) report.broken.push_back(law + ": " + found);
  } catch (std::exception const& thrown) {
    report.broken.push_back(law + ": it throws " + thrown.what());
  }
}

void add(Report& report, std::string const& where, Report const& part);

}  // namespace detail
}  // namespace fastxx::testing

#if FASTXX_BODIES
#include <fastxx/testing/report.ipp>
#endif
