#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>

namespace fastxx {

namespace detail {
// Comes first in each recipe: what is written as Adam(1e-3) or Adam{.lr = 1e-3}, as elsewhere.
struct LrIsOfTheFit {
  constexpr LrIsOfTheFit() = default;
  template <class T>
  constexpr LrIsOfTheFit(T const&) {
    static_assert(sizeof(T) == 0,
                  "fastxx: an optimizer has no learning rate of its own; give it to the fit, learn.fit(5, 1e-3), and "
                  "the optimizer's settings by name, Adam{.mom = .9}");
  }
};
}  // namespace detail

/// Stochastic gradient descent, with (undampened) momentum when `mom` is not 0.
///
/// With mom = 0 no average is kept, and setting the hyper-parameter "mom" later (fit_one_cycle does) has no effect.
/// Source:  fastai 2.7.18 optimizer.py SGD
/// Example: examples/doc/optimizer.cpp
struct SGD {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = 0.;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// Adam with fastai's defaults, called AdamW as well; decoupled weight decay (as in AdamW) unless decouple_wd is false.
///
/// Source:  fastai 2.7.18 optimizer.py Adam
/// Example: examples/doc/optimizer.cpp
struct Adam {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = .9;
  double sqr_mom = .99;
  double eps = 1e-5;
  double wd = .01;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};
using AdamW = Adam;

/// RMSProp, with (undampened) momentum when `mom` is not 0.
///
/// Source:  fastai 2.7.18 optimizer.py RMSProp; differs: eps is heard (TR-65)
/// Example: examples/doc/optimizer.cpp
struct RMSProp {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = 0.;
  double sqr_mom = .99;
  double eps = 1e-8;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// Adam that steps carefully until it knows the gradients' size: no warm-up is needed. A beta above 0 makes it SAdam.
///
/// Source:  fastai 2.7.18 optimizer.py RAdam
/// Example: examples/doc/optimizer.cpp
struct RAdam {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = .9;
  double sqr_mom = .99;
  double eps = 1e-5;
  double wd = 0.;
  double beta = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// Adam with quasi-hyperbolic momentum: nu_1 and nu_2 are the shares of the averages beside the batch's own gradient and
/// its square.
///
/// Source:  fastai 2.7.18 optimizer.py QHAdam
/// Example: examples/doc/optimizer.cpp
struct QHAdam {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = .999;
  double sqr_mom = .999;
  double nu_1 = .7;
  double nu_2 = 1.;
  double eps = 1e-8;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// SGD with momentum and a learning rate of its own for each parameter, by its size and its gradient's; LARC, or LARS with
/// `clip` false.
///
/// Source:  fastai 2.7.18 optimizer.py Larc
/// Example: examples/doc/optimizer.cpp
struct Larc {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = .9;
  bool clip = true;
  double trust_coeff = .02;
  double eps = 1e-8;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// Adam whose step has the size of the parameter, for large batches.
///
/// Source:  fastai 2.7.18 optimizer.py Lamb
/// Example: examples/doc/optimizer.cpp
struct Lamb {
  [[no_unique_address]] detail::LrIsOfTheFit lr = {};
  double mom = .9;
  double sqr_mom = .99;
  double eps = 1e-5;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/recipes.ipp>
#endif
