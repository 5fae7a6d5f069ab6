#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/data/archive.hpp>
#include <fastxx/mid/data/byte_progress.hpp>
#include <fastxx/mid/data/download.hpp>

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <locale.h>
#include <map>
#include <memory>
#include <new>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fastxx::detail {

// The parts of a name, without empty ones and ".".
inline std::vector<std::string> path_parts(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t from = 0; from <= name.size();) {
    std::size_t const to = std::min(name.find('/', from), name.size());
    std::string_view const part = name.substr(from, to - from);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    from = to + 1;
  }
  return parts;
}

inline std::string joined_parts(std::vector<std::string> const& parts) {
  std::string name;
  for (std::string const& part : parts) name += (name.empty() ? "" : "/") + part;
  return name;
}

// The symbolic links of an archive by their names in it. None is made before all of them have been looked at.
class ArchiveLinks {
 public:
  void add(std::string const& name, std::string target) { targets_[name] = std::move(target); }
  void remove(std::string const& name) { targets_.erase(name); }
  std::map<std::string, std::string> const& all() const { return targets_; }

  // Whether a link, and the links that it goes through, stay below the folder of this depth.
  bool stays_inside(std::string const& name, std::size_t floor) const {
    std::vector<std::string> at = path_parts(name);
    at.pop_back();
    int steps = 1000;  // links of links of links can take for ever
    return at.size() >= floor && follow(at, targets_.at(name), floor, steps);
  }

 private:
  bool follow(std::vector<std::string>& at, std::string const& target, std::size_t floor, int& steps) const {
    if (target.starts_with('/') || --steps < 0) return false;
    for (std::string const& part : path_parts(target)) {
      if (part != "..")
        at.push_back(part);
      else if (at.size() <= floor)
        return false;
      else
        at.pop_back();
      auto const link = part == ".." ? targets_.end() : targets_.find(joined_parts(at));
      if (link == targets_.end()) continue;
      at.pop_back();
      if (!follow(at, link->second, floor, steps)) return false;
    }
    return true;
  }

  std::map<std::string, std::string> targets_;
};

// Names in archives are UTF-8 (or bytes), whatever the locale of the program.
class Utf8Names {
 public:
  Utf8Names() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)), before_(utf8_ ? ::uselocale(utf8_) : nullptr) {}
  Utf8Names(Utf8Names const&) = delete;
  Utf8Names& operator=(Utf8Names const&) = delete;
  ~Utf8Names() {
    if (utf8_) ::uselocale(before_), ::freelocale(utf8_);
  }

 private:
  locale_t utf8_, before_;
};

// Writes the entries of an archive into an empty folder that nobody else writes into. There is no link in it before the
// end, so what a name means is what it says.
class Extraction {
 public:
  Extraction(std::filesystem::path const& archive, std::filesystem::path folder, ExtractRules const& rules)
      : archive_(archive), folder_(std::move(folder)), rules_(rules), packed_(std::filesystem::file_size(archive)) {
    std::uint64_t const bomb = std::max<std::uint64_t>(std::uint64_t{1} << 30, packed_ * 1000);
    most_ = std::min(rules.max_bytes, bomb);
  }

  // What becomes the destination.
  std::filesystem::path run() {
    open();
    ByteProgress bar("extracting " + archive_.filename().string(), rules_.progress);
    make_folder({});
    while (next()) {
      write_entry();
      bar.update(static_cast<std::uint64_t>(std::max<la_int64_t>(0, ::archive_filter_bytes(reader_.get(), -1))),
                 packed_);
    }
    if (tops_.empty()) refuse_archive("no file in it");
    bool const one = tops_.size() == 1;
    make_links(one ? 1 : 0);
    return one ? folder_ / *tops_.begin() : folder_;
  }

 private:
  void open();
  bool next();
  void write_entry();
  void write_file(std::vector<std::string> const& parts);
  void write_bytes(std::filesystem::path const& path);
  void write_hard_link(std::vector<std::string> const& parts);
  void make_folder(std::vector<std::string> const& parts);
  void make_links(std::size_t floor);
  void count(std::uint64_t bytes);
  std::vector<std::string> safe_parts(char const* name, char const* what) const;
  std::filesystem::path place(std::vector<std::string> const& parts) const { return folder_ / joined_parts(parts); }
  std::string entry_name() const {
    char const* const name = ::archive_entry_pathname(entry_);
    return name ? name : "";
  }

  [[noreturn]] void refuse_archive(std::string reason) const {
    throw io_error("untar.archive", {.call = "untar_data",
                                     .expected = "a whole tar or zip archive",
                                     .got = std::move(reason),
                                     .where = archive_.string(),
                                     .fix = "remove the file, or give force_download, so that it is fetched again"});
  }
  [[noreturn]] void refuse_entry(std::string const& name, std::string got) const {
    throw io_error("untar.entry", {.call = "untar_data",
                                   .expected = "files, folders and links that stay in the folder of the archive",
                                   .got = std::move(got),
                                   .where = "'" + brief(name) + "' of " + archive_.string(),
                                   .fix = "do not trust this archive; nothing of it was kept"});
  }
  [[noreturn]] static void fail(std::filesystem::path const& path, int code) {
    throw_file_error("untar.write", "untar_data", path, code);
  }

  struct Close {
    void operator()(archive* reader) const { ::archive_read_free(reader); }
  };

  std::filesystem::path archive_, folder_;
  ExtractRules const& rules_;
  std::uint64_t packed_, most_ = 0, written_ = 0;
  std::unique_ptr<archive, Close> reader_;
  archive_entry* entry_ = nullptr;
  ArchiveLinks links_;
  std::set<std::string> tops_;
};

inline void Extraction::open() {
  reader_.reset(::archive_read_new());
  archive* const reader = reader_.get();
  if (!reader) throw std::bad_alloc();
  // Not "all": some filters start programs.
  ::archive_read_support_format_tar(reader);
  ::archive_read_support_format_zip(reader);
  for (auto const support : {::archive_read_support_filter_gzip, ::archive_read_support_filter_bzip2,
                             ::archive_read_support_filter_xz, ::archive_read_support_filter_zstd})
    support(reader);
  if (::archive_read_open_filename(reader, archive_.c_str(), 1 << 16) != ARCHIVE_OK)
    refuse_archive(first_line(::archive_error_string(reader)));
}

inline bool Extraction::next() {
  int const result = ::archive_read_next_header(reader_.get(), &entry_);
  if (result == ARCHIVE_EOF) return false;
  // Warnings are of what is not wanted anyway, such as owners and times.
  if (result != ARCHIVE_OK && result != ARCHIVE_WARN) {
    char const* const reason = ::archive_error_string(reader_.get());
    refuse_archive(reason ? first_line(reason) : "a damaged header");
  }
  return true;
}

inline std::vector<std::string> Extraction::safe_parts(char const* name, char const* what) const {
  if (!name) refuse_entry(entry_name(), std::string(what) + " without a name that can be read");
  if (name[0] == '/') refuse_entry(entry_name(), std::string(what) + " with the absolute name '" + brief(name) + "'");
  auto parts = path_parts(name);
  if (std::find(parts.begin(), parts.end(), "..") != parts.end())
    refuse_entry(entry_name(), std::string(what) + " with '..' in its name '" + brief(name) + "'");
  return parts;
}

// Each entry costs as much as its header in a tar file, so that empty files are no way around the limit.
inline void Extraction::count(std::uint64_t bytes) {
  if (bytes <= most_ - written_) {
    written_ += bytes;
    return;
  }
  bool const option = most_ == rules_.max_bytes;
  throw io_error(
      "untar.bomb",
      {.call = "untar_data",
       .expected = {"at most ", most_, " bytes, ", option ? "max_bytes" : "a thousand for each of the archive"},
       .got = "more",
       .where = "'" + brief(entry_name()) + "' of " + archive_.string(),
       .fix = option ? "give a larger max_bytes if you trust this archive; nothing of it was kept"
                     : "do not trust this archive; nothing of it was kept"});
}

inline void Extraction::write_entry() {
  auto const parts = safe_parts(::archive_entry_pathname(entry_), "an entry");
  auto const type = ::archive_entry_filetype(entry_);
  count(512);
  if (parts.empty() && type == AE_IFDIR) return;  // "./"
  if (parts.empty()) refuse_entry(entry_name(), "no name");
  tops_.insert(parts.front());
  if (::archive_entry_hardlink(entry_)) return write_hard_link(parts);
  if (type == AE_IFREG) return write_file(parts);
  if (type == AE_IFDIR) return make_folder(parts);
  if (type != AE_IFLNK) refuse_entry(entry_name(), "a device, pipe or socket");
  char const* const target = ::archive_entry_symlink(entry_);
  if (!target || target[0] == '\0') refuse_entry(entry_name(), "a link to nothing");
  ::unlink(place(parts).c_str());  // the later entry of a name counts
  links_.add(joined_parts(parts), target);
}

inline void Extraction::make_folder(std::vector<std::string> const& parts) {
  std::error_code code;
  std::filesystem::create_directories(place(parts), code);
  if (code) fail(place(parts), code.value());
}

inline void Extraction::write_file(std::vector<std::string> const& parts) {
  auto const path = place(parts);
  make_folder({parts.begin(), parts.end() - 1});
  links_.remove(joined_parts(parts));
  ::unlink(path.c_str());
  write_bytes(path);
}

inline void Extraction::write_bytes(std::filesystem::path const& path) {
  auto const said = static_cast<std::uint64_t>(std::max<la_int64_t>(0, ::archive_entry_size(entry_)));
  if (said > most_ - written_) count(said);  // before the disk is full of it
  mode_t const mode = (::archive_entry_perm(entry_) & 0777) | 0600;
  FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (file.get() < 0) fail(path, errno);
  std::vector<char> bytes(1 << 16);
  while (true) {
    la_ssize_t const size = ::archive_read_data(reader_.get(), bytes.data(), bytes.size());
    if (size == 0) break;
    if (size < 0)
      refuse_archive(first_line(::archive_error_string(reader_.get())) + ", in '" + brief(entry_name()) + "'");
    count(static_cast<std::uint64_t>(size));
    for (std::string_view left(bytes.data(), static_cast<std::size_t>(size)); !left.empty();) {
      ssize_t const n = ::write(file.get(), left.data(), left.size());
      if (n < 0 && errno != EINTR) fail(path, errno);
      if (n > 0) left.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  if (int const code = file.close()) fail(path, code);
}

// Its other name stands earlier in the archive.
inline void Extraction::write_hard_link(std::vector<std::string> const& parts) {
  auto const first = place(safe_parts(::archive_entry_hardlink(entry_), "a hard link to a file"));
  auto const path = place(parts);
  struct stat status {};
  if (::lstat(first.c_str(), &status) != 0 || !S_ISREG(status.st_mode))
    refuse_entry(entry_name(),
                 "a hard link to '" + brief(::archive_entry_hardlink(entry_)) + "', which is no file before it");
  if (first == path) return;
  make_folder({parts.begin(), parts.end() - 1});
  links_.remove(joined_parts(parts));
  ::unlink(path.c_str());
  if (::link(first.c_str(), path.c_str()) == 0) return;
  count(static_cast<std::uint64_t>(status.st_size));  // some file systems have no hard links
  std::error_code code;
  std::filesystem::copy_file(first, path, code);
  if (code) fail(path, code.value());
}

inline void Extraction::make_links(std::size_t floor) {
  for (auto const& [name, target] : links_.all())
    if (!links_.stays_inside(name, floor)) refuse_entry(name, "a link that leaves it, to '" + brief(target) + "'");
  for (auto const& [name, target] : links_.all()) {
    auto parts = path_parts(name);
    parts.pop_back();
    make_folder(parts);
    if (::symlink(target.c_str(), (folder_ / name).c_str()) != 0) fail(folder_ / name, errno);
  }
}

// The folder in which a data set grows; whatever was in it is of a run that was killed.
class StagingFolder {
 public:
  explicit StagingFolder(std::filesystem::path const& destination)
      : owned_(destination.parent_path() / ("." + destination.filename().string() + ".untar"),
               OwnedPath::Kind::folder) {
    std::error_code code;
    for (auto const& left : std::filesystem::directory_iterator(path(), code)) {
      std::filesystem::remove_all(left, code);
      if (code) break;
    }
    if (code) throw_file_error("untar.write", "untar_data", path(), code.value());
  }
  ~StagingFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path(), ignored);
  }

  std::filesystem::path const& path() const { return owned_.path(); }

 private:
  OwnedPath owned_;
};

inline void extract_archive(std::filesystem::path const& archive, std::filesystem::path const& destination,
                            ExtractRules const& rules) {
  std::error_code code;
  std::filesystem::create_directories(destination.parent_path(), code);
  if (code) throw_file_error("untar.write", "untar_data", destination.parent_path(), code.value());
  StagingFolder const staging(destination);
  bool const there = std::filesystem::exists(std::filesystem::symlink_status(destination, code));
  if (there && !rules.overwrite) return;  // another process was faster
  Utf8Names const names;
  auto const made = Extraction(archive, staging.path() / "new", rules).run();
  auto const old = staging.path() / "old";
  if (there && ::rename(destination.c_str(), old.c_str()) != 0)
    throw_file_error("untar.write", "untar_data", destination, errno);
  if (::rename(made.c_str(), destination.c_str()) == 0) return;
  int const reason = errno;
  if (there) (void)!::rename(old.c_str(), destination.c_str());
  throw_file_error("untar.write", "untar_data", destination, reason);
}

}  // namespace fastxx::detail
