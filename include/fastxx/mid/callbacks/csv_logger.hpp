#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/mid/train/callback_order.hpp>
#include <fastxx/mid/train/state.hpp>

#include <filesystem>

namespace fastxx {

/// Settings of CSVLogger.
struct CSVLoggerOptions {
  bool append = false;  ///< behind what the file has already, instead of in its place
};

/// Writes the training table to a file, a line for each epoch as soon as it has ended, with all digits:
/// `callbacks(CSVLogger("history.csv"))`.
///
/// Errors:  io_error [file.write] when a line cannot be written; the fit ends there and the model is as the epoch left it
/// Source:  fastai 2.7.18 callback/progress.py CSVLogger
/// Example: examples/doc/callback.cpp
class CSVLogger {
 public:
  static constexpr int order = CallbackOrder::progress;

  explicit CSVLogger(std::filesystem::path path = "history.csv", CSVLoggerOptions const& options = {});

  void before_fit(TrainState& learn);
  void after_epoch(TrainState& learn);

 private:
  void write(std::string const& line, bool append) const;

  std::filesystem::path path_;
  CSVLoggerOptions options_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/callbacks/csv_logger.ipp>
#endif
