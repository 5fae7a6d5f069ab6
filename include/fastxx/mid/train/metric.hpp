#pragma once

#include <cctype>
#include <cmath>
#include <concepts>
#include <fastxx/low/core/parts.hpp>
#include <fastxx/low/core/type_name.hpp>
#include <fastxx/low/nn/loss.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace fastxx {

/// What a metric gives at the end of a phase; nothing when it is not defined (no items, an empty union).
using MetricValue = std::optional<double>;

/// A metric: `reset()` before each phase it measures, `accumulate(learn)` after each batch (it reads `learn.pred`,
/// `learn.y()`, `learn.loss`), `value()` at the end. Its column is called `name()`, or its type's name in snake_case.
///
/// Source:  fastai 2.7.18 learner.py Metric (M-23)
/// Example: examples/doc/metric.cpp
template <class M>
concept MetricLike = requires(M& metric) {
  metric.reset();
  { metric.value() } -> std::convertible_to<MetricValue>;
};

namespace detail {
// The type's own name, without namespaces: "Dice" for my::Dice.
template <class T>
std::string own_name() {
  std::string const name = type_name<T>();
  auto const end = name.find('<');
  auto const colon = name.rfind("::", end);
  return colon == std::string::npos ? name : name.substr(colon + 2);
}
}  // namespace detail

/// "BrierScore" to "brier_score".
inline std::string snake_case(std::string const& name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto const c = static_cast<unsigned char>(name[i]);
    bool const starts_word = std::isupper(c) && i > 0 && !std::isupper(static_cast<unsigned char>(name[i - 1]));
    if (starts_word) text += '_';
    text += static_cast<char>(std::tolower(c));
  }
  return text;
}

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
  if constexpr (std::is_arithmetic_v<Result>)
    return static_cast<double>(result);
  else
    return result.template item<double>();
}
}  // namespace detail

/// The average of `function(prediction, target)` over batches, weighted by their sizes.
///
/// Source:  fastai 2.7.18 learner.py AvgMetric
/// Example: examples/doc/metric.cpp
template <class Function>
class AvgMetric {
 public:
  explicit AvgMetric(Function function, std::string name = "")
      : function_(std::move(function)), name_(std::move(name)) {}

  void reset() { total_ = 0, count_ = 0; }
  template <class Learner>
  void accumulate(Learner const& learn) {
    auto const n = static_cast<double>(learn.y().size(0));
    total_ += detail::to_double(function_(learn.pred, learn.y())) * n;
    count_ += n;
  }
  MetricValue value() const { return count_ > 0 ? MetricValue(total_ / count_) : std::nullopt; }
  std::string name() const {
    if (!name_.empty()) return name_;
    std::string type = detail::own_name<Function>();
    if (type.ends_with("_t")) type.resize(type.size() - 2);  // function objects are named after their type
    return type.find_first_of("<({ ") == std::string::npos ? snake_case(type) : "metric";
  }

 private:
  Function function_;
  std::string name_;
  double total_ = 0;
  double count_ = 0;
};

/// The average loss over a phase, weighted by batch size.
///
/// Source:  fastai 2.7.18 learner.py AvgLoss
class AvgLoss {
 public:
  void reset() { total_ = 0, count_ = 0; }
  void add(double loss, std::int64_t batch_size) {
    total_ += loss * static_cast<double>(batch_size);
    count_ += static_cast<double>(batch_size);
  }
  MetricValue value() const { return count_ > 0 ? MetricValue(total_ / count_) : std::nullopt; }

 private:
  double total_ = 0;
  double count_ = 0;
};

/// Exponential average of batch losses, corrected for its start at zero.
///
/// Source:  fastai 2.7.18 learner.py AvgSmoothLoss (TR-57)
class AvgSmoothLoss {
 public:
  explicit AvgSmoothLoss(double beta = 0.98) : beta_(beta) {}
  void reset() { value_ = 0, count_ = 0; }
  void add(double loss) {
    ++count_;
    value_ = loss + (value_ - loss) * beta_;
  }
  MetricValue value() const { return count_ > 0 ? MetricValue(value_ / (1 - std::pow(beta_, count_))) : std::nullopt; }

 private:
  double beta_;
  double value_ = 0;
  int count_ = 0;
};

/// Share of predictions whose largest score is the target's class.
///
/// Shapes:  prediction (N,...,C), target (N,...)
/// Source:  fastai 2.7.18 metrics.py accuracy
/// Example: examples/doc/metric.cpp
struct accuracy_t {
  Tensor operator()(Tensor const& prediction, Tensor const& target) const {
    auto const [guess, truth] = flatten_check(prediction.argmax(-1), target);
    return guess.eq(truth).to(at::kFloat).mean();
  }
};
inline constexpr accuracy_t accuracy{};

/// 1 - accuracy.
///
/// Source:  fastai 2.7.18 metrics.py error_rate
struct error_rate_t {
  Tensor operator()(Tensor const& prediction, Tensor const& target) const {
    return accuracy(prediction, target).neg().add(1);
  }
};
inline constexpr error_rate_t error_rate{};

/// Overlap of a binary segmentation: 2 * intersection / (pred + target), over the whole phase.
///
/// Shapes:  prediction (N,C,H,W) scores, target (N,H,W) of 0 and 1
/// Source:  fastai 2.7.18 metrics.py Dice (M-25)
/// Example: examples/doc/metric.cpp
class Dice {
 public:
  explicit Dice(std::int64_t axis = 1) : axis_(axis) {}
  void reset() { intersection_ = 0, both_ = 0; }
  template <class Learner>
  void accumulate(Learner const& learn) {
    auto const [guess, truth] = flatten_check(learn.pred.argmax(axis_), learn.y());
    intersection_ += guess.mul(truth).to(at::kFloat).sum().template item<double>();
    both_ += guess.add(truth).to(at::kFloat).sum().template item<double>();
  }
  MetricValue value() const { return both_ > 0 ? MetricValue(2 * intersection_ / both_) : std::nullopt; }

 private:
  std::int64_t axis_;
  double intersection_ = 0;
  double both_ = 0;
};

struct MetricsPart {};

namespace detail {
template <class M>
auto make_metric(M metric) {
  if constexpr (MetricLike<M>) {
    return metric;
  } else {
    static_assert(std::is_invocable_v<M const&, Tensor const&, Tensor const&>,
                  "fastxx::metrics(...): a metric is a function of (prediction, target), or a type with reset(), "
                  "accumulate(learn) and value()");
    return AvgMetric<M>(std::move(metric));
  }
}
}  // namespace detail

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
