#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/torch/tensor.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/predictions.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

/// A batch as CollectData keeps it: copies on the CPU, without a graph. What the batch did not come to is undefined.
///
/// Source:  own design
/// Example: examples/doc/collect.cpp
struct CollectedBatch {
  bool training = false;
  std::vector<Tensor> inputs = {}, targets = {};
  Tensor pred = {}, loss = {};
};

/// Settings of CollectData.
struct CollectDataOptions {
  std::size_t max_batches = 1000;  ///< those that come later are not kept
};

/// Keeps every batch of a fit with what the model said and the loss, mainly for tests. Copies share what was collected:
/// `CollectData collected; learn.fit(1, callbacks(collected)); collected.batches()`.
///
/// Memory grows by all that the batches are, up to max_batches; more than these set `complete()` to false. Each fit
/// begins anew; evaluations and lr_find are left out.
/// Source:  fastai 2.7.18 callback/data.py CollectDataCallback; differs: max_batches
/// Example: examples/doc/collect.cpp
class CollectData {
 public:
  explicit CollectData(CollectDataOptions const& options = {}) : options_(options) {}

  std::vector<CollectedBatch> const& batches() const { return collected_->batches; }
  /// Whether all batches of the last fit are there.
  bool complete() const { return collected_->complete; }

  void before_fit(TrainState& learn);
  void after_batch(TrainState& learn);

 private:
  struct Collected {
    std::vector<CollectedBatch> batches = {};
    bool complete = true;
  };
  CollectDataOptions options_;
  std::shared_ptr<Collected> collected_ = std::make_shared<Collected>();
};

/// Settings of FetchPreds.
struct FetchPredsOptions {
  bool train = false;           ///< of the training items instead of those of validation
  PredictionOptions with = {};  ///< what else is gathered
};

namespace detail {
struct LearnersOwnLoader {};
template <class Loader>
inline constexpr bool is_learners_own_v = std::is_same_v<Loader, LearnersOwnLoader>;
}  // namespace detail

/// Gets the model's predictions after each validation of a fit: those for the learner's validation items, with
/// `.train` for its training items, or for a loader of your own, `FetchPreds(dl)`. Copies share them:
/// `FetchPreds fetched; learn.fit(1, callbacks(fetched)); fetched.preds().preds`.
///
/// Runs:    get_preds, once an epoch
/// Errors:  those of get_preds
/// Source:  fastai 2.7.18 callback/core.py FetchPredsCallback; differs: takes no callbacks off, since those that ship know
///          an evaluation in an event from a fit
/// Example: examples/doc/collect.cpp
template <class Loader = detail::LearnersOwnLoader>
class FetchPreds {
  static constexpr bool own = detail::is_learners_own_v<Loader>;

 public:
  explicit FetchPreds(FetchPredsOptions const& options = {}) requires(detail::is_learners_own_v<Loader>)
      : options_(options) {}
  explicit FetchPreds(Loader loader, PredictionOptions const& with = {}) requires(!detail::is_learners_own_v<Loader>)
      : loader_(std::move(loader)), options_{.with = with} {}

  /// Those of the last epoch.
  Predictions const& preds() const { return *preds_; }

  void after_validate(auto& learn) {
    if (detail::leaves_no_trace(learn)) return;
    if constexpr (!own)
      *preds_ = learn.get_preds(loader_, options_.with);
    else
      *preds_ = options_.train ? learn.get_preds(learn.dls.train(), options_.with) : learn.get_preds(options_.with);
  }

 private:
  [[no_unique_address]] Loader loader_ = {};
  FetchPredsOptions options_;
  std::shared_ptr<Predictions> preds_ = std::make_shared<Predictions>();
};
FetchPreds()->FetchPreds<>;
FetchPreds(FetchPredsOptions)->FetchPreds<>;
template <class Loader>
FetchPreds(Loader, PredictionOptions) -> FetchPreds<Loader>;

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/collect.ipp>
#endif
