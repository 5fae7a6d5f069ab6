#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/autocast.hpp>
#include <fastxx/low/torch/nn.hpp>
#include <fastxx/mid/train/any_optimizer.hpp>
#include <fastxx/mid/train/callback.hpp>
#include <fastxx/mid/train/epoch_reader.hpp>
#include <fastxx/mid/train/events.hpp>
#include <fastxx/mid/train/learner_threads.hpp>
#include <fastxx/mid/train/ranks.hpp>
#include <fastxx/mid/train/rates.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace fastxx {

class Recorder;

namespace detail {

// Deep copies of what the serialize() of an object names; put_back() lets the next serialize() take them back.
class StateCopy {
 public:
  void put_back() { putting_back_ = true; }
  // The tensors that are on another device.
  std::vector<std::string> const& not_on_cpu() const { return not_on_cpu_; }

  template <class T>
  void operator()(std::string const& name, T& value) {
    std::string const key = prefix_ + name;
    if constexpr (!std::is_base_of_v<Tensor, T> && requires { value.serialize(*this); }) {
      std::string const outer = std::exchange(prefix_, key + ".");
      value.serialize(*this);
      prefix_ = outer;
    } else if (putting_back_) {
      auto const found = values_.find(key);
      if (found != values_.end() && found->second.type == callback_key<T>())
        value = *static_cast<T const*>(found->second.value.get());
    } else {
      auto copy = std::make_shared<T>(value);
      if constexpr (std::is_base_of_v<Tensor, T>)
        if (value.defined()) {
          static_cast<Tensor&>(*copy) = value.detach().clone();
          if (!value.device().is_cpu()) not_on_cpu_.push_back(key);
        }
      values_[key] = {callback_key<T>(), std::move(copy)};
    }
  }

 private:
  struct Value {
    void const* type;
    std::shared_ptr<void> value;
  };
  std::map<std::string, Value> values_;
  std::vector<std::string> not_on_cpu_;
  std::string prefix_;
  bool putting_back_ = false;
};

// The states of objects, put back when it goes.
class KeptStates {
 public:
  KeptStates() = default;
  // Those of all callbacks that have one; nothing where there are none.
  explicit KeptStates(CallbackTable const& table);
  ~KeptStates();
  KeptStates(KeptStates const&) = delete;
  KeptStates& operator=(KeptStates const&) = delete;

  void keep(void* object, StateHandlers const* handlers);
  // Leave the states as they are now.
  void forget() { kept_.clear(); }

 private:
  struct Kept {
    void* object;
    StateHandlers const* handlers;
    StateCopy copy;
  };
  std::vector<CallbackEntry> callbacks_;  // so that they live
  std::vector<Kept> kept_;
};

// Where a model is: with its first parameter, or on the CPU when it has none.
at::Device place_of(torch::nn::Module const& model);

class LRFinder;  // mid/inspect/lr_find.hpp; callbacks that leave traces stay away from its mock run

// The classes that a batch's predictions say, found once for all metrics of the batch.
class ClassesOfBatch {
 public:
  // What find() says, unless it has said it of this tensor and nothing has been written there since.
  template <class Find>
  Tensor of(Tensor const& preds, std::int64_t axis, Find const& find) {
    if (preds.is_inference()) return find();  // such tensors do not count what is written
    auto const version = preds._version();
    if (!preds.is_same(preds_) || version != version_ || axis != axis_) {
      classes_ = find();
      preds_ = preds, version_ = version, axis_ = axis;
    }
    return classes_;
  }

 private:
  Tensor preds_, classes_;
  std::int64_t version_ = 0, axis_ = 0;
};

// Where a fit begins, when not at its beginning.
struct StartingPoint {
  std::int64_t epoch = 0, batch = 0;
  // For a place inside an epoch: what the training loader calls this epoch, and what it calls the next.
  std::int64_t data_epoch = 0, next_data_epoch = 0;
};

}  // namespace detail

/// Where training is, and what the batch that runs has given so far.
///
/// Source:  fastai 2.7.18 learner.py Learner (the attributes of the same names)
/// Example: examples/doc/callback.cpp
struct TrainPosition {
  Tensor pred{};       ///< what the model says; its first tensor when it gives several
  Tensor loss{};       ///< for reading; not part of the graph
  Tensor loss_grad{};  ///< what is back-propagated; a callback may scale it
  std::int64_t epoch = 0, n_epoch = 1, iter = 0, n_iter = 0, train_iter = 0;
  double pct_train = 0;    ///< share of training done, 0 to 1
  bool training = false;   ///< whether the batches are for training
  int evaluating = 0;      ///< how many calls of validate or get_preds run, one inside the other; 0 outside
  bool gathering = false;  ///< whether it is get_preds that runs, whose items may be any
  std::int64_t fits = 0;   ///< how many fits have begun
  /// In what model and loss of the batch compute; before_batch may set it, as MixedPrecision does, for this batch alone.
  std::optional<AutocastOptions> autocast{};
};

/// The part of a Learner that knows no types: position, optimizer, logger, recorder and callbacks. Callbacks that need
/// neither inputs nor the model's own class take it: `void after_batch(TrainState& state)`; they are compiled once for
/// all learners.
///
/// Source:  own design
/// Example: examples/doc/callback.cpp
class TrainState : public TrainPosition {
 public:
  AnyOptimizer opt{};  ///< made at the first fit
  Rates lr = 1e-3;
  std::optional<double> wd{};
  std::array<double, 3> moms{.95, .85, .95};
  bool wd_bn_bias = false;  ///< weight decay of biases and normalisation layers too; for an optimizer still to be made
  bool train_bn = true;     ///< normalisation layers train in frozen groups too; for an optimizer still to be made
  std::function<void(std::vector<std::string> const&)> logger{};  ///< gets the rows of the table, and say's sentences
  Ranks ranks{};                                                  ///< who trains this model together
  LearnerThreads threads{};                                       ///< what is done about libtorch's threads
  detail::ClassesOfBatch* classes{};  ///< for metrics: what they share; nullptr between batches

  virtual ~TrainState() = default;
  TrainState(TrainState const&) = delete;
  TrainState& operator=(TrainState const&) = delete;

  /// The model, without its own class.
  virtual torch::nn::Module& module() const = 0;
  /// The batch's inputs and targets as plain tensors; what is no tensor is left out.
  virtual std::vector<Tensor> inputs() const = 0;
  virtual std::vector<Tensor> targets() const = 0;
  /// The number of items in the batch that runs.
  virtual std::int64_t batch_size() const = 0;
  /// Whether the batch that runs has targets: without, there are no loss and no metrics.
  bool has_targets() const { return has_targets_; }

  bool has_loss() const { return loss.defined(); }
  /// The batch's loss as a number.
  double loss_value() const { return loss.item<double>(); }
  bool in_fit() const { return in_fit_; }
  /// Whether the batch got as far as its loss: what was cancelled before is not recorded.
  bool batch_counts() const { return batch_counts_; }
  /// Where the batches are, and the model goes.
  at::Device device() const { return device_; }

  /// What reads the training or the validation batches; nullptr outside of training.
  virtual EpochReader* reader(bool) const { return nullptr; }
  /// Where the fit that begins goes on, for before_fit: the batches before are left out, and before_epoch and
  /// before_train come for an epoch that is entered in the middle too.
  void start_at(detail::StartingPoint const& point) { start_ = point; }

  /// Keep something for as long as the fit that runs: it goes when the fit ends, whether it is done, cancelled or an error
  /// comes out of it, and its destructor puts back what a callback has changed. For before_fit and later.
  void keep_until_fit_ends(std::shared_ptr<void> thing) { kept_for_fit_.push_back(std::move(thing)); }

  Recorder& recorder() { return *recorder_; }
  Recorder const& recorder() const { return *recorder_; }

  /// Tell the user something between the rows of the table: the logger gets a row of one cell.
  void say(std::string const& sentence) const;

  /// Remove the callbacks of a type. Inside an event it takes effect after the event.
  template <class Callback>
  void remove_cb() {
    callbacks_.remove(detail::callback_key<Callback>());
  }
  /// The callback of a type, or nullptr.
  template <class Callback>
  Callback* get_cb() const {
    return static_cast<Callback*>(callbacks_.find(detail::callback_key<Callback>()));
  }
  detail::CallbackTable const& callback_table() const { return callbacks_; }
  /// The events of training in their order, each with the callbacks that hear it, as text to print.
  ///
  /// Source:  fastai 2.7.18 learner.py Learner.show_training_loop
  std::string show_training_loop() const { return callbacks_.loop_text(); }

 protected:
  TrainState() = default;
  TrainState(TrainState&&) = default;
  TrainState& operator=(TrainState&&) = default;

  detail::CallbackTable callbacks_{};
  std::shared_ptr<Recorder> recorder_{};
  std::vector<std::shared_ptr<void>> kept_for_fit_{};
  detail::StartingPoint start_{};
  at::Device device_ = at::kCPU;
  bool in_fit_ = false;
  bool batch_counts_ = false;
  bool has_targets_ = true;
};

namespace detail {
inline bool is_training(TrainState const& state) { return state.training; }
// Evaluation and the mock run of lr_find: what remembers or saves stays away.
inline bool leaves_no_trace(TrainState const& state) { return state.evaluating || state.get_cb<LRFinder>(); }
}  // namespace detail

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/state.ipp>
#endif
