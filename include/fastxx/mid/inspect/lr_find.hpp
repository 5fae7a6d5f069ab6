#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/seed.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// What the learning-rate finder saw, and the rates it suggests: NaN where the loss never falls, by a ten-thousandth of
/// its size at least, for then there is nothing to suggest (and training refuses to start with it).
///
/// Source:  fastai 2.7.18 callback/schedule.py lr_find, valley, slide, minimum, steep (H-36...H-38, TR-70)
/// Example: examples/doc/learner.cpp
struct LRFindResult {
  std::vector<double> lrs = {};                              ///< tried rates, without the first tenth and the last five
  std::vector<double> losses = {};                           ///< smoothed loss at each
  double valley = std::numeric_limits<double>::quiet_NaN();  ///< in the middle of the longest descent: the default
  double minimum = std::numeric_limits<double>::quiet_NaN();  ///< a tenth of the rate at the smallest loss
  double steep = std::numeric_limits<double>::quiet_NaN();    ///< the rate where the loss falls fastest
  double slide = std::numeric_limits<double>::quiet_NaN();  ///< before the slope of the rise at the end; of 16 rates on

  /// Draw loss against learning rate with the suggestions marked, or the words that there is none.
  std::string plot(std::filesystem::path const& path) const;
};

namespace detail {

void suggest(LRFindResult& result);

// Raises the learning rate batch by batch; a rate that is too high is what we are looking for.
class LRFinder {
 public:
  static constexpr int order = CallbackOrder::lr_finder;

  explicit LRFinder(LRFindOptions const& options) : options_(options), schedule_{options.start_lr, options.end_lr} {}

  void before_batch(TrainState& learn);
  void after_loss(TrainState& learn);
  void before_validate(TrainState&) { throw CancelValidException(); }

 private:
  LRFindOptions options_;
  SchedExp schedule_;
};

// Ends the run when the loss has gone away or enough rates were tried; after the Recorder, whose average it reads.
class LRFinderStop {
 public:
  static constexpr int order = CallbackOrder::lr_finder_stop;

  explicit LRFinderStop(LRFindOptions const& options) : options_(options) {}

  void after_batch(TrainState& learn);

 private:
  LRFindOptions options_;
  double best_ = std::numeric_limits<double>::infinity();
};

// Everything a mock run touches, put back at the end: weights, optimizer, position, recorder, logger, the number of the
// loader's epoch, and the generators that dropout and callbacks draw from.
template <class Learner>
class MockRun {
 public:
  explicit MockRun(Learner& learn)
      : learn_(learn),
        weights_(clone_state(state_dict(learn.module()))),
        optimizer_(learn.opt->state_dict()),
        position_(learn),
        recorder_(learn.recorder()),
        callbacks_(learn.callback_table()),
        logger_(std::exchange(learn.logger, [](auto const&) {})),
        epoch_(learn.data_epoch()),
        generators_(learn.device()) {}
  ~MockRun() {
    learn_.opt->zero_grad();
    load_state_dict(learn_.module(), weights_);
    learn_.opt->load_state_dict(optimizer_);
    static_cast<TrainPosition&>(learn_) = position_;
    learn_.recorder() = std::move(recorder_);
    learn_.logger = std::move(logger_);
    learn_.set_data_epoch(epoch_);
  }
  MockRun(MockRun const&) = delete;
  MockRun& operator=(MockRun const&) = delete;

 private:
  Learner& learn_;
  std::map<std::string, Tensor> weights_;
  OptimizerState optimizer_;
  TrainPosition position_;
  Recorder recorder_;
  KeptStates callbacks_;
  std::function<void(std::vector<std::string> const&)> logger_;
  std::int64_t epoch_;
  KeptGenerators generators_;
};

LRFindResult lr_find_result(Recorder const& recorder, LRFindOptions const& options);

}  // namespace detail

/// A mock run with growing learning rates; model, optimizer, recorder, data and generators come back unchanged.
/// Learner::lr_find finds it here.
///
/// Errors:  state_error [lr_find.too_short]
/// Source:  fastai 2.7.18 callback/schedule.py lr_find (TR-70)
/// Example: examples/doc/learner.cpp
template <class Learner>
LRFindResult find_lr(Learner& learn, LRFindOptions const& options) {
  if (!learn.opt) learn.create_opt();
  detail::MockRun<Learner> const mock(learn);
  std::int64_t const per_epoch = learn.data_size();
  learn.fit(options.num_it / per_epoch + 1, {}, callbacks(detail::LRFinder(options), detail::LRFinderStop(options)));
  return detail::lr_find_result(learn.recorder(), options);
}

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/inspect/lr_find.ipp>
#endif
