#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors_header.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

// Tensors whose names begin with a prefix, written and read without it.
void put_tensors(SafeTensors& file, std::string const& prefix, std::map<std::string, Tensor> const& tensors);
std::map<std::string, Tensor> tensors_under(SafeTensors const& file, std::string const& prefix);

static_assert(std::endian::native == std::endian::little, "fastxx: safetensors needs a little-endian machine");

SafeTensorsType safetensors_type(std::string const& name, Tensor const& tensor);

// Length and JSON, padded with spaces so that the data begin at a multiple of 8.
std::string safetensors_header(SafeTensors const& content, std::vector<SafeTensorsEntry> const& entries);

// CRC-32 of the bytes that save_safetensors would write, in eight hexadecimal digits.
std::string safetensors_checksum(SafeTensors const& content);

// save_safetensors, and that checksum under a word of the metadata: one pass over the data, while the disk is busy.
void save_safetensors_checked(std::filesystem::path const& path, SafeTensors content, std::string const& word,
                              std::function<void()> const& before_replacing = {});

}  // namespace detail

/// Write tensors and metadata as a safetensors file that Python reads; complete or not at all.
///
/// Equal content gives equal bytes. Tensors on other devices are copied to the CPU, views are written dense.
/// Dtypes:  float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool
/// Errors:  io_error [file.write]; tensor_error [safetensors.dtype], [.shape] over 64 dimensions; data_error
///          [safetensors.header] for a bad name
/// Source:  https://github.com/huggingface/safetensors, "Format" in its README
void save_safetensors(std::filesystem::path const& path, SafeTensors const& content);

/// A safetensors file whose header is read and checked, and whose tensors are read one by one: those that are needed
/// alone, or those of a file in which others have dtypes that libtorch does not know.
///
/// Errors:  those of load_safetensors; when a tensor is read [safetensors.dtype] for it, [safetensors.name] for a name
///          that the file does not have
/// Source:  https://github.com/huggingface/safetensors, safe_open of its Python package
class SafeTensorsReader {
 public:
  explicit SafeTensorsReader(std::filesystem::path path);

  /// The names of the tensors, in the order of their data.
  std::vector<std::string> const& names() const { return names_; }
  bool contains(std::string const& name) const { return entries_.contains(name); }
  SafeTensorsInfo const& info(std::string const& name) const { return entry(name).info; }
  std::map<std::string, std::string> const& metadata() const& { return metadata_; }
  std::map<std::string, std::string>&& metadata() && { return std::move(metadata_); }
  /// Read one tensor. Several threads may do so at once.
  Tensor tensor(std::string const& name) const;

 private:
  detail::SafeTensorsEntry const& entry(std::string const& name) const;

  std::filesystem::path path_;
  detail::FileHandle file_;
  std::uint64_t data_begin_ = 0;
  std::map<std::string, std::string> metadata_{};
  detail::SafeTensorsEntries entries_{};
  std::vector<std::string> names_{};
};

/// Read a whole safetensors file; nothing in it is believed before it is checked.
///
/// Dtypes:  float64 float32 float16 bfloat16 int64 int32 int16 int8 uint8 bool; others are an error here, and
///          SafeTensorsReader reads the tensors beside them
/// Errors:  io_error [safetensors.open], [.truncated], [.header], [.dtype], [.shape], [.offsets], [.bool], [.memory],
///          with the path and the tensor's name
/// Source:  https://github.com/huggingface/safetensors, "Format" in its README
SafeTensors load_safetensors(std::filesystem::path const& path);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/safetensors.ipp>
#endif
