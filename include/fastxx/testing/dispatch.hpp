#pragma once

#include <fastxx/low/core/lineage.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/dispatch/dispatch.hpp>
#include <fastxx/testing/report.hpp>

#include <concepts>
#include <string>
#include <type_traits>

namespace fastxx::testing {

namespace detail {

// A lineage that no overload of a user knows.
struct Ancestor {};
struct Parent : Ancestor {
  using base_type = Ancestor;
};
struct Child : Parent {
  using base_type = Parent;
};
struct Stranger {
  int number = 0;
  bool operator==(Stranger const&) const = default;
};

// Which of the overloads below was chosen; a type of its own, so that the set's own results are not mistaken for it.
struct Chosen {
  int number;
  bool operator==(Chosen const&) const = default;
};

template <int number, class A, class B = Any>
constexpr auto probe() {
  return overload<A, B>([](auto const&...) { return Chosen{number}; });
}

template <class Got, class Wanted>
void expect_same(Report& report, std::string const& law, Got const& got, Wanted const& wanted) {
  bool same = false;
  if constexpr (std::same_as<Got, Wanted>) same = got == wanted;
  if (!same) report.broken.push_back(law);
}

template <class Set>
void check_order(Report& report, Set const& set) {
  auto const probed = set.extend(probe<1, Ancestor>(), probe<2, Parent>(), probe<3, Ancestor, Child>(),
                                 probe<4, Parent, Ancestor>(), probe<5, Parent, Parent>());
  expect_same(report, "the overload for the nearest class is not chosen", probed(Child{}), Chosen{2});
  expect_same(report, "an overload does not serve derived classes", probed(Ancestor{}, Stranger{}), Chosen{1});
  expect_same(report, "the first argument does not count before the second", probed(Child{}, Child{}), Chosen{5});
  expect_same(report, "the second argument is not looked at", probed(Ancestor{}, Child{}), Chosen{3});
  expect_same(report, "an overload of a signature that is there already does not replace it",
              probed.extend(probe<6, Parent>())(Child{}), Chosen{6});
  expect_same(report, "a later overload for a farther class is chosen before an earlier one for a nearer class",
              probed.extend(probe<7, Ancestor>())(Child{}), Chosen{2});
}

}  // namespace detail

/// Check the laws of a dispatch set, extended by overloads for types of its own: the nearest class is chosen, the first
/// argument before the second, the same signature replaces, and without a match the first argument comes back.
///
/// Source:  fastcore 1.7.28 dispatch.py TypeDispatch for the laws
/// Example: examples/doc/laws.cpp
template <class Set>
Report check_dispatch(Set const& set) {
  Report report{.subject = "dispatch set"};
  detail::check_order(report, set);
  if constexpr (!Set::template matches<detail::Stranger>())
    detail::expect_same(report, "without a match the first argument does not come back", set(detail::Stranger{7}),
                        detail::Stranger{7});
  return report;
}

}  // namespace fastxx::testing
