#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/state.hpp>

namespace fastxx {

/// Batch normalisation whose parameters do not train uses its running statistics in training too, and leaves them as they
/// are. Norms in frozen groups train all the same unless `learn.train_bn = false` was said first.
///
/// Source:  fastai 2.7.18 callback/training.py BnFreeze, set_bn_eval
/// Example: examples/doc/callback.cpp
struct BnFreeze {
  void before_train(TrainState& learn) const;
};

/// Dropout stays on while the model predicts: the spread of several get_preds says how sure it is.
///
/// Source:  fastai 2.7.18 callback/preds.py MCDropoutCallback
/// Example: examples/doc/callback.cpp
struct MCDropout {
  void before_validate(TrainState& learn) const { set_dropout(learn, true); }
  void after_validate(TrainState& learn) const { set_dropout(learn, false); }

 private:
  static void set_dropout(TrainState& learn, bool on);
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/layer_modes.ipp>
#endif
