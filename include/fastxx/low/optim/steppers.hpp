#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fastxx {

/// A hyper-parameter a stepper reads, by name, and its value until somebody sets another.
///
/// Source:  fastai 2.7.18 optimizer.py, the `defaults` of a stat or stepper
/// Example: examples/doc/optimizer.cpp
struct Hyper {
  std::string_view name;
  double value;
};

/// The values of a stepper's hyper-parameters, in the order in which it lists them.
///
/// Example: examples/doc/optimizer.cpp
/// Source:  own design
template <std::size_t N>
using HyperValues = std::array<double, N>;

// A stepper is a small struct. Its parts, all but apply() optional:
//   static constexpr std::array hypers{Hyper{"lr", 1e-3}, ...};             what it reads
//   static constexpr std::array<std::string_view, N> state{"grad_avg", ..}; what it keeps per parameter, zero at first
//   scalars(HyperValues<N> hypers, std::int64_t step)                       numbers worked out once per parameter
//   apply(parameter, gradient, one argument per state, scalars)             the formula, for fastxx::Element
//   static constexpr std::size_t sums = 2;                                  sums over the parameter that it must know:
//   terms(parameter, gradient, one argument per state, scalars)             as many elements, to be added up
//   knowing(scalars, totals, numbers)                                       the scalars of apply(), given those sums
// Hypers and states of the same name are shared between steppers. terms() is asked in a pass of its own before any value
// has changed, with what the steppers before it make of the values; one stepper of an optimizer may have sums. Without scalars() the formula gets the HyperValues.
// `step` is 1 in a parameter's first step. A stepper may have options as data members. With clang, a function of your own
// that apply() calls needs [[gnu::always_inline]] to be as fast as the same text inside apply().

namespace detail {
// fastai's debias: how much of a running average started at zero is there after `step` steps.
inline double debias(double mom, double damp, std::int64_t step) {
  return damp * (1 - std::pow(mom, static_cast<double>(step))) / (1 - mom);
}
}  // namespace detail

/// Decoupled weight decay: shrink the parameter by lr*wd; comes before the step.
///
/// Source:  fastai 2.7.18 optimizer.py weight_decay
/// Example: examples/doc/optimizer.cpp
struct weight_decay {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"wd", 0.}};
  static void apply(auto& p, auto& /*grad*/, HyperValues<2> const& h) { p *= 1 - h[0] * h[1]; }
};

/// L2 regularisation: add wd*p to the gradient the later steppers see (`.grad` itself is left as it is).
///
/// Source:  fastai 2.7.18 optimizer.py l2_reg; differs: does not write to the gradient's own memory
/// Example: examples/doc/optimizer.cpp
struct l2_reg {
  static constexpr std::array hypers{Hyper{"wd", 0.}};
  static void apply(auto& p, auto& grad, HyperValues<1> const& h) { grad += h[0] * p; }
};

/// Running average of the gradient; dampened (a true average) for Adam, not dampened (a running sum) for SGD.
///
/// Source:  fastai 2.7.18 optimizer.py average_grad
/// Example: examples/doc/optimizer.cpp
struct average_grad {
  bool dampening = false;

  static constexpr std::array hypers{Hyper{"mom", .9}};
  static constexpr std::array<std::string_view, 1> state{"grad_avg"};
  struct Scalars {
    double keep, add;
  };
  Scalars scalars(HyperValues<1> const& h, std::int64_t) const { return {h[0], dampening ? 1 - h[0] : 1.}; }
  static void apply(auto& /*p*/, auto& grad, auto& avg, Scalars s) { avg = avg * s.keep + grad * s.add; }
};

/// Running average of the squared gradient, dampened unless told otherwise.
///
/// Source:  fastai 2.7.18 optimizer.py average_sqr_grad
/// Example: examples/doc/optimizer.cpp
struct average_sqr_grad {
  bool dampening = true;

  static constexpr std::array hypers{Hyper{"sqr_mom", .99}};
  static constexpr std::array<std::string_view, 1> state{"sqr_avg"};
  struct Scalars {
    double keep, add;
  };
  Scalars scalars(HyperValues<1> const& h, std::int64_t) const { return {h[0], dampening ? 1 - h[0] : 1.}; }
  static void apply(auto& /*p*/, auto& grad, auto& sqr, Scalars s) { sqr = sqr * s.keep + grad * grad * s.add; }
};

/// Step against the gradient.
///
/// Source:  fastai 2.7.18 optimizer.py sgd_step
/// Example: examples/doc/optimizer.cpp
struct sgd_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}};
  static void apply(auto& p, auto& grad, HyperValues<1> const& h) { p -= h[0] * grad; }
};

/// Step against the running average that average_grad keeps.
///
/// Source:  fastai 2.7.18 optimizer.py momentum_step
/// Example: examples/doc/optimizer.cpp
struct momentum_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}};
  static constexpr std::array<std::string_view, 1> state{"grad_avg"};
  static void apply(auto& p, auto& /*grad*/, auto& avg, HyperValues<1> const& h) { p -= h[0] * avg; }
};

/// Adam's step: p -= lr/debias1 * avg / (sqrt(sqr/debias2) + eps); both averages must be dampened.
///
/// Source:  fastai 2.7.18 optimizer.py adam_step; differs: both sides of the fraction are multiplied by sqrt(debias2)
/// Example: examples/doc/optimizer.cpp
struct adam_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"mom", .9}, Hyper{"sqr_mom", .99}, Hyper{"eps", 1e-5}};
  static constexpr std::array<std::string_view, 2> state{"grad_avg", "sqr_avg"};
  struct Scalars {
    double size, eps;
  };
  static Scalars scalars(HyperValues<4> const& h, std::int64_t step) {
    auto const [lr, mom, sqr_mom, eps] = h;
    auto const root = std::sqrt(detail::debias(sqr_mom, 1 - sqr_mom, step));
    return {lr / detail::debias(mom, 1 - mom, step) * root, eps * root};
  }
  static void apply(auto& p, auto& /*grad*/, auto& avg, auto& sqr, Scalars s) {
    p -= s.size * avg / (sqrt(sqr) + s.eps);
  }
};

/// RMSProp's step: p -= lr * grad / (sqrt(sqr) + eps).
///
/// Source:  fastai 2.7.18 optimizer.py rms_prop_step
/// Example: examples/doc/optimizer.cpp
struct rms_prop_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"eps", 1e-8}};
  static constexpr std::array<std::string_view, 1> state{"sqr_avg"};
  static void apply(auto& p, auto& grad, auto& sqr, HyperValues<2> const& h) { p -= h[0] * grad / (sqrt(sqr) + h[1]); }
};

/// The same with the running average that average_grad keeps in place of the gradient.
///
/// Source:  fastai 2.7.18 optimizer.py rms_prop_step
/// Example: examples/doc/optimizer.cpp
struct rms_prop_momentum_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"eps", 1e-8}};
  static constexpr std::array<std::string_view, 2> state{"grad_avg", "sqr_avg"};
  static void apply(auto& p, auto& /*grad*/, auto& avg, auto& sqr, HyperValues<2> const& h) {
    p -= h[0] * avg / (sqrt(sqr) + h[1]);
  }
};

/// RAdam's step: Adam's, weakened while the average of squares knows little, and plain momentum in the first steps. A
/// beta above 0 softens the denominator (SAdam).
///
/// Source:  fastai 2.7.18 optimizer.py radam_step; Liu et al. 2019; Tong et al. 2019 (beta)
/// Example: examples/doc/optimizer.cpp
struct radam_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"mom", .9}, Hyper{"sqr_mom", .99}, Hyper{"eps", 1e-5},
                                     Hyper{"beta", 0.}};
  static constexpr std::array<std::string_view, 2> state{"grad_avg", "sqr_avg"};
  struct Scalars {
    bool rectified;
    double size, root, eps, beta;
  };
  static Scalars scalars(HyperValues<5> const& h, std::int64_t step) {
    auto const [lr, mom, sqr_mom, eps, beta] = h;
    double const size = lr / detail::debias(mom, 1 - mom, step);
    double const power = std::pow(sqr_mom, static_cast<double>(step));
    double const r_inf = 2 / (1 - sqr_mom) - 1, r = r_inf - 2 * static_cast<double>(step) * power / (1 - power);
    if (!(r > 5)) return {false, size, 1, eps, beta};
    double const v = std::sqrt((r - 4) * (r - 2) * r_inf / ((r_inf - 4) * (r_inf - 2) * r));
    return {true, size * v, 1 / std::sqrt(detail::debias(sqr_mom, 1 - sqr_mom, step)), eps, beta};
  }
  static void apply(auto& p, auto& /*grad*/, auto& avg, auto& sqr, Scalars s) {
    if (!s.rectified) return void(p -= s.size * avg);
    auto denominator = sqrt(sqr) * s.root + s.eps;
    if (s.beta > 0) denominator = softplus(denominator, s.beta);
    p -= s.size * avg / denominator;
  }
};

/// QHAdam's step: each average mixed with what it averages, in the shares nu_1 and nu_2.
///
/// Source:  fastai 2.7.18 optimizer.py qhadam_step; Ma and Yarats 2018
/// Example: examples/doc/optimizer.cpp
struct qhadam_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3},  Hyper{"mom", .9},  Hyper{"sqr_mom", .99},
                                     Hyper{"eps", 1e-8}, Hyper{"nu_1", .7}, Hyper{"nu_2", 1.}};
  static constexpr std::array<std::string_view, 2> state{"grad_avg", "sqr_avg"};
  struct Scalars {
    double lr, grad, avg, grad_sqr, sqr, eps;
  };
  static Scalars scalars(HyperValues<6> const& h, std::int64_t step) {
    auto const [lr, mom, sqr_mom, eps, nu_1, nu_2] = h;
    return {lr,
            1 - nu_1,
            nu_1 / detail::debias(mom, 1 - mom, step),
            1 - nu_2,
            nu_2 / detail::debias(sqr_mom, 1 - sqr_mom, step),
            eps};
  }
  static void apply(auto& p, auto& grad, auto& avg, auto& sqr, Scalars s) {
    p -= s.lr * (s.grad * grad + s.avg * avg) / (sqrt(s.grad_sqr * grad * grad + s.sqr * sqr) + s.eps);
  }
};

/// LARC's step, with a learning rate for each parameter: lr * trust_coeff * |p| / (|grad| + wd*|p| + eps), and no more than
/// lr with `clip`; without it the step is LARS'. Against the running average that average_grad keeps.
///
/// Source:  fastai 2.7.18 optimizer.py larc_layer_lr, larc_step; You et al. 2017; differs: for parameters that are kept off
///          weight decay, wd is 0 here too
/// Example: examples/doc/optimizer.cpp
struct larc_step {
  bool clip = true;

  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"trust_coeff", .02}, Hyper{"wd", 0.}, Hyper{"eps", 1e-8}};
  static constexpr std::array<std::string_view, 1> state{"grad_avg"};
  static constexpr std::size_t sums = 2;
  struct Scalars {
    double lr, trust_coeff, wd, eps;
  };
  static Scalars scalars(HyperValues<4> const& h, std::int64_t) { return {h[0], h[1], h[2], h[3]}; }
  static auto terms(auto& p, auto& grad, auto& /*avg*/, Scalars) { return std::array{p * p, grad * grad}; }
  Scalars knowing(Scalars s, auto const& totals, std::int64_t) const {
    double const weight = std::sqrt(totals[0]), gradient = std::sqrt(totals[1]);
    double const own = s.lr * s.trust_coeff * weight / (gradient + weight * s.wd + s.eps);
    s.lr = clip && !(own < s.lr) ? s.lr : own;
    return s;
  }
  static void apply(auto& p, auto& /*grad*/, auto& avg, Scalars s) { p -= s.lr * avg; }
};

/// LAMB's step: Adam's, scaled for each parameter by the ratio of its size to the step's, 10 at most.
///
/// Source:  fastai 2.7.18 optimizer.py lamb_step; You et al. 2019
/// Example: examples/doc/optimizer.cpp
struct lamb_step {
  static constexpr std::array hypers{Hyper{"lr", 1e-3}, Hyper{"mom", .9}, Hyper{"sqr_mom", .99}, Hyper{"eps", 1e-6}};
  static constexpr std::array<std::string_view, 2> state{"grad_avg", "sqr_avg"};
  static constexpr std::size_t sums = 2;
  struct Scalars {
    double lr, size, eps;
  };
  static Scalars scalars(HyperValues<4> const& h, std::int64_t step) {
    auto const [lr, mom, sqr_mom, eps] = h;
    auto const root = std::sqrt(detail::debias(sqr_mom, 1 - sqr_mom, step));
    return {lr, root / detail::debias(mom, 1 - mom, step), eps * root};
  }
  static auto terms(auto& p, auto& /*grad*/, auto& avg, auto& sqr, Scalars s) {
    auto const step = s.size * avg / (sqrt(sqr) + s.eps);
    return std::array{p * p, step * step};
  }
  static Scalars knowing(Scalars s, auto const& totals, std::int64_t) {
    if (totals[0] != 0 && totals[1] != 0) s.lr *= std::min(std::sqrt(totals[0] / totals[1]), 10.);
    return s;
  }
  static void apply(auto& p, auto& /*grad*/, auto& avg, auto& sqr, Scalars s) {
    p -= s.lr * s.size * avg / (sqrt(sqr) + s.eps);
  }
};

}  // namespace fastxx
