#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/metrics/weights.hpp>
#include <fastxx/mid/train/metric_value.hpp>
#include <fastxx/mid/train/ranks.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace fastxx::detail {
class ClassesOfBatch;
}

namespace fastxx {

/// One class against all others: how many items were rightly and wrongly called it, and rightly and wrongly not.
///
/// Source:  scikit-learn's multilabel_confusion_matrix
/// Example: examples/doc/metrics.cpp
struct OneClass {
  double hits = 0, false_alarms = 0, misses = 0, rejections = 0;

  double predicted() const { return hits + false_alarms; }
  double actual() const { return hits + misses; }
};

/// What the metrics of classes are made of: the confusion matrix of all items. Its memory follows the number of classes,
/// not of items. For items with several labels there is one matrix of two classes for each label.
///
/// Source:  own design
/// Example: examples/doc/metrics.cpp
struct Counts {
  bool several_labels = false;
  std::int64_t size = 0;           ///< of classes, or of labels
  double items = 0;                ///< how many items (pixels, tokens) were counted, or the sum of their weights
  std::vector<double> cells = {};  ///< [actual][predicted], or [label][actual][predicted]
  double sum_over_items = 0;       ///< of what CountOptions::per_item gave

  /// How many items of class `actual` were predicted to be of class `predicted`; 0 for others.
  double at(std::int64_t actual, std::int64_t predicted) const;
  /// Each class, or each label, against the rest.
  std::vector<OneClass> each() const;
  void grow(std::int64_t n);
};

/// How predictions become counts.
///
/// Source:  own design
struct CountOptions {
  std::int64_t axis = -1;                                ///< where the scores of an item's classes are
  std::optional<std::int64_t> ignore_index = {};         ///< items with this target are not counted
  std::int64_t most_classes = 0;                         ///< more are an error; 0: any number
  bool several_labels = false;                           ///< each item has a target of 0 or 1 for each label
  double thresh = 0.5;                                   ///< a label is predicted from this probability on
  bool sigmoid = true;                                   ///< what the model gives becomes probabilities
  std::vector<std::int64_t> labels = {};                 ///< only these labels, where there are several; none: all
  std::function<double(OneClass const&)> per_item = {};  ///< of the labels of one item, added up in sum_over_items
  Tensor sample_weight = {};                             ///< of each item of the validation set, in its order
};

/// A metric that is a function of the confusion matrix: F1Score(), CohenKappa(), DiceMulti() and others are made of it,
/// and so may be your own. Scores become classes by argmax over `axis` (labels by `thresh`); whole numbers and bools are
/// taken as classes (labels) that have been decided. A value that is no number counts as not defined.
///
/// With a `.sample_weight` each item counts as often as its weight says, and not at all with 0. The weights are those of
/// the validation set in its order: (items), or (items,...) as the targets; with several ranks each has those of its own
/// items. Batches of training are left out then, and so are those of get_preds.
///
/// Shapes:  scores (N,C) or with C on `axis`, or classes (N,...); targets (N,...); with several labels both (N,L)
/// Dtypes:  floating scores; targets that are whole numbers; with several labels targets of 0 and 1 of any type
/// Runs:    decides on the predictions' device, the metrics of a Learner once for all of them; counts on the CPU; adds up
///          over ranks, one call of Ranks::sum for each cell
/// Errors:  tensor_error [metric.shape], [metric.dtype], [metric.target] outside of the classes, [metric.nan],
///          [metric.classes] when there are too many, [metric.thresh]; state_error [metric.weights] for weights below 0
///          or not finite, and when they are not as many as items
/// Source:  own design; fastai keeps all predictions and gives them to scikit-learn
/// Example: examples/doc/metrics.cpp
class CountMetric : public detail::WeightedMetric {
 public:
  using Function = std::function<MetricValue(Counts const&)>;

  CountMetric(std::string name, Function function, CountOptions options = {});

  void reset();
  void accumulate(TrainState const& learn);
  /// One more batch; predictions as get_preds gives them, behind the loss's activation.
  void add(Tensor const& preds, Tensor const& targs) { add_batch(preds, targs, nullptr); }
  void reduce(Ranks const& ranks);
  MetricValue value() const;
  Counts const& counts() const { return counts_; }
  /// Of these predictions alone.
  MetricValue operator()(Tensor const& preds, Tensor const& targs) const;

 private:
  struct Range {
    std::int64_t lowest = std::numeric_limits<std::int64_t>::max(), highest = std::numeric_limits<std::int64_t>::min();
    void take_in(std::int64_t x) { lowest = x < lowest ? x : lowest, highest = x > highest ? x : highest; }
  };
  void require_scores(Tensor const& preds, Tensor const& targs) const;
  Tensor decided(Tensor const& preds) const;  // flat, on the CPU
  void make_room(std::int64_t classes, Range predicted, Range actual);
  void add_classes(Tensor const& preds, Tensor const& targs, double const* weights, detail::ClassesOfBatch* shared);
  void check_labels(Tensor const& preds, Tensor const& targs) const;
  void add_batch(Tensor const& preds, Tensor const& targs, detail::ClassesOfBatch* shared);
  void add_labels(Tensor const& preds, Tensor const& targs, double const* weights);

  Function function_;
  CountOptions options_;
  Counts counts_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/metrics/counts.ipp>
#endif
