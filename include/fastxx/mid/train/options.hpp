#pragma once

#include <fastxx/mid/data/detail/other_names.hpp>
#include <fastxx/mid/train/rates.hpp>

#include <array>
#include <cstdint>
#include <optional>

namespace fastxx {

/// Settings of fit; what is left out is the learner's.
struct FitOptions {
  Rates lr = {};
  [[no_unique_address]] detail::LrMaxIsLr lr_max = {};
  std::optional<double> wd = {};
  bool reset_opt = false;
  std::int64_t start_epoch = 0;  ///< epochs before it are taken as done: schedules go on from there
};

/// Settings of fit_one_cycle.
struct OneCycleOptions {
  Rates lr_max = {};  ///< the learner's lr when left out
  [[no_unique_address]] detail::LrIsLrMax lr = {};
  [[no_unique_address]] detail::MaxLrIsLrMax max_lr = {};
  double div = 25;
  [[no_unique_address]] detail::DivFactorIsDiv div_factor = {};
  double div_final = 1e5;
  [[no_unique_address]] detail::FinalDivFactorIsDivFinal final_div_factor = {};
  double pct_start = .25;
  std::optional<double> wd = {};
  std::optional<std::array<double, 3>> moms = {};
  bool reset_opt = false;
  std::int64_t start_epoch = 0;  ///< epochs before it are taken as done: the schedule goes on from there
};

/// Settings of fit_flat_cos.
struct FlatCosOptions {
  Rates lr = {};  ///< the learner's lr when left out
  [[no_unique_address]] detail::LrMaxIsLr lr_max = {};
  double div_final = 1e5;
  [[no_unique_address]] detail::FinalDivFactorIsDivFinal final_div_factor = {};
  double pct_start = .75;  ///< share of training with a constant rate
  std::optional<double> wd = {};
  bool reset_opt = false;
  std::int64_t start_epoch = 0;
};

/// Settings of fit_sgdr.
struct SgdrOptions {
  Rates lr_max = {};  ///< the learner's lr when left out
  [[no_unique_address]] detail::LrIsLrMax lr = {};
  std::int64_t cycle_mult = 2;  ///< each cycle is so many times longer than the one before
  std::optional<double> wd = {};
  bool reset_opt = false;
  std::int64_t start_epoch = 0;
};

/// Settings of fine_tune.
struct FineTuneOptions {
  double base_lr = 2e-3;  ///< of the last group while the others are frozen; half of it afterwards
  [[no_unique_address]] detail::LrIsBaseLr lr = {};
  std::int64_t freeze_epochs = 1;
  double lr_mult = 100;  ///< the first group trains with a rate so many times smaller than the last
  double pct_start = .3;
  double div = 5;
  double div_final = 1e5;
  std::optional<double> wd = {};
  std::optional<std::array<double, 3>> moms = {};
};

/// Settings of Learner::save.
struct SaveOptions {
  /// The optimizer's state too, where there is an optimizer; unset: unless the file's name ends in .pth or .pt.
  std::optional<bool> with_opt = {};
};

/// Settings of Learner::load.
struct LoadOptions {
  /// The optimizer's state too; an error when the file has none. Unset: true, but for a file of PyTorch's.
  std::optional<bool> with_opt = {};
  bool strict = true;  ///< false: names that are missing or unknown are left alone, shapes must fit all the same
};

/// Settings of GradScaler and Learner::to_fp16.
struct GradScalerOptions {
  double scale = 65536;                 ///< at the beginning of a fit
  double growth_factor = 2;             ///< the scale grows by it after growth_interval good steps
  double backoff_factor = .5;           ///< and shrinks by it when a gradient is infinite or no number
  std::int64_t growth_interval = 2000;  ///< steps
};

/// Settings of the learning-rate finder.
struct LRFindOptions {
  double start_lr = 1e-7;
  double end_lr = 10;
  int num_it = 100;
  bool stop_div = true;  ///< stop when the smoothed loss is four times its best
};

/// Settings of tta.
struct TtaOptions {
  std::int64_t n = 4;    ///< passes with random transforms
  double beta = .25;     ///< share of the plain predictions
  bool use_max = false;  ///< the largest prediction of all passes in the place of a blend
};

/// What get_preds gathers besides predictions, targets and losses.
struct PredictionOptions {
  bool with_input = false;    ///< the inputs too
  bool with_decoded = false;  ///< what the loss decodes the predictions to
  bool with_preds = true;     ///< false: preds has no rows, where scores of all pixels would not fit into memory
};

}  // namespace fastxx
