#pragma once

#include <fastxx/mid/train/events.hpp>

namespace fastxx {

/// Switches the model between training and evaluation, and counts how far training is.
///
/// Source:  fastai 2.7.18 callback/core.py TrainEvalCallback (TR-60)
struct TrainEvalCallback {
  static constexpr int order = -10;

  template <class Learner>
  void before_fit(Learner& learn) {
    learn.train_iter = 0;
    learn.pct_train = 0;
    learn.model->to(learn.dls.train().options().device);
  }
  template <class Learner>
  void before_train(Learner& learn) {
    learn.pct_train = static_cast<double>(learn.epoch) / static_cast<double>(learn.n_epoch);
    learn.training = true;
    learn.model->train();
  }
  template <class Learner>
  void after_batch(Learner& learn) {
    if (!learn.training) return;
    learn.pct_train += 1.0 / (static_cast<double>(learn.n_iter) * static_cast<double>(learn.n_epoch));
    ++learn.train_iter;
  }
  template <class Learner>
  void before_validate(Learner& learn) {
    learn.training = false;
    learn.model->eval();
  }
};

}  // namespace fastxx
