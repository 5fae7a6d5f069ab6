#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <tuple>
#include <utility>

// A schedule is any callable that takes a position in [0,1] and gives a value.

namespace fastxx {

/// A straight line from start to end.
///
/// Source:  fastai 2.7.18 callback/schedule.py SchedLin
/// Example: examples/doc/optimizer.cpp
struct SchedLin {
  double start, end;
  constexpr double operator()(double pos) const { return start + pos * (end - start); }
};

/// Half a cosine from start to end: slow, fast, slow.
///
/// Source:  fastai 2.7.18 callback/schedule.py SchedCos
/// Example: examples/doc/optimizer.cpp
struct SchedCos {
  double start, end;
  double operator()(double pos) const;
};

/// The start value, all the time.
///
/// Source:  fastai 2.7.18 callback/schedule.py SchedNo
/// Example: examples/doc/optimizer.cpp
struct SchedNo {
  double start, end;
  constexpr double operator()(double /*pos*/) const { return start; }
};

/// From start to end by equal factors; both must be above 0.
///
/// Source:  fastai 2.7.18 callback/schedule.py SchedExp
/// Example: examples/doc/optimizer.cpp
struct SchedExp {
  double start, end;
  double operator()(double pos) const { return start * std::pow(end / start, pos); }
};

/// Several schedules one after the other; combine_scheds() makes it.
///
/// Source:  fastai 2.7.18 callback/schedule.py combine_scheds
/// Example: examples/doc/optimizer.cpp
template <class... Scheds>
struct CombinedSched {
  std::array<double, sizeof...(Scheds)> pcts;
  std::tuple<Scheds...> scheds;

  constexpr double operator()(double pos) const {
    double begin = 0;
    std::size_t i = 0;
    for (; i + 1 < pcts.size() && pos >= begin + pcts[i]; ++i) begin += pcts[i];
    // The last part ends at 1 whatever rounding says, and a part of no length is at its end.
    double const width = i + 1 == pcts.size() ? 1 - begin : pcts[i];
    return at(i, width > 0 ? (pos - begin) / width : 1., std::index_sequence_for<Scheds...>{});
  }

 private:
  template <std::size_t... I>
  constexpr double at(std::size_t chosen, double pos, std::index_sequence<I...>) const {
    double value = 0;
    ((I == chosen ? void(value = std::get<I>(scheds)(pos)) : void()), ...);
    return value;
  }
};

/// Run each schedule for its share `pcts` of the way; position 1 is the end of the last one.
///
/// Errors:  state_error [schedule.pcts] when a share is negative or they do not add up to 1
/// Source:  fastai 2.7.18 callback/schedule.py combine_scheds; differs: 1 to within 1e-9, a last share of 0 is allowed
/// Example: examples/doc/optimizer.cpp
template <class... Scheds>
constexpr CombinedSched<Scheds...> combine_scheds(std::array<double, sizeof...(Scheds)> pcts, Scheds... scheds) {
  double sum = 0;
  bool good = true;
  for (double pct : pcts) {
    good = good && pct >= 0;
    sum += pct;
  }
  if (!good || !(sum - 1 < 1e-9 && 1 - sum < 1e-9))
    throw state_error("schedule.pcts", {.call = "combine_scheds",
                                        .expected = "shares of at least 0 that add up to 1",
                                        .got = good ? "a sum of " + std::to_string(sum) : "a negative share"});
  return {pcts, {std::move(scheds)...}};
}

/// The three values of combined_cos.
///
/// Source:  own design
/// Example: examples/doc/optimizer.cpp
struct CosValues {
  double start, middle, end;
};

/// A cosine from start to middle for the share `pct` of the way, then one from middle to end.
///
/// Errors:  state_error [schedule.pcts] when pct is outside [0,1]
/// Source:  fastai 2.7.18 callback/schedule.py combined_cos
/// Example: examples/doc/optimizer.cpp
CombinedSched<SchedCos, SchedCos> combined_cos(double pct, CosValues v);

/// The one-cycle policy: the learning rate rises to lr_max and falls to almost nothing, momentum does the opposite.
///
/// Source:  fastai 2.7.18 callback/schedule.py fit_one_cycle
/// Example: examples/doc/optimizer.cpp
struct OneCycle {
  double lr_max = 1e-3;
  double div = 25;
  double div_final = 1e5;
  double pct_start = .25;
  std::array<double, 3> moms{.95, .85, .95};

  double lr(double pos) const { return combined_cos(pct_start, {lr_max / div, lr_max, lr_max / div_final})(pos); }
  double mom(double pos) const { return combined_cos(pct_start, {moms[0], moms[1], moms[2]})(pos); }
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/schedule.ipp>
#endif
