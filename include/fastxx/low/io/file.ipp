#pragma once

#include <fastxx/low/io/file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fastxx::detail {

inline std::string advice_for(int code) {
  switch (code) {
    case ENOENT:
      return "check the path; the file or one of its folders does not exist";
    case EACCES:
    case EPERM:
      return "check the permissions, or choose another place";
    case EROFS:
      return "this file system is read-only; choose another place";
    case ENOSPC:
    case EDQUOT:
      return "free some space, or choose another disk";
    case EFBIG:
      return "raise the limit on file sizes (ulimit -f), or choose another disk";
    case ENOTDIR:
      return "a part of the path is a file, not a folder; choose another path";
    case EISDIR:
      return "name a file, not a folder";
    default:
      return "check the path";
  }
}

FASTXX_INLINE void throw_file_error(std::string_view key, std::string call, std::filesystem::path const& path,
                                    int code) {
  throw io_error(key, {.call = std::move(call),
                       .got = std::generic_category().message(code),
                       .where = path.string(),
                       .fix = advice_for(code)});
}

FASTXX_INLINE int FileHandle::close() {
  int const descriptor = std::exchange(descriptor_, -1);
  return descriptor >= 0 && ::close(descriptor) != 0 ? errno : 0;
}

inline int open_retrying(char const* path, int flags, mode_t mode = 0) {
  int descriptor;
  do descriptor = ::open(path, flags | O_CLOEXEC, mode);
  while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

// Only regular files hold results: a pipe would make a reader wait for ever, and the final rename of a writer would
// replace a device. A path where nothing is yet passes.
inline void require_regular_file(std::string_view key, std::string_view call, std::filesystem::path const& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode)) return;
  if (S_ISDIR(status.st_mode)) throw_file_error(key, std::string(call), path, EISDIR);
  throw io_error(key, {.call = std::string(call),
                       .expected = "a regular file",
                       .got = S_ISFIFO(status.st_mode)   ? "a pipe"
                              : S_ISSOCK(status.st_mode) ? "a socket"
                                                         : "a device",
                       .where = path.string(),
                       .fix = "choose another path; what comes out of a pipe goes into a file first"});
}

FASTXX_INLINE int open_to_read(std::string_view key, std::string_view call, std::filesystem::path const& path) {
  require_regular_file(key, call, path);  // before opening, which for a pipe waits for a writer
  int const descriptor = open_retrying(path.c_str(), O_RDONLY);
  if (descriptor < 0) throw_file_error(key, std::string(call), path, errno);
  return descriptor;
}

// read_some(bytes, size, done) reads on after the bytes that are done.
template <class ReadSome>
std::ptrdiff_t read_all(char* bytes, std::size_t size, ReadSome const& read_some) {
  std::size_t done = 0;
  while (done < size) {
    ssize_t const n = read_some(bytes + done, size - done, done);
    if (n == 0) break;
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n < 0 && errno != EINTR) return -1;
  }
  return static_cast<std::ptrdiff_t>(done);
}

FASTXX_INLINE std::ptrdiff_t read_fully(int descriptor, char* bytes, std::size_t size) {
  return read_all(bytes, size, [&](char* to, std::size_t left, std::size_t) { return ::read(descriptor, to, left); });
}

FASTXX_INLINE std::ptrdiff_t read_fully_at(int descriptor, char* bytes, std::size_t size, std::uint64_t place) {
  return read_all(bytes, size, [&](char* to, std::size_t left, std::size_t done) {
    return ::pread(descriptor, to, left, static_cast<off_t>(place + done));
  });
}

FASTXX_INLINE void refuse_unknown_size(std::string_view key, std::string_view call, std::filesystem::path const& path) {
  throw io_error(key, {.call = std::string(call),
                       .expected = "a file whose size the system knows",
                       .got = "one that it gives size 0, though there are bytes in it",
                       .where = path.string(),
                       .fix = "copy it to a disk and read the copy"});
}

FASTXX_INLINE void refuse_memory(std::string_view key, std::string_view call, std::string where, std::uint64_t bytes) {
  throw io_error(key, {.call = std::string(call),
                       .expected = {"memory for ", bytes, " bytes"},
                       .got = "less",
                       .where = std::move(where),
                       .fix = "free some memory or use a larger machine; a file that should be smaller is damaged"});
}

inline void make_room(std::string& bytes, std::size_t size, std::filesystem::path const& path) {
  try {
    bytes.resize(size);
  } catch (std::exception const&) {  // std::bad_alloc, or std::length_error for a sparse file as long as they go
    refuse_memory("file.memory", "read_file", path.string(), size);
  }
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE std::string read_file(std::filesystem::path const& path) {
  detail::FileHandle const file(detail::open_to_read("file.read", "read_file", path));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) detail::throw_file_error("file.read", "read_file", path, errno);
  std::string bytes;
  // Files of /proc say size 0, so the size is only a first guess and the end of the file decides.
  for (std::size_t room = static_cast<std::size_t>(status.st_size) + 1;; room = bytes.size() + 65536) {
    std::size_t const before = bytes.size();
    detail::make_room(bytes, before + room, path);
    std::ptrdiff_t const n = detail::read_fully(file.get(), bytes.data() + before, room);
    if (n < 0) detail::throw_file_error("file.read", "read_file", path, errno);
    bytes.resize(before + static_cast<std::size_t>(n));
    if (static_cast<std::size_t>(n) < room) return bytes;
  }
}

FASTXX_INLINE void FileWriter::write(std::string_view bytes) {
  constexpr std::size_t piece = 4 << 20;
  while (!bytes.empty()) {
    ssize_t const n = ::write(file_.get(), bytes.data(), std::min(bytes.size(), piece));
    if (n < 0 && errno != EINTR) fail(errno);
    if (n <= 0) continue;
    bytes.remove_prefix(static_cast<std::size_t>(n));
    unsent_ += static_cast<std::size_t>(n);
    if (unsent_ < piece) continue;
    // The disk works while the next piece is copied. A wish: what it fails at, fsync says.
    (void)::sync_file_range(file_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    unsent_ = 0;
  }
}

FASTXX_INLINE void FileWriter::rewrite(std::uint64_t place, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const n = ::pwrite(file_.get(), bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (n < 0 && errno != EINTR) fail(errno);
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n)), place += static_cast<std::uint64_t>(n);
  }
}

FASTXX_INLINE void FileWriter::finish() {
  // Some file systems cannot fsync (EINVAL); their files are as safe as they get.
  if (::fsync(file_.get()) != 0 && errno != EINVAL) fail(errno);
  if (int const code = file_.close()) fail(code);
}

}  // namespace fastxx

namespace fastxx::detail {

// Where the bytes must really go: links are followed, because the final rename would replace the link.
inline std::filesystem::path regular_target(std::filesystem::path const& path) {
  require_regular_file("file.write", "write_file", path);
  std::error_code ignored;
  bool const is_link = std::filesystem::is_symlink(path, ignored);
  std::filesystem::path target = is_link ? std::filesystem::weakly_canonical(path, ignored) : path;
  if (target.empty()) throw_file_error("file.write", "write_file", path, ENOENT);
  return target;
}

// The n-th place for a temporary file in the folder of a path.
inline std::filesystem::path temporary_beside(std::filesystem::path const& path, int n) {
  return path.parent_path() / join({".", path.filename().string().substr(0, 100), ".", n, ".tmp"});
}

// Whether the open file is still the one that the path names.
inline bool is_at(int descriptor, std::filesystem::path const& path) {
  struct stat open {
  }, named{};
  return ::fstat(descriptor, &open) == 0 && ::lstat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

// Whoever writes a temporary file has locked it: what can be locked was left behind by a killed process. Unless it has
// got its final name since we opened it; what is called so now is another's.
inline void remove_if_left_behind(std::filesystem::path const& temporary) {
  FileHandle const file(open_retrying(temporary.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
  if (file.get() >= 0 && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0 && is_at(file.get(), temporary))
    ::unlink(temporary.c_str());
}

// A new empty file beside `target`, whose name another process may know but not take; it is gone again when this object
// dies before `replace()`. Locked all the time, the renaming included.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::filesystem::path target) : target_(std::move(target)) {
    for (int n = 0; n < 8; ++n) remove_if_left_behind(temporary_beside(target_, n));
    for (int n = 0; n < 1000 && descriptor_ < 0; ++n) {
      temporary_ = temporary_beside(target_, n);
      // O_EXCL: it is new, and no link to a file elsewhere.
      descriptor_ = open_retrying(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL, 0666);
      if (descriptor_ < 0 && errno != EEXIST) break;
      if (descriptor_ >= 0 && !lock()) ::close(std::exchange(descriptor_, -1));
    }
    struct stat old {};
    if (descriptor_ >= 0 && ::stat(target_.c_str(), &old) == 0 && S_ISREG(old.st_mode))
      (void)!::fchmod(descriptor_, old.st_mode & 0777);  // the old permissions are a courtesy, not a duty
  }
  TemporaryFile(TemporaryFile const&) = delete;
  TemporaryFile& operator=(TemporaryFile const&) = delete;
  ~TemporaryFile() {
    if (descriptor_ < 0) return;
    if (!replaced_) ::unlink(temporary_.c_str());
    ::close(descriptor_);
  }

  // A descriptor to write with and to close, which leaves the file locked; -1 with errno when there is none.
  int descriptor() const { return descriptor_ < 0 ? -1 : ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0); }
  bool replace() { return replaced_ = ::rename(temporary_.c_str(), target_.c_str()) == 0; }

 private:
  // False when another process took it for one left behind, before it was locked. (Some file systems have no locks.)
  bool lock() const {
    (void)::flock(descriptor_, LOCK_EX);
    return is_at(descriptor_, temporary_);
  }

  std::filesystem::path target_, temporary_;
  int descriptor_ = -1;
  bool replaced_ = false;
};

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE void write_file_atomically(std::filesystem::path const& path,
                                         std::function<void(FileWriter&)> const& fill,
                                         std::function<void()> const& before_replacing) {
  detail::TemporaryFile temporary(detail::regular_target(path));
  int const descriptor = temporary.descriptor();
  if (descriptor < 0) detail::throw_file_error("file.write", "write_file", path, errno);
  FileWriter writer(path, descriptor);
  fill(writer);
  writer.finish();
  if (before_replacing) before_replacing();
  if (!temporary.replace()) detail::throw_file_error("file.write", "write_file", path, errno);
}

FASTXX_INLINE void write_file_atomically(std::filesystem::path const& path, std::string_view bytes) {
  write_file_atomically(path, [bytes](FileWriter& writer) { writer.write(bytes); });
}

FASTXX_INLINE void make_output_folder(std::filesystem::path const& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) detail::throw_file_error("file.folder", "make_output_folder", path, code.value());
  detail::TemporaryFile const probe(path / "probe");
  detail::FileHandle file(probe.descriptor());
  bool const written = file.get() >= 0 && ::write(file.get(), "x", 1) == 1;
  int reason = written ? 0 : errno;
  if (int const at_close = file.close(); reason == 0) reason = at_close;
  if (reason != 0) detail::throw_file_error("file.folder", "make_output_folder", path, reason);
}

}  // namespace fastxx
