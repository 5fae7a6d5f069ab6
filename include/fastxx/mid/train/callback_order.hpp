#pragma once

#include <limits>

namespace fastxx {

/// When the callbacks that ship take their turn at an event: smaller numbers first. One of yours says its own place
/// among them, `static constexpr int order = CallbackOrder::recorder + 1;`, and comes at CallbackOrder::none otherwise.
///
/// Source:  fastai 2.7.18, the members `order` of its callbacks
/// Example: examples/doc/callback.cpp
struct CallbackOrder {
  static constexpr int hooks = -20;         ///< while `train_iter` is still that of the batch
  static constexpr int train_eval = -10;    ///< sets the model's mode
  static constexpr int channels_last = -1;  ///< before anybody else changes the model
  static constexpr int none = 0;
  static constexpr int gradient_accumulation = 6;  ///< scales the loss before anybody looks at its gradients
  static constexpr int mixed_precision = 10;       ///< gradients have their own size again before anybody reads them
  static constexpr int gradient_clip = 11;
  static constexpr int lr_finder = 30;        ///< sets the rate; what stops it is no error, so before StopOnNaN
  static constexpr int stop_on_nan = 40;      ///< before anybody keeps a loss that is no number
  static constexpr int recorder = 50;         ///< losses and metrics; what reads them comes later
  static constexpr int lr_finder_stop = 55;   ///< reads the average loss
  static constexpr int short_epoch = 57;      ///< the batch that ends a phase is recorded
  static constexpr int param_scheduler = 60;  ///< sets the hyper-parameters of the next batch
  static constexpr int progress = 60;
  static constexpr int early_stopping = 60;
  static constexpr int save_model = 61;
  static constexpr int reduce_lr = 62;                                ///< its rate counts from the next epoch on
  static constexpr int show_graph = 65;                               ///< below the row of the table
  static constexpr int gather = 100;                                  ///< predictions, as all others have left them
  static constexpr int checkpoint = std::numeric_limits<int>::max();  ///< saves what all others have done
};

}  // namespace fastxx
