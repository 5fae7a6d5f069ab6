#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// One hyper-parameter and its value at each point of training (0 at the first batch, 1 after the last).
struct HyperSchedule {
  std::string hyper;
  std::function<double(double)> schedule;
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

  template <class Learner>
  void before_batch(Learner& learn) {
    for (auto const& [hyper, schedule] : schedules_) learn.opt->set_hyper(hyper, schedule(learn.pct_train));
  }

 private:
  std::vector<HyperSchedule> schedules_;
};

}  // namespace fastxx
