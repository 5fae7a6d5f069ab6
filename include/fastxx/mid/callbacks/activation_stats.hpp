#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/nn/module_ref.hpp>
#include <fastxx/mid/callbacks/hook_callback.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace fastxx {

/// Settings of ActivationStats.
struct ActivationStatsOptions {
  std::vector<ModuleRef> modules = {};  ///< empty: all layers that have parameters
  bool with_hist = false;               ///< 40 bins from 0 to 10 as well
  std::int64_t every = 1;               ///< measure each so many training batches
  bool include_paramless = false;       ///< of all layers those without parameters too
  std::size_t max_steps = 4096;         ///< how many are kept at most
};

/// What a layer gave at each measured batch; NaN where it was not called.
///
/// Source:  fastai 2.7.18 callback/hook.py ActivationStats.layer_stats
/// Example: examples/doc/activation_stats.cpp
struct LayerStats {
  std::vector<double> mean = {}, std = {};
  std::vector<double> near_zero = {};  ///< share of the numbers up to .05, 0 to 1
};

namespace detail {

inline constexpr std::size_t activation_bins = 40;

struct TensorStats {
  double mean, std, near_zero;
  std::array<double, activation_bins> hist;
};

// Mean, standard deviation (of a sample), share up to .05, and how many numbers are in each bin.
TensorStats tensor_stats(Tensor const& x, bool with_hist);
// The same by libtorch's operators, for a GPU: one transfer.
TensorStats stats_by_operators(Tensor const& x, bool with_hist);

// All that was measured in a fit.
struct ActivationRecord {
  struct Column {
    LayerStats stats = {};
    std::vector<std::array<float, activation_bins>> hist = {};
  };
  using Layer = std::vector<Column>;  // one for each tensor that it gives

  std::vector<std::int64_t> steps = {};
  std::vector<std::string> names = {};
  std::vector<Layer> layers = {};
  std::vector<std::vector<TensorStats>> pending = {};  // of the batch that runs, by layer
  bool with_hist = false;

  void measure(LayerCall const& call);
  // The batch is over: one row more, unless no layer was called.
  void add_row(std::int64_t step);
  // Leave the rows whose step is divisible.
  void thin(std::int64_t every);

  Column const& at(char const* call, std::size_t layer, std::size_t output) const;
};

}  // namespace detail

/// Watches what the layers give while a model trains: mean, standard deviation and the share of numbers near zero at each
/// training batch, and a histogram when asked for. Copies share what was measured:
/// `ActivationStats stats({.with_hist = true}); learn.fit(1, callbacks(stats)); stats.plot_layer_stats(0, "layer.png");`
///
/// A layer that gives several tensors has one record for each, `layer_stats(i, output)`; called several times in a batch,
/// the last call counts. Memory is bounded: past `max_steps` each second row is dropped and half as many batches are
/// measured from there on, at most 24 bytes a layer and row, 184 with histograms. Each fit begins anew.
/// Dtypes:  any; float32 on the CPU takes one pass through memory
/// Errors:  state_error [activation_stats.options], [activation_stats.layer], [activation_stats.no_hist]; in fit those of
///          HookCallback; io_error where a picture cannot be drawn or written
/// Source:  fastai 2.7.18 callback/hook.py ActivationStats
/// Example: examples/doc/activation_stats.cpp
class ActivationStats {
 public:
  static constexpr int order = CallbackOrder::hooks;

  explicit ActivationStats(ActivationStatsOptions options = {});

  void before_fit(TrainState& learn);
  void before_batch(TrainState& learn);
  void after_pred(TrainState& learn) { hooks_.after_pred(learn); }
  void after_batch(TrainState& learn);

  std::size_t n_layers() const { return record_->layers.size(); }
  /// What each layer is called in the model.
  std::vector<std::string> const& names() const { return record_->names; }
  /// The numbers (`train_iter`) of the batches that were measured.
  std::vector<std::int64_t> const& steps() const { return record_->steps; }

  LayerStats const& layer_stats(std::size_t layer, std::size_t output = 0) const;
  /// log(1 + count), 40 bins by steps.
  std::vector<std::vector<double>> hist(std::size_t layer, std::size_t output = 0) const;

  /// Draw the three curves of a layer; gives back where the picture is.
  std::string plot_layer_stats(std::size_t layer, std::filesystem::path const& path) const;
  /// Draw the histograms as colours, a column for each step, small numbers at the bottom; gives back where it is.
  std::string color_dim(std::size_t layer, std::filesystem::path const& path) const;

 private:
  std::shared_ptr<detail::ActivationRecord> record_;
  std::int64_t first_every_, every_;
  std::size_t max_steps_;
  HookCallback hooks_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/activation_stats.ipp>
#endif
