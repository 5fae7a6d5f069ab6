#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <functional>
#include <string>
#include <utility>

namespace fastxx {

/// The average of a number that the loss keeps, weighted by batch size: `metrics(LossMetric(&GanLoss::gen_loss,
/// "gen_loss"))`, one for each number.
///
/// Errors:  state_error [metric.loss] when the loss is of another class
/// Source:  fastai 2.7.18 metrics.py LossMetric, LossMetrics; differs: a member, not a name; another loss is an error, not 0
/// Example: examples/doc/metrics.cpp
template <class Loss, class Number>
class LossMetric : public AvgLoss {
 public:
  LossMetric(Number Loss::*member, std::string name) : member_(member), name_(std::move(name)) {}

  std::string name() const { return name_; }
  template <class Learner>
  void accumulate(Learner const& learn) {
    auto const* const loss = learn.loss_func.template get<Loss>();
    if (loss == nullptr)
      throw state_error("metric.loss", {.call = "metric " + name_,
                                        .expected = "a loss_func of class " + type_name<Loss>(),
                                        .got = "another one",
                                        .fix = "name a member of the Learner's loss"});
    add(detail::to_double(loss->*member_), learn.batch_size());
  }

 private:
  Number Loss::*member_;
  std::string name_;
};

/// Whatever a function says at the end of a phase: `metrics(ValueMetric([&] { return gate.temperature; },
/// "temperature"))`. With several ranks each shows its own.
///
/// Source:  fastai 2.7.18 learner.py ValueMetric
/// Example: examples/doc/metrics.cpp
class ValueMetric {
 public:
  ValueMetric(std::function<MetricValue()> value, std::string name)
      : value_(std::move(value)), name_(std::move(name)) {}

  std::string const& name() const { return name_; }
  void reset() {}
  void accumulate(TrainState const&) {}
  void reduce(Ranks const&) {}
  MetricValue value() const { return value_(); }

 private:
  std::function<MetricValue()> value_;
  std::string name_;
};

}  // namespace fastxx
