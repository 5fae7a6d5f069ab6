#pragma once

#include <fastxx/mid/data/external_urls.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace fastxx::detail {

struct DownloadRules {
  bool force = false;       // also when the archive is there
  std::uint64_t max_bytes;  // the most that an archive of unknown size may have
  bool progress = true;
  std::chrono::seconds patience;  // with a server that says nothing
};

// See to it that the archive is there and is what is known of it. What comes goes into `<archive>.part`, which one process
// or thread at a time writes; it stays when the connection breaks, so that the next call goes on, and goes away when it is
// wrong or the disk is full.
//
// Errors: io_error [untar.download], [untar.check], [untar.write]
void download_archive(DataURL const& url, std::filesystem::path const& archive, DownloadRules const& rules);

// What is wrong with a file: "size 12" or "MD5 ...", empty when it is what is known.
std::string difference(DataURL const& url, std::filesystem::path const& file);

// A file or folder that one process or thread at a time has to itself, until this object dies: locked, and still at its
// path. Others wait.
class OwnedPath {
 public:
  enum class Kind { file, folder };
  OwnedPath(std::filesystem::path path, Kind kind);
  OwnedPath(OwnedPath const&) = delete;
  OwnedPath& operator=(OwnedPath const&) = delete;
  ~OwnedPath();

  int descriptor() const { return descriptor_; }
  std::filesystem::path const& path() const { return path_; }

 private:
  void open(Kind kind);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

}  // namespace fastxx::detail

// Not FASTXX_BODIES: see external_urls.hpp.
#include <fastxx/mid/data/download.ipp>
