#pragma once

#include <fastxx/low/core/hana.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>
#include <fastxx/mid/train/rates.hpp>

#include <concepts>
#include <cstdint>
#include <utility>

namespace fastxx {

/// The fits of a Learner whose hyper-parameters change while it trains.
///
/// Source:  fastai 2.7.18 callback/schedule.py
/// Example: examples/doc/training.cpp
template <class Self>
class ScheduledFits {
 public:
  /// Train with the one-cycle policy: the learning rate rises to lr_max and falls to almost nothing, momentum opposite
  /// where the optimizer has one. Each group has its own lr_max when a slice or a list is given.
  ///
  /// Source:  fastai 2.7.18 callback/schedule.py fit_one_cycle (H-28, H-29)
  template <class... Extra>
  void fit_one_cycle(std::int64_t epochs, OneCycleOptions const& options = {},
                     Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    Rates const lr_max = options.lr_max.value_or(self().lr);
    self().fit_scheduled("fit_one_cycle", epochs, {lr_max, {}, options.wd, options.reset_opt, options.start_epoch},
                         self().entries(std::move(extra)), {"mom"},
                         [&] { return detail::one_cycle(*self().opt, lr_max, options, self().moms); });
  }
  /// The same with the largest learning rate alone, `fit_one_cycle(5, 3e-3)`, or with callbacks alone.
  template <std::convertible_to<Rates> Rate, class... Extra>
  void fit_one_cycle(std::int64_t epochs, Rate const& lr_max, Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    fit_one_cycle(epochs, OneCycleOptions{.lr_max = lr_max}, std::move(extra));
  }
  template <class... Extra>
  void fit_one_cycle(std::int64_t epochs, Part<CallbacksPart, hana::tuple<Extra...>> extra) {
    fit_one_cycle(epochs, OneCycleOptions{}, std::move(extra));
  }

  /// Train with a constant learning rate, which falls along a cosine in the last quarter.
  ///
  /// Source:  fastai 2.7.18 callback/schedule.py fit_flat_cos; differs: start_epoch is heard (TR-69)
  /// Example: examples/doc/training.cpp
  template <class... Extra>
  void fit_flat_cos(std::int64_t epochs, FlatCosOptions const& options = {},
                    Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    Rates const rates = options.lr.value_or(self().lr);
    self().fit_scheduled("fit_flat_cos", epochs, {rates, {}, options.wd, options.reset_opt, options.start_epoch},
                         self().entries(std::move(extra)), {},
                         [&] { return detail::flat_cos(*self().opt, rates, options); });
  }

  /// Train in cycles, each a cosine from lr_max to 0 and `cycle_mult` times as long as the one before:
  /// `fit_sgdr(3, 1)` are 1 + 2 + 4 epochs.
  ///
  /// Errors:  state_error [learner.cycles]
  /// Source:  fastai 2.7.18 callback/schedule.py fit_sgdr; differs: a cycle_mult of 1 is allowed
  /// Example: examples/doc/training.cpp
  template <class... Extra>
  void fit_sgdr(std::int64_t n_cycles, std::int64_t cycle_len, SgdrOptions const& options = {},
                Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    Rates const lr_max = options.lr_max.value_or(self().lr);
    self().fit_scheduled("fit_sgdr", detail::sgdr_epochs(n_cycles, cycle_len, options.cycle_mult),
                         {lr_max, {}, options.wd, options.reset_opt, options.start_epoch},
                         self().entries(std::move(extra)), {},
                         [&] { return detail::sgdr(*self().opt, lr_max, n_cycles, cycle_len, options.cycle_mult); });
  }

  /// Transfer: train the last group alone for `freeze_epochs` with `base_lr`, then everything for `epochs` with half of
  /// it, smaller rates for earlier groups. Two tables.
  ///
  /// Source:  fastai 2.7.18 callback/schedule.py fine_tune (H-34, H-35)
  /// Example: examples/doc/training.cpp
  template <class... Extra>
  void fine_tune(std::int64_t epochs, FineTuneOptions const& options = {},
                 Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    detail::check_fine_tune(epochs, options);
    self().freeze();
    fit_one_cycle(options.freeze_epochs,
                  {.lr_max = slice(options.base_lr),
                   .div_final = options.div_final,
                   .pct_start = .99,
                   .wd = options.wd,
                   .moms = options.moms},
                  extra);
    self().unfreeze();
    double const base_lr = options.base_lr / 2;
    fit_one_cycle(epochs,
                  {.lr_max = slice(base_lr / options.lr_mult, base_lr),
                   .div = options.div,
                   .div_final = options.div_final,
                   .pct_start = options.pct_start,
                   .wd = options.wd,
                   .moms = options.moms},
                  std::move(extra));
  }
  /// The same with the learning rate alone, `fine_tune(2, 1e-3)`.
  template <std::convertible_to<double> Rate, class... Extra>
  void fine_tune(std::int64_t epochs, Rate const& base_lr, Part<CallbacksPart, hana::tuple<Extra...>> extra = {}) {
    fine_tune(epochs, FineTuneOptions{.base_lr = static_cast<double>(base_lr)}, std::move(extra));
  }

  // What was meant to stand in callbacks(...).
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit_one_cycle(Args const&...) { detail::refuse_bare_callback<Args...>(); }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit_one_cycle(std::int64_t, OneCycleOptions const&, Args const&...) { detail::refuse_bare_callback<Args...>(); }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit_flat_cos(Args const&...) { detail::refuse_bare_callback<Args...>(); }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fit_sgdr(Args const&...) { detail::refuse_bare_callback<Args...>(); }
  template <class... Args>
  requires detail::WithBareCallback<Args...>
  void fine_tune(Args const&...) { detail::refuse_bare_callback<Args...>(); }

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace fastxx
