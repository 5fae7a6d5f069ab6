#pragma once

#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/mid/train/param_scheduler.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
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

FASTXX_INLINE void ParamScheduler::after_batch(TrainState& learn) const {
  std::set<std::string> names;  // several groups of one hyper-parameter are one curve
  for (auto const& schedule : schedules_) names.insert(schedule.hyper);
  for (auto const& name : names) learn.recorder().hps[name].push_back(learn.opt->hyper(name).back());
}

}  // namespace fastxx

namespace fastxx::detail {

inline void check_phases(char const* call, double pct_start, double div, double div_final) {
  auto const refuse = [&](char const* option, char const* expected, double got) {
    throw state_error(
        "schedule.options",
        {.call = std::string(call) + "{." + option + "}", .expected = expected, .got = std::to_string(got)});
  };
  if (!(pct_start >= 0 && pct_start <= 1)) refuse("pct_start", "a share from 0 to 1", pct_start);
  if (!(div > 0)) refuse("div", "a number above 0", div);
  if (!(div_final > 0)) refuse("div_final", "a number above 0", div_final);
}

FASTXX_INLINE ParamScheduler one_cycle(OptimizerInterface const& opt, Rates const& lr_max,
                                       OneCycleOptions const& options, std::array<double, 3> const& moms) {
  check_phases("fit_one_cycle", options.pct_start, options.div, options.div_final);
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

FASTXX_INLINE ParamScheduler flat_cos(OptimizerInterface const& opt, Rates const& lr, FlatCosOptions const& options) {
  check_phases("fit_flat_cos", options.pct_start, 1, options.div_final);
  auto const rates = lr.for_groups(opt.n_groups());
  std::vector<HyperSchedule> schedules;
  for (std::size_t group = 0; group < rates.size(); ++group)
    schedules.push_back(
        {"lr", combined_cos(options.pct_start, {rates[group], rates[group], rates[group] / options.div_final}), group});
  return ParamScheduler(std::move(schedules));
}

FASTXX_INLINE std::int64_t sgdr_epochs(std::int64_t n_cycles, std::int64_t cycle_len, std::int64_t cycle_mult) {
  if (n_cycles < 1 || cycle_len < 1 || cycle_mult < 1)
    throw state_error("learner.cycles",
                      {.call = "Learner::fit_sgdr",
                       .expected = "at least 1 cycle of at least 1 epoch, and a cycle_mult of 1 or more",
                       .got = {n_cycles, " cycles, the first of ", cycle_len, " epochs, cycle_mult ", cycle_mult}});
  constexpr std::int64_t most = 1'000'000'000;
  std::int64_t all = 0;
  for (std::int64_t cycle = 0; cycle < n_cycles; ++cycle, cycle_len *= cycle_mult) {
    all += cycle_len;
    if (all > most || cycle_len > most)
      throw state_error("learner.cycles", {.call = "Learner::fit_sgdr",
                                           .expected = {"cycles of at most ", most, " epochs together"},
                                           .got = {"more after ", cycle + 1, " of ", n_cycles, " cycles"},
                                           .fix = "use fewer cycles, or a smaller cycle_mult"});
  }
  return all;
}

FASTXX_INLINE ParamScheduler sgdr(OptimizerInterface const& opt, Rates const& lr_max, std::int64_t n_cycles,
                                  std::int64_t cycle_len, std::int64_t cycle_mult) {
  auto const maxima = lr_max.for_groups(opt.n_groups());
  auto const all = static_cast<double>(sgdr_epochs(n_cycles, cycle_len, cycle_mult));
  std::vector<double> ends;  // of the cycles, as shares of all epochs
  double end = 0, length = static_cast<double>(cycle_len);
  for (std::int64_t cycle = 0; cycle < n_cycles; ++cycle, length *= static_cast<double>(cycle_mult))
    ends.push_back((end += length) / all);
  std::vector<HyperSchedule> schedules;
  for (std::size_t group = 0; group < maxima.size(); ++group)
    schedules.push_back({"lr",
                         [ends, falls = SchedCos{maxima[group], 0}](double pos) {
                           std::size_t cycle = 0;
                           while (cycle + 1 < ends.size() && pos >= ends[cycle]) ++cycle;
                           double const begin = cycle == 0 ? 0 : ends[cycle - 1];
                           return falls((pos - begin) / (ends[cycle] - begin));
                         },
                         group});
  return ParamScheduler(std::move(schedules));
}

FASTXX_INLINE void check_fine_tune(std::int64_t epochs, FineTuneOptions const& options) {
  auto const refuse = [](char const* expected, double got) {
    throw state_error("learner.fine_tune",
                      {.call = "Learner::fine_tune", .expected = expected, .got = std::to_string(got)});
  };
  if (epochs < 0) refuse("0 epochs or more", static_cast<double>(epochs));
  if (options.freeze_epochs < 0) refuse("0 freeze_epochs or more", static_cast<double>(options.freeze_epochs));
  if (!(options.pct_start >= 0 && options.pct_start <= 1)) refuse("a pct_start of 0 to 1", options.pct_start);
  for (double const divisor : {options.lr_mult, options.div, options.div_final})
    if (!(divisor > 0)) refuse("lr_mult, div and div_final above 0", divisor);
  if (!std::isfinite(options.base_lr)) refuse("a base_lr that is a number", options.base_lr);
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
