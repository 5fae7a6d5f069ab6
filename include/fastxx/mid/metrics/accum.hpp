#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/weights.hpp>
#include <fastxx/mid/train/metric.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What is done to the predictions of a model before an AccumMetric keeps them. binary_softmax keeps the probability of
/// the last of two classes; of a model with one output it is the sigmoid.
///
/// Source:  fastai 2.7.18 metrics.py ActivationType
enum class ActivationType { no, sigmoid, softmax, binary_softmax };

/// How an AccumMetric keeps predictions and calls its function.
///
/// Source:  fastai 2.7.18 metrics.py AccumMetric; differs: to_np is gone, since the function gets tensors
struct AccumOptions {
  std::optional<std::int64_t> dim_argmax = {};     ///< keep the place of the largest score; softmax's axis, else
  ActivationType activation = ActivationType::no;  ///< of what the model gives
  std::optional<double> thresh = {};               ///< keep whether it is at least this
  bool invert_arg = false;                         ///< call f(targets, predictions), as scikit-learn's are
  bool flatten = true;                             ///< keep both flat
  Tensor sample_weight = {};                       ///< of each item of the validation set, in its order
};

/// Any function of all predictions and all targets of a phase, for what is no average over batches: `AccumMetric(f,
/// {.activation = ActivationType::sigmoid})`. It keeps them on the CPU until the next phase begins. The function gets two
/// tensors and gives a number, a tensor of one element or a MetricValue; what is no number counts as not defined.
///
/// With a `.sample_weight` the function gets a third tensor, double: the weight of each prediction, or of each row where
/// they are not flat. The weights are those of the validation set in its order, (items) or (items,...) as the targets; with
/// several ranks each has those of its own items. Batches of training are left out then, and so are those of get_preds. A
/// function of three tensors gets an undefined one where there are no weights.
///
/// Shapes:  predictions as the function wants them, after activation, thresh or argmax; targets as many when flat
/// Errors:  tensor_error [metric.shape], [metric.nan], [metric.thresh]; state_error [metric.weights] for weights below 0 or
///          not finite, when they are not as many as items, and where the function takes none
/// Runs:    with several ranks each gets the others' predictions, one call of Ranks::sum for each number
/// Source:  fastai 2.7.18 metrics.py AccumMetric (M-27)
/// Example: examples/doc/metrics.cpp
class AccumMetric : public detail::WeightedMetric {
 public:
  template <class F>
  static constexpr bool takes_weights = std::is_invocable_v<F const&, Tensor const&, Tensor const&, Tensor const&>;
  /// Of predictions, targets and weights, which are undefined where there are none.
  using Function = std::function<MetricValue(Tensor const&, Tensor const&, Tensor const&)>;

  template <class F>
  requires(std::is_invocable_v<F const&, Tensor const&, Tensor const&> ||
           takes_weights<F>) explicit AccumMetric(F function, AccumOptions options = {}, std::string name = "")
      : AccumMetric(wrapped(std::move(function)), std::move(options),
                    name.empty() ? detail::function_name<F>() : std::move(name), takes_weights<F>) {}

  void reset();
  void accumulate(TrainState const& learn);
  /// One more batch; predictions as get_preds gives them, behind the loss's activation.
  void add(Tensor const& preds, Tensor const& targs);
  void reduce(Ranks const& ranks);
  MetricValue value() const;
  /// Of these predictions alone.
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const;

 private:
  AccumMetric(Function function, AccumOptions options, std::string name, bool weighs);
  template <class F>
  static Function wrapped(F function) {
    return [function = std::move(function)](Tensor const& preds, Tensor const& targs,
                                            [[maybe_unused]] Tensor const& weights) -> MetricValue {
      auto const value = [&] {
        if constexpr (takes_weights<F>)
          return function(preds, targs, weights);
        else
          return function(preds, targs);
      }();
      if constexpr (std::is_convertible_v<decltype(value), MetricValue>)
        return value;
      else
        return detail::to_double(value);
    };
  }

  Tensor activated(Tensor const& preds) const;
  Tensor last_of_two(Tensor const& preds) const;

  Function function_;
  AccumOptions options_;
  std::vector<Tensor> preds_, targs_, weights_;
};

/// What skm_to_fastxx is told.
///
/// Source:  fastai 2.7.18 metrics.py skm_to_fastai
struct SkmOptions {
  bool is_class = true;                           ///< scores become classes, by argmax or by thresh
  std::optional<double> thresh = {};              ///< for several labels: predicted from this probability on
  std::int64_t axis = -1;                         ///< where the scores of an item's classes are
  std::optional<ActivationType> activation = {};  ///< sigmoid with thresh, else no
  bool flatten = true;
  Tensor sample_weight = {};  ///< of each item of the validation set, in its order: f(targets, predictions, weights)
};

/// A function in scikit-learn's order of arguments, f(targets, predictions), as a metric of the whole phase.
///
/// Errors:  tensor_error as AccumMetric's
/// Source:  fastai 2.7.18 metrics.py skm_to_fastai (M-27)
/// Example: examples/doc/metrics.cpp
template <class F>
AccumMetric skm_to_fastxx(F function, SkmOptions const& options = {}, std::string name = "") {
  bool const labels = options.is_class && options.thresh;
  AccumOptions how{.activation = options.activation.value_or(labels ? ActivationType::sigmoid : ActivationType::no),
                   .thresh = options.thresh,
                   .invert_arg = true,
                   .flatten = options.flatten,
                   .sample_weight = options.sample_weight};
  if (options.is_class && !labels) how.dim_argmax = options.axis;
  return AccumMetric(std::move(function), std::move(how), std::move(name));
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/accum.ipp>
#endif
