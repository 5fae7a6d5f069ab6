#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// CRC-32C (Castagnoli), and the form in which records hold it.
std::uint32_t crc32c(std::string_view bytes);
std::uint32_t masked_crc32c(std::string_view bytes);

}  // namespace detail

/// A new event file in a folder, which TensorBoard shows while it grows: `tensorboard --logdir folder`.
///
/// Each call adds one record by one write, so what is there can be read at any time. A folder may hold several files;
/// TensorBoard shows them as one run, so a run gets a folder of its own.
/// Errors:  io_error [file.folder], [file.write]; data_error [event_file.image]
/// Source:  TensorFlow's TFRecord format, and its messages Event and Summary, of which a few fields are written
/// Example: examples/doc/tensorboard.cpp
class EventFile {
 public:
  explicit EventFile(std::filesystem::path const& folder);

  std::filesystem::path const& path() const { return path_; }

  /// Numbers under their names, at a step; TensorBoard keeps them as float32.
  void scalars(std::vector<std::pair<std::string, double>> const& values, std::int64_t step);
  void scalar(std::string const& tag, double value, std::int64_t step) { scalars({{tag, value}}, step); }
  /// A picture, the bytes of a PNG.
  void image(std::string const& tag, std::string_view png, std::int64_t step);

 private:
  void add(std::string const& fields);
  void summary(std::string const& values, std::int64_t step);

  std::filesystem::path path_;
  detail::FileHandle file_;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/event_file.ipp>
#endif
