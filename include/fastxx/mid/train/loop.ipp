#pragma once

#include <fastxx/low/nn/modes.hpp>
#include <fastxx/low/tensor/shape_text.hpp>
#include <fastxx/mid/train/loop.hpp>

#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace fastxx::detail {

inline std::string shapes_text(std::vector<Tensor> const& tensors) {
  std::string text;
  for (auto const& tensor : tensors)
    text += (text.empty() ? "" : " ") + (tensor.defined() ? shape_text(tensor.sizes()) : "(undefined)");
  return text.empty() ? "none" : text;
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void TrainLoop::run_fit(std::int64_t first_epoch) {
  if (n_epoch < 0)
    throw state_error(
        "learner.epochs",
        {.call = "Learner::fit", .expected = "a number of epochs, 0 or more", .got = std::to_string(n_epoch)});
  if (first_epoch < 0 || first_epoch > n_epoch)
    throw state_error("learner.start_epoch", {.call = "Learner::fit",
                                              .expected = {"a start_epoch of 0 to ", n_epoch},
                                              .got = {first_epoch},
                                              .fix = "the number of epochs counts those that are done already"});
  detail::InterruptGuard const guard;
  in_fit_ = true;
  ++fits;
  start_ = {.epoch = first_epoch};
  struct Leave {
    TrainLoop& loop;
    ~Leave() {
      loop.in_fit_ = false;
      loop.kept_for_fit_.clear();
      loop.waits_.release();
      loop.release_batch();
      loop.pred.reset(), loop.loss.reset(), loop.loss_grad.reset(), loop.autocast.reset();
    }
  };
  {
    Leave const leave{*this};
    opt->zero_grad();  // what a cancelled step of an earlier fit has left
    try {
      with_events<CancelFitException>(Event::before_fit, Event::after_cancel_fit, Event::after_fit,
                                      &TrainLoop::all_epochs);
    } catch (CancelException const&) {
      throw_stray_cancel("Learner::fit");
    }
  }
  if (detail::InterruptGuard::asked())
    throw interrupted("train.interrupted", {.call = "Learner::fit",
                                            .got = "Ctrl-C",
                                            .where = "epoch " + std::to_string(epoch),
                                            .fix = "the model keeps what it has learnt so far"});
}

FASTXX_INLINE RecorderRow TrainLoop::run_evaluation() {
  detail::ModelModes const modes(module());
  EvaluationScope const scope(*this, choose_batches(false));
  try {
    call(Event::before_fit);
    call(Event::before_epoch);
    run_validate();
    call(Event::after_epoch);
    call(Event::after_fit);
  } catch (CancelException const&) {
    if (in_fit_ || evaluating > 1) throw;  // it may be meant for what goes on around this
    throw_stray_cancel("Learner::validate");
  }
  return recorder_->final_record;
}

FASTXX_INLINE void TrainLoop::throw_stray_cancel(char const* what) const {
  auto const& [name, event] = callbacks_.last_canceller();
  throw state_error("callback.cancel",
                    {.call = what,
                     .expected = "a Cancel exception of something that runs where it is thrown",
                     .got = "one that nothing there hears, out of " + name,
                     .where = "event " + std::string(event_names[static_cast<std::size_t>(event)]),
                     .fix = "CancelFitException ends a fit from each of its events but the last, after_fit; the others "
                            "from the event before_... of their part on, until its after_..."});
}

FASTXX_INLINE at::Device TrainLoop::place_of_model(std::optional<at::Device> of_batches) const {
  return of_batches ? *of_batches : detail::place_of(module());
}

FASTXX_INLINE void TrainLoop::refuse_inside_fit(char const* what) const {
  if (in_fit_)
    throw state_error("learner.in_fit", {.call = std::string("Learner::") + what,
                                         .expected = "no training that is already running",
                                         .got = "a call from inside fit",
                                         .fix = "in a callback use validate() or get_preds()"});
}

FASTXX_INLINE TrainLoop::EvaluationScope::EvaluationScope(TrainLoop& loop, EpochReader& reader)
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

FASTXX_INLINE TrainLoop::EvaluationScope::~EvaluationScope() {
  if (inside_event_) reader_.set_epoch(epoch_);
  if (!inside_event_) loop_.waits_.release();
  if (!loop_.in_fit_) recorder_.final_record = loop_.recorder_->final_record;
  *loop_.recorder_ = std::move(recorder_);
  loop_.logger = std::move(logger_);
  loop_.batch_counts_ = counts_, loop_.has_targets_ = has_targets_;
  static_cast<TrainPosition&>(loop_) = std::move(position_);
}

FASTXX_INLINE void TrainLoop::all_epochs() {
  for (epoch = start_.epoch; epoch < n_epoch; ++epoch)
    with_events<CancelEpochException>(Event::before_epoch, Event::after_cancel_epoch, Event::after_epoch,
                                      &TrainLoop::one_epoch);
}

FASTXX_INLINE void TrainLoop::one_epoch() {
  n_iter = choose_batches(true).size();
  with_events<CancelTrainException>(Event::before_train, Event::after_cancel_train, Event::after_train,
                                    &TrainLoop::train_batches);
  run_validate();
}

FASTXX_INLINE void TrainLoop::run_validate() {
  at::NoGradGuard const no_grad;
  n_iter = choose_batches(false).size();
  with_events<CancelValidException>(Event::before_validate, Event::after_cancel_validate, Event::after_validate,
                                    &TrainLoop::valid_batches);
}

FASTXX_INLINE void TrainLoop::train_batches() {
  auto& reader = choose_batches(true);
  if (epoch != start_.epoch || start_.batch == 0) {
    reader.start(0);
    return all_batches(reader, 0);
  }
  reader.set_epoch(start_.data_epoch);
  reader.start(start_.batch);
  reader.set_epoch(start_.next_data_epoch);
  all_batches(reader, start_.batch);
}

FASTXX_INLINE void TrainLoop::valid_batches() {
  auto& reader = choose_batches(false);
  reader.start(0);
  all_batches(reader, 0);
}

FASTXX_INLINE void TrainLoop::all_batches(EpochReader const& reader, std::int64_t first) {
  detail::PhaseThreads phase(threads, waits_);
  std::int64_t left_out = 0;
  for (iter = first; ranks.any_of(next_batch_here()); ++iter) {
    // A batch that did not come keeps its place: schedules and saved places count it.
    if (auto const* skipped = reader.skipped(); skipped && skipped->batches != left_out) {
      auto const now = skipped->batches - std::exchange(left_out, skipped->batches);
      iter += now;
      if (training)
        pct_train += static_cast<double>(now) / (static_cast<double>(n_iter) * static_cast<double>(n_epoch));
    }
    if (!phase.decided() && !batch_is_over_) phase.decide(detail::batch_work(module(), inputs()));
    phase.look();
    pred.reset(), loss.reset(), loss_grad.reset(), autocast.reset();
    batch_counts_ = false;
    if (ranks.size > 1)
      batch_with_others();
    else
      whole_batch();
    if (in_fit_ && ranks.any_of(detail::InterruptGuard::asked())) throw CancelFitException();
  }
}

FASTXX_INLINE void TrainLoop::require_gradient() const {
  if (loss_grad.requires_grad()) return;
  bool trains = false;
  for (auto const& parameter : module().parameters()) trains = trains || parameter.requires_grad();
  throw state_error("learner.no_gradient",
                    {.call = "Learner::fit",
                     .expected = "a loss that depends on parameters that train",
                     .got = trains ? "one without a gradient" : "a model of which all parameters are frozen",
                     .where = batch_text(),
                     .fix = trains ? "make the loss of the prediction with functions of tensors, without detach() or "
                                     "NoGradGuard"
                                   : "unfreeze some: learn.unfreeze(), or parameter.set_requires_grad(true)"});
}

FASTXX_INLINE bool TrainLoop::next_batch_here() {
  batch_is_over_ = !next_batch();
  return !batch_is_over_;
}

FASTXX_INLINE void TrainLoop::whole_batch() {
  with_events<CancelBatchException>(Event::before_batch, Event::after_cancel_batch, Event::after_batch,
                                    &TrainLoop::one_batch);
}

FASTXX_INLINE void TrainLoop::batch_with_others() {
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

FASTXX_INLINE void TrainLoop::model_and_loss() {
  // It lives here and nowhere else: whatever ends the batch, the thread computes as before.
  std::optional<Autocast> scope;
  if (autocast) scope.emplace(*autocast);
  guarded("model", &TrainLoop::run_model);
  call(Event::after_pred);
  if (has_targets()) {
    guarded("loss", &TrainLoop::run_loss);
    check_loss();
    loss = loss_grad.detach().clone();
  }
}

FASTXX_INLINE void TrainLoop::one_batch() {
  model_and_loss();
  call(Event::after_loss);
  batch_counts_ = true;
  if (!training || !has_loss()) return;
  with_events<CancelBackwardException>(Event::before_backward, Event::after_cancel_backward, Event::after_backward,
                                       &TrainLoop::backward);
  with_events<CancelStepException>(Event::before_step, Event::after_cancel_step, Event::after_step, &TrainLoop::step);
  opt->zero_grad();
}

FASTXX_INLINE void TrainLoop::guarded(char const* what, void (TrainLoop::*work)()) {
  try {
    (this->*work)();
  } catch (error const&) {
    throw;
  } catch (std::exception const& e) {
    throw_batch_error(what, e.what());
  }
}

FASTXX_INLINE void TrainLoop::throw_batch_error(std::string const& what, std::string const& text) const {
  bool const of_model = what == "model";
  std::string expected = of_model ? "inputs that the model takes" : "a prediction and targets that fit the loss";
  std::string fix = of_model ? "look at the sizes the first layers expect"
                             : "look at the model's last layer, its number of outputs and the type of the targets";
  if (of_model && text.find("more than 1 value per channel") != std::string::npos) {
    expected = "two items at least in a training batch, which batch normalization takes";
    fix = "leave out a last batch of one: .drop_last = true; or choose another batch size";
  }
  std::throw_with_nested(tensor_error("learner." + what, {.call = "Learner",
                                                          .expected = expected,
                                                          .got = text.substr(0, text.find('\n')),
                                                          .where = batch_text(),
                                                          .fix = fix}));
}

FASTXX_INLINE std::string TrainLoop::batch_text() const {
  return std::string(training ? "training" : "validation") + " batch " + std::to_string(iter) + " of epoch " +
         std::to_string(epoch) + ", inputs " + detail::shapes_text(inputs()) +
         (pred.defined() ? ", prediction " + detail::shape_text(pred.sizes()) : "") + ", targets " +
         detail::shapes_text(targets());
}

FASTXX_INLINE void TrainLoop::check_loss() const {
  if (loss_grad.defined() && loss_grad.numel() == 1) return;
  throw tensor_error(
      "learner.loss_shape",
      {.call = "Learner",
       .expected = "a loss of one number",
       .got = loss_grad.defined() ? "one of shape " + detail::shape_text(loss_grad.sizes()) : "an undefined tensor",
       .where = batch_text(),
       .fix = "reduce it with mean() or sum()"});
}

}  // namespace fastxx
