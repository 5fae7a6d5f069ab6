#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/io/event_file.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <filesystem>
#include <memory>

namespace fastxx {

/// Writes a training for TensorBoard, `callbacks(TensorBoard("runs/1"))` and `tensorboard --logdir runs`: at each training
/// batch the smoothed `train_loss` and each hyper-parameter of each group (`lr_0`, `mom_1`), at the end of each epoch
/// `valid_loss` and the metrics, all of them by the number of training batches done.
///
/// Each fit writes a new file into the folder; among several ranks rank 0 alone does. Evaluations and lr_find leave no
/// trace.
/// Runs:    one write a batch
/// Errors:  io_error [file.folder], [file.write]; the fit ends there and the model keeps what it has learnt
/// Source:  fastai 2.7.18 callback/tensorboard.py TensorBoardCallback; differs: writes no graph, predictions or embeddings,
///          and nothing at the batches of validation
/// Example: examples/doc/tensorboard.cpp
class TensorBoard {
 public:
  static constexpr int order = CallbackOrder::recorder + 1;
  static constexpr bool run_valid = false;

  explicit TensorBoard(std::filesystem::path folder);

  void before_fit(TrainState& learn);
  void after_batch(TrainState& learn);
  void after_epoch(TrainState& learn);

 private:
  std::filesystem::path folder_;
  std::weak_ptr<EventFile> file_ = {};  // the fit owns it
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/tensorboard.ipp>
#endif
