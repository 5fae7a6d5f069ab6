#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/callbacks/csv_logger.hpp>
#include <fastxx/mid/train/recorder.hpp>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <string>
#include <utility>

namespace fastxx::detail {

// A cell as RFC 4180 wants it.
inline std::string csv_cell(std::string const& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char const c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

// As many digits as the number needs to come back the same.
inline std::string csv_cell(MetricValue const& value) {
  if (!value) return {};
  char text[32];
  auto const end = std::to_chars(text, text + sizeof text, *value).ptr;
  return {text, end};
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE CSVLogger::CSVLogger(std::filesystem::path path, CSVLoggerOptions const& options)
    : path_(std::move(path)), options_(options) {}

FASTXX_INLINE void CSVLogger::write(std::string const& line, bool append) const {
  detail::require_regular_file("file.write", "CSVLogger", path_);  // a pipe would wait for its reader
  errno = 0;
  std::ofstream file(path_, append ? std::ios::app : std::ios::trunc);
  if (!(file << line << '\n' && file.flush())) detail::throw_file_error("file.write", "CSVLogger", path_, errno);
}

FASTXX_INLINE void CSVLogger::before_fit(TrainState& learn) {
  if (detail::leaves_no_trace(learn)) return;
  if (path_.has_parent_path()) make_output_folder(path_.parent_path());
  std::string line;
  for (auto const& name : learn.recorder().metric_names()) line += (line.empty() ? "" : ",") + detail::csv_cell(name);
  write(line, options_.append);
}

FASTXX_INLINE void CSVLogger::after_epoch(TrainState& learn) {
  if (detail::leaves_no_trace(learn) || learn.recorder().values.empty()) return;
  std::string line = std::to_string(learn.epoch);
  for (auto const& value : learn.recorder().values.back()) line += "," + detail::csv_cell(value);
  write(line + "," + format_time(learn.recorder().epoch_seconds()), true);
}

}  // namespace fastxx
