#pragma once

#include <fastxx/low/arguments/parts.hpp>
#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/hana.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/metric_value.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cmath>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A metric: `reset()` before each phase it measures, `accumulate(learn)` after each batch (it reads `learn.pred`,
/// `learn.y()`, `learn.loss`), `value()` at the end; for training on several ranks `reduce(Ranks const&)`, which adds up
/// its totals; `serialize(archive)` where it keeps something from one phase to the next. Its column is called `name()`, or
/// its type's name in snake_case.
///
/// Source:  fastai 2.7.18 learner.py Metric (M-23)
/// Example: examples/doc/metric.cpp
template <class M>
concept MetricLike = requires(M& metric) {
  metric.reset();
  { metric.value() } -> std::convertible_to<MetricValue>;
};

namespace detail {
// A type's own name, without namespaces: "Dice" for my::Dice.
std::string own_name(std::string const& type_name);
template <class T>
std::string own_name() {
  return own_name(type_name<T>());
}
// "accuracy" of accuracy_t; "metric" of what has no name, such as a lambda.
std::string function_name(std::string type);
template <class F>
std::string function_name() {
  return function_name(own_name<F>());
}
}  // namespace detail

/// "BrierScore" to "brier_score".
std::string snake_case(std::string const& name);

namespace detail {
template <class Metric>
std::string metric_name(Metric const& metric) {
  if constexpr (requires { metric.name(); })
    return metric.name();
  else
    return snake_case(own_name<Metric>());
}

// A number from what a metric function returned: a number or a tensor of one element.
template <class Result>
double to_double(Result const& result) {
  constexpr bool is_tensor = std::is_base_of_v<Tensor, Result>;
  static_assert(std::is_arithmetic_v<Result> || is_tensor,
                "fastxx::metrics(f): f(prediction, target) must return a number or a tensor of one element");
  if constexpr (std::is_arithmetic_v<Result>)
    return static_cast<double>(result);
  else if constexpr (is_tensor)
    return result.template item<double>();
  else
    return 0;
}

// Two tensors of numbers whose shapes differ but broadcast to something larger: (32) and (32,1) become (32,32), which is
// never what a loss or a metric means.
bool would_enlarge(Tensor const& prediction, Tensor const& target);

[[noreturn]] void refuse_shapes(std::string call, Tensor const& prediction, Tensor const& target);
}  // namespace detail

/// The average loss over a phase, weighted by batch size.
///
/// Source:  fastai 2.7.18 learner.py AvgLoss
class AvgLoss {
 public:
  void reset() { total_ = 0, count_ = 0; }
  void add(double value, std::int64_t batch_size);
  void reduce(Ranks const& ranks) { total_ = ranks.sum_of(total_), count_ = ranks.sum_of(count_); }
  MetricValue value() const { return count_ > 0 ? MetricValue(total_ / count_) : std::nullopt; }

 private:
  double total_ = 0;
  double count_ = 0;
};

namespace detail {
// What AvgMetric is without its function, compiled once for all of them.
class BatchAverage : public AvgLoss {
 public:
  std::string name() const;

 protected:
  BatchAverage(std::string name, std::size_t target, std::string (*function)())
      : name_(std::move(name)), function_(function), target_(target) {}

  // The target of the batch that is measured, when its shape fits the prediction or need not.
  Tensor const& target_for(Tensor const& prediction, std::vector<Tensor> const& targets, bool flattens) const;
  void require(bool good, std::size_t n_targets) const;
  // What libtorch says against the function, with what it was given.
  [[noreturn]] [[gnu::cold]] void refuse(c10::Error const& error, Tensor const& prediction,
                                         std::vector<Tensor> const& targets) const;

 private:
  std::string name_;
  std::string (*function_)();  // the name of the function's type
  std::size_t target_;
};
}  // namespace detail

/// The average of `function(prediction, targets...)` over batches, weighted by their sizes. A function of two arguments
/// gets the target number `target`. Where that average is not what is meant, the function says what is, by a member
/// `metric()`: `metrics(rmse)` measures `rmse.metric()`.
///
/// Errors:  tensor_error [learner.shapes] when both are floating and would be broadcast, unless the function says
///          `static constexpr bool flattens = true`; [metric.targets], [metric.failed] for what libtorch
///          says against the function
/// Source:  fastai 2.7.18 learner.py AvgMetric
/// Example: examples/doc/metric.cpp
template <class Function>
class AvgMetric : public detail::BatchAverage {
 public:
  explicit AvgMetric(Function function, std::string name = "", std::size_t target = 0)
      : BatchAverage(std::move(name), target, &detail::own_name<Function>), function_(std::move(function)) {}

  void accumulate(TrainState const& learn) {
    auto const targets = learn.targets();
    try {
      add(value_of(learn.pred, targets), learn.batch_size());
    } catch (c10::Error const& error) {
      refuse(error, learn.pred, targets);
    }
  }

 private:
  static constexpr bool flattens() {
    if constexpr (requires { Function::flattens; }) return Function::flattens;
    return false;
  }
  double value_of(Tensor const& prediction, std::vector<Tensor> const& targets) const {
    if constexpr (std::is_invocable_v<Function const&, Tensor const&, Tensor const&>) {
      return detail::to_double(function_(prediction, target_for(prediction, targets, flattens())));
    } else {
      require(targets.size() == 2, targets.size());
      return detail::to_double(function_(prediction, targets[0], targets[1]));
    }
  }

  Function function_;
};

/// Exponential average of batch losses, corrected for its start at zero.
///
/// Source:  fastai 2.7.18 learner.py AvgSmoothLoss (TR-57)
class AvgSmoothLoss {
 public:
  explicit AvgSmoothLoss(double beta = 0.98) : beta_(beta) {}
  void reset() { value_ = 0, count_ = 0; }
  void add(double loss);
  MetricValue value() const { return count_ > 0 ? MetricValue(value_ / (1 - std::pow(beta_, count_))) : std::nullopt; }
  void serialize(auto& archive) { archive("value", value_), archive("count", count_); }

 private:
  double beta_;
  double value_ = 0;
  int count_ = 0;
};

/// Share of predictions whose largest score is the target's class.
///
/// Shapes:  prediction (N,...,C), or with C on `axis`; target (N,...)
/// Source:  fastai 2.7.18 metrics.py accuracy
/// Example: examples/doc/metric.cpp
struct accuracy_t {
  std::int64_t axis = -1;
  Tensor operator()(Tensor const& prediction, Tensor const& target) const;
};
inline constexpr accuracy_t accuracy{};

/// 1 - accuracy.
///
/// Source:  fastai 2.7.18 metrics.py error_rate
struct error_rate_t {
  std::int64_t axis = -1;
  Tensor operator()(Tensor const& prediction, Tensor const& target) const;
};
inline constexpr error_rate_t error_rate{};

/// A metric whose type nobody needs to know any more.
///
/// Source:  own design
/// Example: examples/doc/metric.cpp
class AnyMetric {
 public:
  virtual ~AnyMetric() = default;
  virtual void reset() = 0;
  virtual void accumulate(TrainState& state) = 0;
  /// Add up the totals of all ranks.
  virtual void reduce(Ranks const& ranks) = 0;
  virtual MetricValue value() const = 0;
  virtual std::string name() const = 0;
  /// A copy with its totals; nothing when the metric cannot be copied.
  virtual std::shared_ptr<AnyMetric> clone() const = 0;
  /// How its state is saved, where it has a serialize(archive): what it keeps from one phase to the next.
  virtual detail::StateHandlers const* state() const { return nullptr; }
  virtual void* object() { return nullptr; }
};

struct MetricsPart {};

namespace detail {
template <class M>
auto make_metric(M metric) {
  if constexpr (MetricLike<M>) {
    return metric;
  } else if constexpr (requires { metric.metric(); }) {
    return metric.metric();
  } else {
    constexpr bool ok = std::is_invocable_v<M const&, Tensor const&, Tensor const&> ||
                        std::is_invocable_v<M const&, Tensor const&, Tensor const&, Tensor const&>;
    constexpr bool function = std::is_function_v<std::remove_pointer_t<M>>;
    static_assert(ok || !function,
                  "fastxx::metrics(f): a pointer to a function has lost its default arguments; write metrics([]("
                  "at::Tensor const& pred, at::Tensor const& targ) { return at::mse_loss(pred, targ); }); a "
                  "metric of the library's that has options is called: metrics(F1Score())");
    static_assert(ok || function,
                  "fastxx::metrics(...): a metric is a function of (prediction, target), or a type with reset(), "
                  "accumulate(learn) and value()");
    if constexpr (ok)
      return AvgMetric<M>(std::move(metric));
    else
      return AvgMetric(accuracy);
  }
}

// A metric that takes the TrainState is compiled once for all learners.
template <class M>
concept TakesState = requires(M& metric, TrainState& state) {
  typename std::void_t<decltype(&M::accumulate)>;
  metric.accumulate(state);
};

template <class M, class Learner>
class MetricAdapter final : public AnyMetric {
 public:
  explicit MetricAdapter(M metric) : metric_(std::move(metric)) {}
  void reset() override { metric_.reset(); }
  void accumulate(TrainState& state) override {
    if constexpr (std::is_same_v<Learner, TrainState>)
      metric_.accumulate(state);
    else
      metric_.accumulate(static_cast<Learner&>(state));
  }
  void reduce([[maybe_unused]] Ranks const& ranks) override {
    if constexpr (requires { metric_.reduce(ranks); })
      metric_.reduce(ranks);
    else if (ranks.size > 1)
      throw state_error("metric.ranks", {.call = "metric " + name(),
                                         .expected = "a member reduce(Ranks const&) that adds up its totals",
                                         .got = "none, on " + std::to_string(ranks.size) + " ranks",
                                         .fix = "write it: total = ranks.sum_of(total)"});
  }
  MetricValue value() const override { return metric_.value(); }
  std::string name() const override { return metric_name(metric_); }
  std::shared_ptr<AnyMetric> clone() const override {
    if constexpr (std::is_copy_constructible_v<M>)
      return std::make_shared<MetricAdapter>(metric_);
    else
      return nullptr;
  }
  StateHandlers const* state() const override { return state_handlers<M>(); }
  void* object() override { return &metric_; }

 private:
  M metric_;
};

// Copies are metrics of their own, with the same totals.
class MetricHandle {
 public:
  explicit MetricHandle(std::shared_ptr<AnyMetric> metric) : held_(std::move(metric)) {}
  MetricHandle(MetricHandle const& other);
  MetricHandle(MetricHandle&&) = default;
  MetricHandle& operator=(MetricHandle other);
  AnyMetric* operator->() const { return held_.get(); }

 private:
  std::shared_ptr<AnyMetric> held_;
};

template <class Learner, class M>
std::shared_ptr<AnyMetric> erase_metric(M metric) {
  return std::make_shared<MetricAdapter<M, std::conditional_t<TakesState<M>, TrainState, Learner>>>(std::move(metric));
}
}  // namespace detail

/// A metric of the target number `target`, where a batch has several, and under a name of yours:
/// `metrics(on_target(1, accuracy), on_target(0, F1Score(), "F1 of kinds"))`.
///
/// Source:  own design
/// Example: examples/doc/metric.cpp
template <class Metric>
auto on_target(std::size_t target, Metric metric, std::string name = "") {
  if constexpr (requires { metric.choose(target, name); }) {
    metric.choose(target, std::move(name));
    return metric;
  } else if constexpr (requires { metric.metric(); }) {
    return on_target(target, metric.metric(), std::move(name));
  } else {
    return AvgMetric<Metric>(std::move(metric), std::move(name), target);
  }
}

/// Metrics of a Learner: functions of (prediction, target), which are averaged over items, or metric objects.
///
/// Source:  fastai 2.7.18 learner.py mk_metric
/// Example: examples/doc/metric.cpp
template <class... Metrics>
auto metrics(Metrics... list) {
  using List = hana::tuple<decltype(detail::make_metric(std::move(list)))...>;
  return Part<MetricsPart, List>{List(detail::make_metric(std::move(list))...)};
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/metric.ipp>
#endif
