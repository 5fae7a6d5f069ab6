#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace fastxx {

/// What happens during training, in the order of one epoch. A callback defines members of these names.
///
/// Source:  fastai 2.7.18 callback/core.py event
/// Example: examples/doc/callback.cpp
enum class Event : std::size_t {
  after_create,
  before_fit,
  before_epoch,
  before_train,
  before_batch,
  after_pred,
  after_loss,
  before_backward,
  after_cancel_backward,
  after_backward,
  before_step,
  after_cancel_step,
  after_step,
  after_cancel_batch,
  after_batch,
  after_cancel_train,
  after_train,
  before_validate,
  after_cancel_validate,
  after_validate,
  after_cancel_epoch,
  after_epoch,
  after_cancel_fit,
  after_fit,
};

inline constexpr std::array<std::string_view, 24> event_names{"after_create",
                                                              "before_fit",
                                                              "before_epoch",
                                                              "before_train",
                                                              "before_batch",
                                                              "after_pred",
                                                              "after_loss",
                                                              "before_backward",
                                                              "after_cancel_backward",
                                                              "after_backward",
                                                              "before_step",
                                                              "after_cancel_step",
                                                              "after_step",
                                                              "after_cancel_batch",
                                                              "after_batch",
                                                              "after_cancel_train",
                                                              "after_train",
                                                              "before_validate",
                                                              "after_cancel_validate",
                                                              "after_validate",
                                                              "after_cancel_epoch",
                                                              "after_epoch",
                                                              "after_cancel_fit",
                                                              "after_fit"};

inline constexpr std::size_t n_events = event_names.size();

/// Base of the exceptions a callback throws to skip the rest of something; training itself goes on.
///
/// Source:  fastai 2.7.18 callback/core.py (M-15)
/// Example: examples/doc/callback.cpp
struct CancelException {};
struct CancelStepException : CancelException {};      ///< skip the optimizer step; after_cancel_step, after_step follow
struct CancelBackwardException : CancelException {};  ///< skip the backward pass; after_cancel_backward, after_backward
struct CancelBatchException : CancelException {};     ///< skip the rest of the batch; after_cancel_batch, after_batch
struct CancelTrainException : CancelException {};     ///< skip the rest of training in this epoch
struct CancelValidException : CancelException {};     ///< skip the rest of validation
struct CancelEpochException : CancelException {};     ///< skip the rest of the epoch
struct CancelFitException : CancelException {};       ///< stop training; after_cancel_fit, after_fit follow

}  // namespace fastxx
