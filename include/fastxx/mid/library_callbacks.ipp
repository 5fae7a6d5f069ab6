#pragma once
// Which of the library's callbacks a file can name, and which options each has: a line for each.

#include <fastxx/mid/callbacks/activation_stats.hpp>
#include <fastxx/mid/callbacks/csv_logger.hpp>
#include <fastxx/mid/callbacks/gradient.hpp>
#include <fastxx/mid/callbacks/layer_modes.hpp>
#include <fastxx/mid/callbacks/short_epoch.hpp>
#include <fastxx/mid/callbacks/tensorboard.hpp>
#include <fastxx/mid/callbacks_by_name.hpp>
#include <fastxx/mid/inspect/show_graph.hpp>
#include <fastxx/mid/train/checkpoint.hpp>
#include <fastxx/mid/train/stop_on_nan.hpp>
#include <fastxx/mid/train/tracker.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>

namespace fastxx::detail {

struct LibraryCallback {
  std::string_view name;
  ErasedCallback (*make)(CallbackOptions& read);
};

inline void read_track(CallbackOptions& read, TrackOptions& track) {
  read("monitor", track.monitor);
  read("smaller_is_better", track.smaller_is_better);
  read("min_delta", track.min_delta);
  read("reset_on_fit", track.reset_on_fit);
}

inline ErasedCallback make_activation_stats(CallbackOptions& read) {
  ActivationStatsOptions options;
  read("with_hist", options.with_hist);
  read("every", options.every);
  read("include_paramless", options.include_paramless);
  read("max_steps", options.max_steps);
  return erase_callback(ActivationStats(options));
}

inline ErasedCallback make_checkpoint(CallbackOptions& read) {
  CheckpointOptions options;
  auto const path = read.required<std::filesystem::path>("path");
  read("every", options.every);
  read("every_minutes", options.every_minutes);
  read("keep", options.keep);
  read("resume", options.resume);
  read.choice("on_write_error", options.on_write_error, {{"go_on", OnWriteError::go_on}, {"stop", OnWriteError::stop}});
  return erase_callback(Checkpoint(path, options));
}

inline ErasedCallback make_csv_logger(CallbackOptions& read) {
  std::filesystem::path path = "history.csv";
  CSVLoggerOptions options;
  read("path", path);
  read("append", options.append);
  return erase_callback(CSVLogger(path, options));
}

inline ErasedCallback make_cut_mix(CallbackOptions& read) {
  double alpha = 1;
  read("alpha", alpha);
  return erase_callback(CutMix(alpha));
}

inline ErasedCallback make_collect_data(CallbackOptions& read) {
  CollectDataOptions options;
  read("max_batches", options.max_batches);
  return erase_callback(CollectData(options));
}

inline ErasedCallback make_early_stopping(CallbackOptions& read) {
  EarlyStoppingOptions options;
  read_track(read, options.track);
  read("patience", options.patience);
  return erase_callback(EarlyStopping(options));
}

inline ErasedCallback make_fetch_preds(CallbackOptions& read) {
  FetchPredsOptions options;
  read("train", options.train);
  read("with_input", options.with.with_input);
  read("with_decoded", options.with.with_decoded);
  return erase_callback(FetchPreds<>(options));
}

inline ErasedCallback make_gradient_accumulation(CallbackOptions& read) {
  std::int64_t n_acc = 32;
  read("n_acc", n_acc);
  return erase_callback(GradientAccumulation(n_acc));
}

inline ErasedCallback make_gradient_clip(CallbackOptions& read) {
  double max_norm = 1, norm_type = 2;
  read("max_norm", max_norm);
  read("norm_type", norm_type);
  return erase_callback(GradientClip(max_norm, norm_type));
}

inline ErasedCallback make_mix_up(CallbackOptions& read) {
  double alpha = .4;
  read("alpha", alpha);
  return erase_callback(MixUp(alpha));
}

inline ErasedCallback make_mixed_precision(CallbackOptions& read) {
  AMPMode mode = AMPMode::fp16;
  MixedPrecisionOptions options;
  read.choice("mode", mode, {{"fp16", AMPMode::fp16}, {"bf16", AMPMode::bf16}});
  read.choice("scale_loss", options.scale_loss,
              {{"automatic", LossScaling::automatic}, {"on", LossScaling::on}, {"off", LossScaling::off}});
  read("scale", options.scaler.scale);
  read("growth_factor", options.scaler.growth_factor);
  read("backoff_factor", options.scaler.backoff_factor);
  read("growth_interval", options.scaler.growth_interval);
  return erase_callback(MixedPrecision(mode, options));
}

inline ErasedCallback make_reduce_lr(CallbackOptions& read) {
  PlateauOptions options;
  read_track(read, options.track);
  read("patience", options.patience);
  read("factor", options.factor);
  read("min_lr", options.min_lr);
  return erase_callback(ReduceLROnPlateau(options));
}

inline ErasedCallback make_rnn_regularizer(CallbackOptions& read) {
  double alpha = 0, beta = 0;
  read("alpha", alpha);
  read("beta", beta);
  return erase_callback(RNNRegularizer(alpha, beta));
}

inline ErasedCallback make_save_model(CallbackOptions& read) {
  SaveModelOptions options;
  auto const path = read.required<std::filesystem::path>("path");
  read_track(read, options.track);
  read("every_epoch", options.every_epoch);
  read("at_end", options.at_end);
  read("with_opt", options.with_opt);
  return erase_callback(SaveModel(path, options));
}

inline ErasedCallback make_short_epoch(CallbackOptions& read) {
  double pct = .01;
  bool short_valid = true;
  read("pct", pct);
  read("short_valid", short_valid);
  return erase_callback(ShortEpoch(pct, short_valid));
}

inline ErasedCallback make_show_graph(CallbackOptions& read) {
  std::filesystem::path path = "loss.png";
  read("path", path);
  return erase_callback(ShowGraph(path));
}

inline ErasedCallback make_tensorboard(CallbackOptions& read) {
  return erase_callback(TensorBoard(read.required<std::filesystem::path>("folder")));
}

template <class Callback>
ErasedCallback make_without_options(CallbackOptions&) {
  return erase_callback(Callback());
}

inline constexpr std::array library_callbacks{LibraryCallback{"ActivationStats", make_activation_stats},
                                              LibraryCallback{"BnFreeze", make_without_options<BnFreeze>},
                                              LibraryCallback{"CSVLogger", make_csv_logger},
                                              LibraryCallback{"ChannelsLast", make_without_options<ChannelsLast>},
                                              LibraryCallback{"Checkpoint", make_checkpoint},
                                              LibraryCallback{"CollectData", make_collect_data},
                                              LibraryCallback{"CutMix", make_cut_mix},
                                              LibraryCallback{"EarlyStopping", make_early_stopping},
                                              LibraryCallback{"FetchPreds", make_fetch_preds},
                                              LibraryCallback{"GradientAccumulation", make_gradient_accumulation},
                                              LibraryCallback{"GradientClip", make_gradient_clip},
                                              LibraryCallback{"MCDropout", make_without_options<MCDropout>},
                                              LibraryCallback{"MixUp", make_mix_up},
                                              LibraryCallback{"MixedPrecision", make_mixed_precision},
                                              LibraryCallback{"ModelResetter", make_without_options<ModelResetter>},
                                              LibraryCallback{"RNNCallback", make_without_options<RNNCallback>},
                                              LibraryCallback{"RNNRegularizer", make_rnn_regularizer},
                                              LibraryCallback{"ReduceLROnPlateau", make_reduce_lr},
                                              LibraryCallback{"SaveModel", make_save_model},
                                              LibraryCallback{"ShortEpoch", make_short_epoch},
                                              LibraryCallback{"ShowGraph", make_show_graph},
                                              LibraryCallback{"StopOnNaN", make_without_options<StopOnNaN>},
                                              LibraryCallback{"TensorBoard", make_tensorboard}};

// What fastai 2.7.18 calls those that have another name here.
inline constexpr std::array<std::pair<std::string_view, std::string_view>, 9> fastai_callbacks{
    {{"CollectDataCallback", "CollectData"},
     {"EarlyStoppingCallback", "EarlyStopping"},
     {"FetchPredsCallback", "FetchPreds"},
     {"MCDropoutCallback", "MCDropout"},
     {"SaveModelCallback", "SaveModel"},
     {"ShortEpochCallback", "ShortEpoch"},
     {"ShowGraphCallback", "ShowGraph"},
     {"TensorBoardCallback", "TensorBoard"},
     {"TerminateOnNaNCallback", "StopOnNaN"}}};

// Callbacks that a file cannot name, and why.
struct UnnamedCallback {
  std::string_view name, why, fix;
};
inline constexpr std::array unnamed_callbacks{
    UnnamedCallback{"HookCallback", "which needs a function", "add it in the program, callbacks(HookCallback(f))"},
    UnnamedCallback{"ParamScheduler", "which needs functions", "add it in the program, callbacks(ParamScheduler(...))"},
    UnnamedCallback{"ProgressCallback", "which every Learner has", "leave it out"},
    UnnamedCallback{"Recorder", "which every Learner has", "leave it out"},
    UnnamedCallback{"TrainEvalCallback", "which every Learner has", "leave it out"}};

}  // namespace fastxx::detail
