#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/low/transform/context.hpp>
#include <fastxx/mid/data/stream.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/predictions.hpp>

#include <cstdint>
#include <utility>

namespace fastxx {

namespace detail {

// One epoch of a loader as it is: no other order, no other transforms.
template <class Loader>
class OneEpoch {
 public:
  OneEpoch(Loader& loader, std::int64_t epoch) : loader_(&loader), epoch_(epoch) {}
  auto stream() const { return make_stream(*loader_); }
  std::int64_t epoch() const { return epoch_; }

 private:
  Loader* loader_;
  std::int64_t epoch_;
};

void check_tta(TtaOptions const& options);

// The predictions of all passes, and of the plain one, made one.
class TtaTotal {
 public:
  explicit TtaTotal(TtaOptions const& options) : options_(options) { check_tta(options); }

  void add(Predictions const& pass);
  Predictions with(Predictions plain) const;

 private:
  // Random transforms must refuse no item that the others take.
  void require_same_items(Predictions const& pass) const;

  TtaOptions options_;
  Tensor total_;
  SkippedItems skipped_;
};

}  // namespace detail

/// Test-time augmentation: predictions for the items of a loader, `n` times with the random transforms of training, and
/// once without. Their average is blended with the plain ones, whose share is beta; or the largest of all is taken.
///
/// Shapes:  as get_preds; losses and decoded are left undefined
/// Errors:  state_error [tta.options]; data_error [tta.skipped] when a pass leaves other items out than the plain one
/// Source:  fastai 2.7.18 learner.py Learner.tta (TR-72); differs: always one blend, not both parts of it
/// Example: examples/doc/training.cpp
template <class Learner, class Loader>
Predictions tta_of(Learner& learn, Loader& loader, TtaOptions const& options) {
  constexpr bool ours = requires { loader.new_with(loader.options()); };
  static_assert(
      ours,
      "fastxx::Learner::tta(dl): random transforms belong to a fastxx::DataLoader, as dls.valid() is; a foreign "
      "loader has get_preds(dl)");
  detail::TtaTotal total(options);
  if constexpr (ours) {
    auto as_training = loader.options();
    as_training.shuffle = false;
    as_training.drop_last = false;
    as_training.split_idx = Split::train;
    auto const augmented = loader.new_with(as_training);
    for (std::int64_t pass = 0; pass < options.n; ++pass) {
      detail::OneEpoch<decltype(augmented)> const epoch(augmented, pass);
      total.add(learn.get_preds(epoch));
    }
  }
  return total.with(learn.get_preds(loader));
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/tta.ipp>
#endif
