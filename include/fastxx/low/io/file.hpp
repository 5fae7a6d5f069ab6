#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx {

namespace detail {

[[noreturn]] void throw_file_error(std::string_view key, std::string call, std::filesystem::path const& path, int code);

// A file descriptor that closes itself.
class FileHandle {
 public:
  explicit FileHandle(int descriptor = -1) : descriptor_(descriptor) {}
  FileHandle(FileHandle const&) = delete;
  FileHandle& operator=(FileHandle const&) = delete;
  ~FileHandle() { close(); }

  int get() const { return descriptor_; }
  // 0, or the errno of close(2): on network disks a full disk may be noticed only here.
  int close();

 private:
  int descriptor_;
};

// Open a regular file; the caller closes what is returned.
int open_to_read(std::string_view key, std::string_view call, std::filesystem::path const& path);

// Fill `size` bytes; the number of bytes the file really had, or -1 with errno.
std::ptrdiff_t read_fully(int descriptor, char* bytes, std::size_t size);
// The same from a place in the file, whose position stays.
std::ptrdiff_t read_fully_at(int descriptor, char* bytes, std::size_t size, std::uint64_t place);

// Files of /proc and their like have bytes but no size, so nothing can be checked against it.
[[noreturn]] void refuse_unknown_size(std::string_view key, std::string_view call, std::filesystem::path const& path);

// A file that is larger than the machine, or says so.
[[noreturn]] void refuse_memory(std::string_view key, std::string_view call, std::string where, std::uint64_t bytes);

}  // namespace detail

/// Read a whole file as bytes.
///
/// Errors:  io_error [file.read] with the path and the system's reason, or what stands there that is no regular file;
///          [file.memory] for a file that is larger than memory
/// Source:  own design
std::string read_file(std::filesystem::path const& path);

/// The file that `write_file_atomically` hands to its callback; it takes bytes in order.
///
/// Errors:  io_error [file.write] with the path and the system's reason
/// Source:  own design
class FileWriter {
 public:
  FileWriter(std::filesystem::path path, int descriptor) : path_(std::move(path)), file_(descriptor) {}

  void write(std::string_view bytes);
  void write(void const* bytes, std::size_t size) { write({static_cast<char const*>(bytes), size}); }

  /// Other bytes in the place of some that are written already.
  void rewrite(std::uint64_t place, std::string_view bytes);

  /// Wait until the bytes are on the disk, then close.
  void finish();

 private:
  [[noreturn]] void fail(int code) const { detail::throw_file_error("file.write", "write_file", path_, code); }

  std::filesystem::path path_;
  detail::FileHandle file_;
  std::size_t unsent_ = 0;  // bytes that the disk has not been asked to take yet
};

/// Write a file so that readers see the old bytes or all of the new ones, never a part.
///
/// `fill` writes into a temporary file in the same folder, which is renamed when it is complete. Whatever
/// goes wrong, also an exception out of `fill`, leaves the old file as it was and no temporary behind. `before_replacing`
/// is called when the new bytes are on the disk and the old ones still stand there: a chance to keep those.
/// Errors:  io_error [file.write] with the path and the system's reason, or what stands there that is no regular file
/// Source:  own design
void write_file_atomically(std::filesystem::path const& path, std::function<void(FileWriter&)> const& fill,
                           std::function<void()> const& before_replacing = {});

/// The same for bytes that are in memory already.
void write_file_atomically(std::filesystem::path const& path, std::string_view bytes);

/// Make a folder with its parents and prove, by writing a small file, that results can go there.
///
/// Call it before the hours of training whose results go there, not after.
/// Errors:  io_error [file.folder] with the path and the system's reason
/// Source:  own design
void make_output_folder(std::filesystem::path const& path);

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/low/io/file.ipp>
#endif
