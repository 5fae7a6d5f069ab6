#pragma once

#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

FASTXX_INLINE void ParamScheduler::before_batch(TrainState& learn) {
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

}  // namespace fastxx

namespace fastxx::detail {

FASTXX_INLINE ParamScheduler one_cycle(OptimizerInterface const& opt, Rates const& lr_max,
                                       OneCycleOptions const& options, std::array<double, 3> const& moms) {
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

FASTXX_INLINE HyperScope::HyperScope(AnyOptimizer& opt, std::vector<std::string> names, std::optional<double> wd)
    : opt_(opt) {
  if (wd) names.push_back("wd");
  for (auto const& name : names)
    if (opt->has_hyper(name)) former_.emplace_back(name, opt->hyper(name));
  if (wd) opt->set_hyper("wd", *wd);
}

FASTXX_INLINE HyperScope::~HyperScope() {
  for (auto const& [name, values] : former_)
    if (opt_ && opt_->n_groups() == values.size() && opt_->has_hyper(name)) opt_->set_hyper(name, values);
}

}  // namespace fastxx::detail
