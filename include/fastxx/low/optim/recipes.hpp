#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/optim/optimizer.hpp>

namespace fastxx {

/// Stochastic gradient descent, with (undampened) momentum when `mom` is not 0.
///
/// With mom = 0 no average is kept, and setting the hyper-parameter "mom" later (fit_one_cycle does) has no effect.
/// Source:  fastai 2.7.18 optimizer.py SGD
/// Example: examples/doc/optimizer.cpp
struct SGD {
  double mom = 0.;
  double wd = 0.;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

/// Adam with fastai's defaults; decoupled weight decay (as in AdamW) unless decouple_wd is false.
///
/// Source:  fastai 2.7.18 optimizer.py Adam
/// Example: examples/doc/optimizer.cpp
struct Adam {
  double mom = .9;
  double sqr_mom = .99;
  double eps = 1e-5;
  double wd = .01;
  bool decouple_wd = true;

  Optimizer make(Optimizer::Groups const& groups) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/optim/recipes.ipp>
#endif
