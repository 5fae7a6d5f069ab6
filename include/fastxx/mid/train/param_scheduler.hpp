#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// One hyper-parameter and its value at each point of training (0 at the first batch, 1 after the last), of all groups
/// or of one.
struct HyperSchedule {
  std::string hyper;
  std::function<double(double)> schedule;
  std::optional<std::size_t> group = {};
};

/// Sets hyper-parameters before each training batch from how far training is, and keeps in `recorder().hps` what they were.
///
/// Source:  fastai 2.7.18 callback/schedule.py ParamScheduler
/// Example: examples/doc/learner.cpp
class ParamScheduler {
 public:
  static constexpr int order = CallbackOrder::param_scheduler;
  static constexpr bool run_valid = false;

  explicit ParamScheduler(std::vector<HyperSchedule> schedules) : schedules_(std::move(schedules)) {}

  void before_batch(TrainState& learn);
  void after_batch(TrainState& learn) const;

  std::vector<HyperSchedule> const& schedules() const { return schedules_; }

 private:
  std::vector<HyperSchedule> schedules_;
};

namespace detail {

// The schedules of fit_one_cycle; an optimizer without momentum cycles its rate alone.
ParamScheduler one_cycle(OptimizerInterface const& opt, Rates const& lr_max, OneCycleOptions const& options,
                         std::array<double, 3> const& moms);

// The schedules of fit_flat_cos and of fit_sgdr.
ParamScheduler flat_cos(OptimizerInterface const& opt, Rates const& lr, FlatCosOptions const& options);
ParamScheduler sgdr(OptimizerInterface const& opt, Rates const& lr_max, std::int64_t n_cycles, std::int64_t cycle_len,
                    std::int64_t cycle_mult);
// The epochs of all cycles.
std::int64_t sgdr_epochs(std::int64_t n_cycles, std::int64_t cycle_len, std::int64_t cycle_mult);

// Before anything is trained.
void check_fine_tune(std::int64_t epochs, FineTuneOptions const& options);

// What a call of fit sets for itself comes back when it ends.
class HyperScope {
 public:
  HyperScope(AnyOptimizer& opt, std::vector<std::string> names, std::optional<double> wd);
  ~HyperScope();
  HyperScope(HyperScope const&) = delete;
  HyperScope& operator=(HyperScope const&) = delete;

 private:
  AnyOptimizer& opt_;
  std::vector<std::pair<std::string, std::vector<double>>> former_;
};

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/param_scheduler.ipp>
#endif
