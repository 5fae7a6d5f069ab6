#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/torch/ops.hpp>
#include <fastxx/mid/train/recorder.hpp>
#include <fastxx/mid/train/state.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace fastxx {

/// Where a saved fit goes on: before this batch of this epoch.
///
/// Source:  own design
/// Example: examples/doc/checkpoint.cpp
struct RunPosition {
  std::int64_t epoch = 0, batch = 0, train_iter = 0;
  double pct_train = 0;
  std::int64_t data_epoch = 0;       ///< what the training loader calls the epoch, or the next one when batch is 0
  std::int64_t next_data_epoch = 0;  ///< and the one it begins after it
  std::int64_t valid_epoch = 0;      ///< the next epoch of the validation loader
  std::int64_t frozen = 0;           ///< the first parameter group that trains
  bool finished = false;

  bool inside_epoch() const { return batch > 0; }
  void serialize(auto& archive) {
    archive("epoch", epoch), archive("batch", batch), archive("train_iter", train_iter);
    archive("pct_train", pct_train), archive("data_epoch", data_epoch), archive("next_data_epoch", next_data_epoch);
    archive("valid_epoch", valid_epoch), archive("frozen", frozen), archive("finished", finished);
  }
};

namespace detail {

// What a fit is, in words by name: two fits with the same words go through the same batches with the same settings.
using FitIdentity = std::map<std::string, std::string>;

// For before_fit, when the fit's hyper-parameters are set and its schedules wait.
FitIdentity identity_of(TrainState const& learn);

// Everything a fit is in the middle of. Tensors on the CPU are shared, not copied: write it before training goes on.
SafeTensors saved_run(TrainState const& learn, FitIdentity fit, RunPosition const& position);

class SavedTensors;

// Whether an error that SavedRun throws says that the bytes are not those that were written.
bool says_damaged(error const& e);

// A saved run that has been read and compared: a file that is damaged or does not fit stops here.
class SavedRun {
 public:
  SavedRun(std::filesystem::path path, TrainState const& learn, FitIdentity fit);

  std::filesystem::path const& path() const { return path_; }

  RunPosition const& position() const { return position_; }

  // Make the learner what it was; when a callback or the optimizer refuses its part, nothing is changed.
  void give_to(TrainState& learn) const;

 private:
  void read(TrainState const& learn);
  void read_recorder(SavedTensors const& saved);

  void check_model(TrainState const& learn) const;

  std::filesystem::path path_;
  SafeTensors file_;
  RunPosition position_;
  AvgSmoothLoss smooth_loss_{};
  std::vector<double> lrs_, losses_;
  std::vector<std::size_t> iters_;
  std::vector<RecorderRow> values_;
  RecorderRow final_;
  OptimizerState optimizer_;
  std::map<std::string, Tensor> weights_, gradients_;
};

}  // namespace detail
}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/train/saved_run.ipp>
#endif
