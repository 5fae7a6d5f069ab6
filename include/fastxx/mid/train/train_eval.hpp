#pragma once

#include <fastxx/mid/train/state.hpp>

namespace fastxx {

/// Switches the model between training and evaluation, and counts how far training is.
///
/// Source:  fastai 2.7.18 callback/core.py TrainEvalCallback (TR-60)
struct TrainEvalCallback {
  static constexpr int order = -10;

  void before_fit(TrainState& learn) {
    learn.train_iter = 0;
    learn.pct_train = 0;
    learn.module().to(learn.device());
  }
  void before_train(TrainState& learn) {
    learn.pct_train = static_cast<double>(learn.epoch) / static_cast<double>(learn.n_epoch);
    learn.training = true;
    learn.module().train();
  }
  void after_batch(TrainState& learn) {
    if (!learn.training) return;
    learn.pct_train += 1.0 / (static_cast<double>(learn.n_iter) * static_cast<double>(learn.n_epoch));
    ++learn.train_iter;
  }
  void before_validate(TrainState& learn) {
    learn.training = false;
    learn.module().eval();
  }
};

}  // namespace fastxx
