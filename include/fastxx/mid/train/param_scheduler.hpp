#pragma once

#include <array>
#include <cstddef>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/state.hpp>
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

/// Sets hyper-parameters before each training batch from how far training is.
///
/// Source:  fastai 2.7.18 callback/schedule.py ParamScheduler
/// Example: examples/doc/learner.cpp
class ParamScheduler {
 public:
  static constexpr int order = 60;
  static constexpr bool run_valid = false;

  explicit ParamScheduler(std::vector<HyperSchedule> schedules) : schedules_(std::move(schedules)) {}

  void before_batch(TrainState& learn) {
    for (auto const& [hyper, schedule, group] : schedules_) {
      double const value = schedule(learn.pct_train);
      if (!group) {
        learn.opt->set_hyper(hyper, value);
        continue;
      }
      auto values = learn.opt->hyper(hyper);
      values.at(*group) = value;
      learn.opt->set_hyper(hyper, values);
    }
  }

  std::vector<HyperSchedule> const& schedules() const { return schedules_; }

 private:
  std::vector<HyperSchedule> schedules_;
};

namespace detail {

// The schedules of fit_one_cycle; an optimizer without momentum cycles its rate alone.
inline ParamScheduler one_cycle(OptimizerInterface const& opt, Rates const& lr_max, OneCycleOptions const& options,
                                std::array<double, 3> const& moms) {
  auto const maxima = lr_max.for_groups(opt.n_groups());
  std::vector<HyperSchedule> schedules;
  for (std::size_t group = 0; group < maxima.size(); ++group) {
    OneCycle const cycle{maxima[group], options.div, options.div_final, options.pct_start, options.moms.value_or(moms)};
    schedules.push_back({"lr", [cycle](double pos) { return cycle.lr(pos); }, group});
    if (group == 0 && opt.has_hyper("mom"))
      schedules.push_back({"mom", [cycle](double pos) { return cycle.mom(pos); }});
  }
  return ParamScheduler(std::move(schedules));
}

// What a call of fit sets for itself comes back when it ends.
class HyperScope {
 public:
  HyperScope(AnyOptimizer& opt, std::vector<std::string> names, std::optional<double> wd) : opt_(opt) {
    if (wd) names.push_back("wd");
    for (auto const& name : names)
      if (opt->has_hyper(name)) former_.emplace_back(name, opt->hyper(name));
    if (wd) opt->set_hyper("wd", *wd);
  }
  ~HyperScope() {
    for (auto const& [name, values] : former_)
      if (opt_ && opt_->n_groups() == values.size() && opt_->has_hyper(name)) opt_->set_hyper(name, values);
  }
  HyperScope(HyperScope const&) = delete;
  HyperScope& operator=(HyperScope const&) = delete;

 private:
  AnyOptimizer& opt_;
  std::vector<std::pair<std::string, std::vector<double>>> former_;
};

}  // namespace detail
}  // namespace fastxx
