#pragma once

#include <fastxx/mid/train/train_eval.hpp>

namespace fastxx {

FASTXX_INLINE void TrainEvalCallback::before_fit(TrainState& learn) {
  learn.train_iter = 0;
  learn.pct_train = 0;
  learn.module().to(learn.device());
}

FASTXX_INLINE void TrainEvalCallback::before_train(TrainState& learn) {
  learn.pct_train = static_cast<double>(learn.epoch) / static_cast<double>(learn.n_epoch);
  learn.training = true;
  learn.module().train();
}

FASTXX_INLINE void TrainEvalCallback::after_batch(TrainState& learn) {
  if (!learn.training) return;
  learn.pct_train += 1.0 / (static_cast<double>(learn.n_iter) * static_cast<double>(learn.n_epoch));
  ++learn.train_iter;
}

FASTXX_INLINE void TrainEvalCallback::before_validate(TrainState& learn) {
  learn.training = false;
  learn.module().eval();
}

}  // namespace fastxx
