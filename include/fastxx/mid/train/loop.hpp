#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/thread_waits.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/interrupt.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fastxx {

/// The training loop: events in fastai's order around the batches. It knows no types: reading a batch, the model and
/// the loss are five virtual functions that Learner fills in.
///
/// Source:  fastai 2.7.18 learner.py Learner (_do_fit, _do_epoch_train, _do_one_batch; M-13...M-20, TR-51, TR-52)
/// Example: examples/doc/learner.cpp
class TrainLoop : public TrainState {
 protected:
  TrainLoop() = default;
  TrainLoop(TrainLoop&&) = default;
  TrainLoop& operator=(TrainLoop&&) = default;

  // What next_batch() reads from now on.
  virtual EpochReader& choose_batches(bool train) = 0;
  virtual bool next_batch() = 0;
  virtual void run_model() = 0;
  virtual void run_loss() = 0;
  // Between fits the learner holds no batch and no graph.
  virtual void release_batch() = 0;

  void call(Event event) { callbacks_.call(event, *this); }

  // Train n_epoch epochs, those before `first_epoch` taken as done; the streams are there.
  void run_fit(std::int64_t first_epoch);

  // Go through the validation batches, inside fit or outside, and put back everything but the returned record.
  RecorderRow run_evaluation();

  void refuse_inside_fit(char const* what) const;
  // Where the batches go, and the model with them; it stays where it is when the loader does not say.
  at::Device place_of_model(std::optional<at::Device> of_batches) const;

 private:
  // What an evaluation changes: the position, the recorder, the logger, callbacks with state; and inside an event the
  // number of the loader's epoch, on which the batches of the fit depend.
  class EvaluationScope {
   public:
    EvaluationScope(TrainLoop& loop, EpochReader& reader);
    ~EvaluationScope();
    EvaluationScope(EvaluationScope const&) = delete;
    EvaluationScope& operator=(EvaluationScope const&) = delete;

   private:
    TrainLoop& loop_;
    EpochReader& reader_;
    bool inside_event_;
    std::int64_t epoch_;
    detail::KeptStates callbacks_;
    TrainPosition position_;
    Recorder recorder_;
    std::function<void(std::vector<std::string> const&)> logger_;
    bool counts_, has_targets_;
  };

  // before and body may be cancelled; the after event follows a normal end and its own cancel, no other exception
  // (TR-51).
  template <class Cancel>
  void with_events(Event before, Event after_cancel, Event after, void (TrainLoop::*body)()) {
    try {
      call(before);
      (this->*body)();
    } catch (Cancel const&) {
      call(after_cancel);
    }
    call(after);
  }

  void all_epochs();

  void one_epoch();

  void run_validate();

  void train_batches();
  void valid_batches();
  void all_batches(EpochReader const& reader, std::int64_t first);

  // For a Cancel exception that nobody has caught: what it cancels does not run at the event where it came from.
  [[noreturn]] [[gnu::cold]] void throw_stray_cancel(char const* call) const;

  bool next_batch_here();
  void whole_batch();

  // A batch among several ranks: what ends it here ends it everywhere. A rank that has no batch left only listens.
  void batch_with_others();

  void one_batch();
  void model_and_loss();
  void backward() {
    require_gradient();
    guarded("loss", &TrainLoop::run_backward);
  }
  void run_backward() { loss_grad.backward(); }
  void require_gradient() const;
  void step() { opt->step(); }

  // What libtorch or a model of the user's throws gets the batch and its shapes.
  void guarded(char const* what, void (TrainLoop::*work)());
  [[noreturn]] [[gnu::cold]] void throw_batch_error(std::string const& what, std::string const& text) const;
  std::string batch_text() const;

  bool batch_is_over_ = false;  // this rank has no batch left in the phase
  ThreadWaits waits_;

  void check_loss() const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/loop.ipp>
#endif
