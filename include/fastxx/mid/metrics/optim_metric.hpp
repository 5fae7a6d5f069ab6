#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/accum.hpp>

#include <functional>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// Where optim_metric looks for the best argument of a metric.
///
/// Source:  fastai 2.7.18 metrics.py optim_metric; differs: there tol is always .01
struct OptimOptions {
  double low = 0, high = 1;
  double tol = 0.01;   ///< how near the argument is found
  bool do_neg = true;  ///< the largest value is the best; false: the smallest
};

/// The best value of a function of one number, and where it is.
///
/// Source:  own design
struct Optimum {
  double value = 0, argument = 0;
};

/// The best value between two numbers, found by Brent's method: golden sections, and parabolas where the function is
/// smooth. A function with several hills gives one of them.
///
/// Errors:  state_error [metric.bounds]
/// Source:  SciPy minimize_scalar(method="bounded")
/// Example: examples/doc/metrics.cpp
Optimum optimum(std::function<double(double)> const& function, OptimOptions const& options = {});

/// What f(preds, targs, x) gives for the best x, over all predictions of the phase; they are kept as AccumMetric keeps
/// them: `optim_metric(f, {.low = .1, .high = .9}, {.activation = ActivationType::sigmoid}, "best F1")`.
///
/// Errors:  as AccumMetric's; state_error [metric.bounds]
/// Source:  fastai 2.7.18 metrics.py optim_metric; differs: the best x is that of all items, not of each batch
/// Example: examples/doc/metrics.cpp
template <class F>
AccumMetric optim_metric(F function, OptimOptions const& options, AccumOptions how = {}, std::string name = "") {
  static_assert(std::is_invocable_v<F const&, Tensor const&, Tensor const&, double>,
                "fastxx::optim_metric(f, options): 'f' must be callable as f(preds, targs, x) with a number x");
  if (name.empty()) name = "opt_" + detail::function_name<F>();
  auto best = [function = std::move(function), options](Tensor const& preds, Tensor const& targs) {
    return optimum([&](double x) { return detail::to_double(function(preds, targs, x)); }, options).value;
  };
  return AccumMetric(std::move(best), how, std::move(name));
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/optim_metric.ipp>
#endif
