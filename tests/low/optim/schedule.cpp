#include <fastxx/low/optim/schedule.hpp>

#include <doctest/doctest.h>

using namespace fastxx;

TEST_CASE("schedule: the four shapes") {
  static_assert(SchedLin{1, 3}(.25) == 1.5);
  static_assert(SchedNo{1, 3}(1) == 1);
  CHECK(SchedCos{2, 1}(0) == doctest::Approx(2));
  CHECK(SchedCos{2, 1}(.25) == doctest::Approx(2 - (1 - std::sqrt(.5)) / 2));
  CHECK(SchedCos{2, 1}(.5) == doctest::Approx(1.5));
  CHECK(SchedCos{2, 1}(1) == doctest::Approx(1));
  CHECK(SchedExp{1e-7, 10}(0) == doctest::Approx(1e-7));
  CHECK(SchedExp{1e-7, 10}(.5) == doctest::Approx(1e-3));
  CHECK(SchedExp{1e-7, 10}(1) == doctest::Approx(10));
}

TEST_CASE("schedule: combined parts take their share, and position 1 is the end of the last") {
  constexpr auto sched = combine_scheds({.25, .75}, SchedLin{0, 1}, SchedLin{10, 20});
  static_assert(sched(.125) == .5);
  static_assert(sched(.25) == 10);
  static_assert(sched(1.) == 20);
  CHECK(sched(.2499999) < 1);
  auto const uneven = combine_scheds({.3, .6, .1}, SchedNo{1, 1}, SchedNo{2, 2}, SchedLin{0, 1});
  CHECK(uneven(.05) == 1);
  CHECK(uneven(.5) == 2);
  CHECK(uneven(1) == 1);  // exactly, though .3 + .6 + .1 is not
}

TEST_CASE("schedule: a part without length is skipped") {
  CHECK(combine_scheds({0., 1.}, SchedLin{5, 6}, SchedLin{1, 2})(0) == 1);
  CHECK(combined_cos(0, {1, 2, 3})(0) == doctest::Approx(2));
  CHECK(combined_cos(1, {1, 2, 3})(.5) == doctest::Approx(1.5));
  CHECK(combined_cos(1, {1, 2, 3})(1) == doctest::Approx(3));
}

TEST_CASE("schedule: shares that are negative or do not add up to 1 are refused") {
  CHECK_THROWS_AS(combine_scheds({.5, .6}, SchedNo{1, 1}, SchedNo{1, 1}), state_error);
  CHECK_THROWS_AS(combine_scheds({.5, .4}, SchedNo{1, 1}, SchedNo{1, 1}), state_error);
  CHECK_THROWS_AS(combine_scheds({-.5, 1.5}, SchedNo{1, 1}, SchedNo{1, 1}), state_error);
  CHECK_THROWS_AS(combined_cos(1.2, {1, 2, 3}), state_error);
  CHECK_THROWS_AS(combined_cos(std::nan(""), {1, 2, 3}), state_error);
}

TEST_CASE("schedule: one cycle has fastai's defaults") {
  OneCycle const cycle{.lr_max = 1.};
  CHECK(cycle.lr(0) == doctest::Approx(1. / 25));
  CHECK(cycle.lr(.125) == doctest::Approx((1. + 1. / 25) / 2));
  CHECK(cycle.lr(.25) == doctest::Approx(1));
  CHECK(cycle.lr(.625) == doctest::Approx((1. + 1e-5) / 2));
  CHECK(cycle.lr(1) == doctest::Approx(1e-5));
  CHECK(cycle.mom(0) == doctest::Approx(.95));
  CHECK(cycle.mom(.125) == doctest::Approx(.9));
  CHECK(cycle.mom(.25) == doctest::Approx(.85));
  CHECK(cycle.mom(1) == doctest::Approx(.95));
}
