#pragma once

#include <cstdint>
#include <exception>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/nn/modes.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/interrupt.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

inline std::string shapes_text(std::vector<Tensor> const& tensors) {
  std::string text;
  for (auto const& tensor : tensors)
    text += (text.empty() ? "" : " ") + (tensor.defined() ? shape_text(tensor.sizes()) : "(undefined)");
  return text.empty() ? "none" : text;
}

}  // namespace detail

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

  // Train n_epoch epochs; the streams are there.
  void run_fit() {
    detail::InterruptGuard const guard;
    in_fit_ = true;
    ++fits;
    start_ = {};
    struct Leave {
      TrainLoop& loop;
      ~Leave() {
        loop.in_fit_ = false;
        loop.release_batch();
        loop.pred.reset(), loop.loss.reset(), loop.loss_grad.reset();
      }
    };
    {
      Leave const leave{*this};
      opt->zero_grad();  // what a cancelled step of an earlier fit has left
      with_events<CancelFitException>(Event::before_fit, Event::after_cancel_fit, Event::after_fit,
                                      &TrainLoop::all_epochs);
    }
    if (detail::InterruptGuard::asked())
      throw interrupted("train.interrupted", {.call = "Learner::fit",
                                              .got = "Ctrl-C",
                                              .where = "epoch " + std::to_string(epoch),
                                              .fix = "the model keeps what it has learnt so far"});
  }

  // Go through the validation batches, inside fit or outside, and put back everything but the returned record.
  RecorderRow run_evaluation() {
    detail::ModelModes const modes(module());
    EvaluationScope const scope(*this, choose_batches(false));
    call(Event::before_fit);
    call(Event::before_epoch);
    run_validate();
    call(Event::after_epoch);
    call(Event::after_fit);
    return recorder_->final_record;
  }

  void refuse_inside_fit(char const* what) const {
    if (in_fit_)
      throw state_error("learner.in_fit", {.call = std::string("Learner::") + what,
                                           .expected = "no training that is already running",
                                           .got = "a call from inside fit",
                                           .fix = "in a callback use validate() or get_preds()"});
  }

 private:
  // What an evaluation changes: the position, the recorder, the logger, callbacks with state; and inside an event the
  // number of the loader's epoch, on which the batches of the fit depend.
  class EvaluationScope {
   public:
    EvaluationScope(TrainLoop& loop, EpochReader& reader)
        : loop_(loop),
          reader_(reader),
          inside_event_(loop.in_fit_ || loop.evaluating > 0),
          epoch_(reader.epoch()),
          callbacks_(loop.callbacks_),
          position_(loop),
          recorder_(*loop.recorder_),
          logger_(std::exchange(loop.logger, [](auto const&) {})),
          counts_(loop.batch_counts_),
          has_targets_(loop.has_targets_) {
      ++loop.evaluating;
    }
    ~EvaluationScope() {
      if (inside_event_) reader_.set_epoch(epoch_);
      if (!loop_.in_fit_) recorder_.final_record = loop_.recorder_->final_record;
      *loop_.recorder_ = std::move(recorder_);
      loop_.logger = std::move(logger_);
      loop_.batch_counts_ = counts_, loop_.has_targets_ = has_targets_;
      static_cast<TrainPosition&>(loop_) = std::move(position_);
    }
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

  void all_epochs() {
    for (epoch = start_.epoch; epoch < n_epoch; ++epoch)
      with_events<CancelEpochException>(Event::before_epoch, Event::after_cancel_epoch, Event::after_epoch,
                                        &TrainLoop::one_epoch);
  }

  void one_epoch() {
    n_iter = choose_batches(true).size();
    with_events<CancelTrainException>(Event::before_train, Event::after_cancel_train, Event::after_train,
                                      &TrainLoop::train_batches);
    run_validate();
  }

  void run_validate() {
    at::NoGradGuard const no_grad;
    n_iter = choose_batches(false).size();
    with_events<CancelValidException>(Event::before_validate, Event::after_cancel_validate, Event::after_validate,
                                      &TrainLoop::valid_batches);
  }

  void train_batches() {
    auto& reader = choose_batches(true);
    if (epoch != start_.epoch || start_.batch == 0) {
      reader.start(0);
      return all_batches(0);
    }
    reader.set_epoch(start_.data_epoch);
    reader.start(start_.batch);
    reader.set_epoch(start_.next_data_epoch);
    all_batches(start_.batch);
  }
  void valid_batches() {
    choose_batches(false).start(0);
    all_batches(0);
  }
  void all_batches(std::int64_t first) {
    for (iter = first; ranks.any_of(next_batch_here()); ++iter) {
      pred.reset(), loss.reset(), loss_grad.reset();
      batch_counts_ = false;
      if (ranks.size > 1)
        batch_with_others();
      else
        whole_batch();
      if (in_fit_ && ranks.any_of(detail::InterruptGuard::asked())) throw CancelFitException();
    }
  }

  bool next_batch_here() {
    batch_is_over_ = !next_batch();
    return !batch_is_over_;
  }
  void whole_batch() {
    with_events<CancelBatchException>(Event::before_batch, Event::after_cancel_batch, Event::after_batch,
                                      &TrainLoop::one_batch);
  }

  // A batch among several ranks: what ends it here ends it everywhere. A rank that has no batch left only listens.
  void batch_with_others() {
    std::exception_ptr mine;
    int level = 0;  // how far the end reaches
    try {
      if (!batch_is_over_) whole_batch();
    } catch (CancelFitException const&) {
      level = 3;
    } catch (CancelEpochException const&) {
      level = 2;
    } catch (CancelException const&) {
      level = 1;  // the phase
    } catch (...) {
      level = 4;
      mine = std::current_exception();
    }
    if (!ranks.any_of(level > 0)) return;
    int agreed = 4;
    while (agreed > 1 && !ranks.any_of(level == agreed)) --agreed;
    if (mine) std::rethrow_exception(mine);
    if (agreed == 4)
      throw state_error("learner.other_rank",
                        {.call = "Learner::fit",
                         .expected = "all ranks to train on",
                         .got = "an error on another rank",
                         .where = "epoch " + std::to_string(epoch) + ", batch " + std::to_string(iter),
                         .fix = "look at what the other ranks say"});
    if (agreed == 3) throw CancelFitException();
    if (agreed == 2) throw CancelEpochException();
    if (training) throw CancelTrainException();
    throw CancelValidException();
  }

  void one_batch() {
    guarded("model", &TrainLoop::run_model);
    call(Event::after_pred);
    if (has_targets()) {
      guarded("loss", &TrainLoop::run_loss);
      check_loss();
      loss = loss_grad.detach().clone();
    }
    call(Event::after_loss);
    batch_counts_ = true;
    if (!training || !has_loss()) return;
    with_events<CancelBackwardException>(Event::before_backward, Event::after_cancel_backward, Event::after_backward,
                                         &TrainLoop::backward);
    with_events<CancelStepException>(Event::before_step, Event::after_cancel_step, Event::after_step, &TrainLoop::step);
    opt->zero_grad();
  }
  void backward() { guarded("loss", &TrainLoop::run_backward); }
  void run_backward() { loss_grad.backward(); }
  void step() { opt->step(); }

  // What libtorch or a model of the user's throws gets the batch and its shapes.
  void guarded(char const* what, void (TrainLoop::*work)()) {
    try {
      (this->*work)();
    } catch (error const&) {
      throw;
    } catch (std::exception const& e) {
      throw_batch_error(what, e.what());
    }
  }
  [[noreturn]] [[gnu::cold]] void throw_batch_error(std::string const& what, std::string const& text) const {
    std::throw_with_nested(tensor_error(
        "learner." + what,
        {.call = "Learner",
         .expected = what == "model" ? "inputs that the model takes" : "a prediction and targets that fit the loss",
         .got = text.substr(0, text.find('\n')),
         .where = batch_text(),
         .fix = what == "model"
                    ? "look at the sizes the first layers expect"
                    : "look at the model's last layer, its number of outputs and the type of the targets"}));
  }
  std::string batch_text() const {
    return std::string(training ? "training" : "validation") + " batch " + std::to_string(iter) + " of epoch " +
           std::to_string(epoch) + ", inputs " + detail::shapes_text(inputs()) +
           (pred.defined() ? ", prediction " + detail::shape_text(pred.sizes()) : "") + ", targets " +
           detail::shapes_text(targets());
  }

  bool batch_is_over_ = false;  // this rank has no batch left in the phase

  void check_loss() const {
    if (loss_grad.defined() && loss_grad.numel() == 1) return;
    throw tensor_error(
        "learner.loss_shape",
        {.call = "Learner",
         .expected = "a loss of one number",
         .got = loss_grad.defined() ? "one of shape " + detail::shape_text(loss_grad.sizes()) : "an undefined tensor",
         .where = batch_text(),
         .fix = "reduce it with mean() or sum()"});
  }
};

}  // namespace fastxx
