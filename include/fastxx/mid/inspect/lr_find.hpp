#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/state.hpp>
#include <fastxx/low/optim/schedule.hpp>
#include <fastxx/low/plot/lines.hpp>
#include <fastxx/mid/train/options.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

/// What the learning-rate finder saw, and the rates it suggests.
///
/// Source:  fastai 2.7.18 callback/schedule.py lr_find, valley, steep, minimum (H-36...H-38, TR-70)
/// Example: examples/doc/learner.cpp
struct LRFindResult {
  std::vector<double> lrs = {};     ///< tried rates, without the first tenth and the last five
  std::vector<double> losses = {};  ///< smoothed loss at each
  double valley = 0;                ///< in the middle of the longest descent: the default choice
  double minimum = 0;               ///< a tenth of the rate at the smallest loss
  double steep = 0;                 ///< the rate where the loss falls fastest

  /// Draw loss against learning rate with the suggestions marked.
  std::string plot(std::filesystem::path const& path) const {
    auto mark = [this](double lr, char const* name) {
      auto const at = std::min_element(lrs.begin(), lrs.end(), [lr](double a, double b) {
        return std::abs(std::log(a / lr)) < std::abs(std::log(b / lr));
      });
      char label[64];
      std::snprintf(label, sizeof label, "%s %.2g", name, lr);
      return Mark{lr, losses[static_cast<std::size_t>(at - lrs.begin())], label};
    };
    std::vector<Mark> marks;
    if (!lrs.empty()) marks = {mark(valley, "valley"), mark(minimum, "minimum"), mark(steep, "steep")};
    plot_lines(
        {{.x = lrs, .y = losses}},
        {.title = "Learning rate finder", .x_label = "Learning rate", .y_label = "Loss", .x_log = true, .marks = marks})
        .save(path);
    return path.string();
  }
};

namespace detail {

// Index on the longest decreasing subsequence of losses, half-way through its middle third.
inline std::size_t valley_index(std::vector<double> const& losses) {
  std::size_t const n = losses.size();
  std::vector<std::size_t> length(n, 1);
  std::size_t max_end = 0;
  for (std::size_t i = 1; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j)
      if (losses[i] < losses[j] && length[i] < length[j] + 1) length[i] = length[j] + 1;
    if (length[max_end] < length[i]) max_end = i;
  }
  double const sections = static_cast<double>(length[max_end]) / 3;
  std::size_t const max_start = max_end - std::min(max_end, length[max_end]);
  return max_start + static_cast<std::size_t>(sections) + static_cast<std::size_t>(sections / 2);
}

inline void suggest(LRFindResult& result) {
  auto const& lrs = result.lrs;
  auto const& losses = result.losses;
  if (losses.size() < 2) return;
  result.valley = lrs[valley_index(losses)];
  auto const lowest = static_cast<std::size_t>(std::min_element(losses.begin(), losses.end()) - losses.begin());
  result.minimum = lrs[lowest] / 10;
  double steepest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < losses.size(); ++i) {
    double const slope = (losses[i + 1] - losses[i]) / (std::log(lrs[i + 1]) - std::log(lrs[i]));
    if (slope < steepest) steepest = slope, result.steep = lrs[i];
  }
}

// Raises the learning rate batch by batch; a rate that is too high is what we are looking for.
class LRFinder {
 public:
  static constexpr int order = 30;  // before StopOnNaN

  explicit LRFinder(LRFindOptions const& options) : options_(options), schedule_{options.start_lr, options.end_lr} {}

  void before_batch(TrainState& learn) {
    learn.opt->set_hyper("lr", schedule_(static_cast<double>(learn.train_iter) / options_.num_it));
  }
  void after_loss(TrainState& learn) {
    if (learn.has_loss() && !std::isfinite(learn.loss_value())) throw CancelFitException();
  }
  void before_validate(TrainState&) { throw CancelValidException(); }

 private:
  LRFindOptions options_;
  SchedExp schedule_;
};

// Ends the run when the loss has gone away or enough rates were tried; after the Recorder, whose average it reads.
class LRFinderStop {
 public:
  static constexpr int order = 55;

  explicit LRFinderStop(LRFindOptions const& options) : options_(options) {}

  void after_batch(TrainState& learn) {
    if (!learn.recorder().losses.empty()) {
      double const smooth = learn.recorder().losses.back();
      best_ = std::min(best_, smooth);
      // Four times the best loss; the distance is what counts, since a loss may be negative.
      if (options_.stop_div && smooth - best_ > 3 * std::abs(best_)) throw CancelFitException();
    }
    if (learn.train_iter >= options_.num_it) throw CancelFitException();
  }

 private:
  LRFindOptions options_;
  double best_ = std::numeric_limits<double>::infinity();
};

// Everything a mock run touches, put back at the end: weights, optimizer, position, recorder, logger, the number of the
// loader's epoch, and the generator that dropout draws from.
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
        generator_(default_generator(learn)),
        random_(generator_.get_state()) {}
  ~MockRun() {
    learn_.opt->zero_grad();
    load_state_dict(learn_.module(), weights_);
    learn_.opt->load_state_dict(optimizer_);
    static_cast<TrainPosition&>(learn_) = position_;
    learn_.recorder() = std::move(recorder_);
    learn_.logger = std::move(logger_);
    learn_.set_data_epoch(epoch_);
    std::lock_guard const lock(generator_.mutex());
    generator_.set_state(random_);
  }
  MockRun(MockRun const&) = delete;
  MockRun& operator=(MockRun const&) = delete;

 private:
  static at::Generator default_generator(Learner const& learn) {
    return at::globalContext().defaultGenerator(learn.device());
  }

  Learner& learn_;
  std::map<std::string, Tensor> weights_;
  OptimizerState optimizer_;
  TrainPosition position_;
  Recorder recorder_;
  KeptStates callbacks_;
  std::function<void(std::vector<std::string> const&)> logger_;
  std::int64_t epoch_;
  at::Generator generator_;
  Tensor random_;
};

inline LRFindResult lr_find_result(Recorder const& recorder, LRFindOptions const& options) {
  LRFindResult result;
  auto const first = static_cast<std::size_t>(options.num_it / 10);
  std::size_t const last = recorder.losses.size() > 5 ? recorder.losses.size() - 5 : 0;
  for (std::size_t i = first; i < last; ++i) {
    result.lrs.push_back(recorder.lrs[i]);
    result.losses.push_back(recorder.losses[i]);
  }
  if (result.lrs.size() < 2)
    throw state_error("lr_find.too_short",
                      {.call = "lr_find",
                       .expected = "at least two rates after the first tenth of the batches",
                       .got = std::to_string(recorder.losses.size()) + " batches in all",
                       .fix = "lower start_lr or raise num_it; see whether the first loss is a number"});
  suggest(result);
  return result;
}

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
