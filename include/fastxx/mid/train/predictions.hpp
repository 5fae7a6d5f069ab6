#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/plan.hpp>
#include <fastxx/mid/data/skipped.hpp>
#include <fastxx/mid/train/batch.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// What a model says about every item of a loader, on the CPU and in the order of its dataset.
///
/// Shapes:  preds (n,...), after the loss's activation, (0,...) where they are not wanted; targs (n,...), the first target,
///          undefined without targets; losses (n), one per item, when the loss can give them; decoded (n,...) and inputs
///          when asked for
/// Source:  fastai 2.7.18 learner.py get_preds (H-44, TR-17, TR-71)
/// Example: examples/doc/learner.cpp
struct Predictions {
  Tensor preds = {};
  Tensor targs = {};
  Tensor losses = {};
  Tensor decoded = {};
  std::vector<Tensor> inputs = {};     ///< one for each input that is a tensor
  std::vector<Tensor> all_targs = {};  ///< one for each target that is a tensor
  SkippedItems skipped = {};           ///< items that have no row, because they were left out

  /// The item of the dataset that a row is about: the row's number, unless items before it were left out.
  std::int64_t item_of(std::int64_t row) const;
};

namespace detail {

// The parts of Predictions as they come, batch by batch.
class GatherPredictions {
 public:
  explicit GatherPredictions(PredictionOptions const& options) : options_(options) {}

  PredictionOptions const& options() const { return options_; }

  // Whether this batch is of the call that gathers, not of an evaluation that a callback makes inside it.
  bool wants(TrainState const& state);

  void add(TrainState const& state, Tensor const& activated, Tensor const& decoded, Tensor const& losses);

  // At the end of the validation that is gathered.
  void finish(TrainState const& state);

  Predictions joined() const;

 private:
  using Column = std::vector<Tensor>;

  static void add_columns(std::vector<Column>& columns, std::vector<Tensor> const& tensors);
  static Tensor join(Column const& parts, char const* what);

  PredictionOptions options_;
  int level_ = 0;
  Column preds_, losses_, decoded_;
  std::vector<Column> targets_, inputs_;
  SkippedItems skipped_;
};

template <class Learner>
struct Gather {
  static constexpr int order = CallbackOrder::gather;
  GatherPredictions* into;

  void before_validate(TrainState& learn) { learn.gathering = true; }
  void after_batch(Learner& learn) {
    if (!into->wants(learn)) return;
    Tensor const activated = learn.loss_func.activation(learn.pred);
    Tensor const decoded = into->options().with_decoded ? learn.loss_func.decodes(activated) : Tensor();
    Tensor losses;
    if constexpr (std::tuple_size_v < decltype(learn.yb) >> 0)
      if (learn.has_targets())
        losses = std::apply(
            [&](auto const&... y) { return learn.loss_func.items(learn.pred, learn.output, as_model_input(y)...); },
            learn.yb);
    into->add(learn, activated, decoded, losses);
  }
  void after_validate(TrainState& learn) { into->finish(learn); }
};

[[noreturn]] void refuse_empty_loader();

// A loader that gives every item once, in the order of its dataset, as in validation (TR-17).
template <class Loader>
decltype(auto) in_dataset_order(Loader& loader) {
  if constexpr (requires { loader.size() == 0; })
    if (loader.size() == 0) refuse_empty_loader();
  if constexpr (requires { loader.new_with(loader.options()); }) {
    auto options = loader.options();
    options.shuffle = false;
    options.drop_last = false;
    options.split_idx = Split::valid;
    // Items that depend on the plan of their epoch, as those of a language model's stream, cannot do without it.
    if constexpr (!requires(EpochPlan const& plan) { loader.dataset().item(0, CallContext{}, plan); })
      options.plan = {};
    return loader.new_with(options);
  } else {
    return static_cast<Loader&>(loader);
  }
}

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/predictions.ipp>
#endif
