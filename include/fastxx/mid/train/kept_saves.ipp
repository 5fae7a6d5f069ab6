#pragma once

#include <fastxx/low/io/file.hpp>
#include <fastxx/mid/train/kept_saves.hpp>

#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <unistd.h>

namespace fastxx::detail {

FASTXX_INLINE std::filesystem::path kept_save(std::filesystem::path const& path, std::int64_t age) {
  return age == 0 ? path : std::filesystem::path(path.string() + "." + std::to_string(age));
}

FASTXX_INLINE void keep_newest(std::filesystem::path const& path, std::int64_t keep) {
  namespace fs = std::filesystem;
  std::error_code code;
  auto const first = kept_save(path, 1);
  // The same file already: a save was cut off between here and its last step.
  if (keep == 0 || !fs::exists(path, code) || fs::equivalent(path, first, code)) return;
  for (std::int64_t age = keep; age > 1; --age) {
    fs::rename(kept_save(path, age - 1), kept_save(path, age), code);
    if (code && code != std::errc::no_such_file_or_directory)
      throw_file_error("file.write", "Checkpoint", kept_save(path, age), code.value());
  }
  fs::remove(first, code);
  if (::linkat(AT_FDCWD, path.c_str(), AT_FDCWD, first.c_str(), AT_SYMLINK_FOLLOW) == 0) return;
  fs::copy_file(path, first, code);  // where there are no links, or on another disk
  if (code) throw_file_error("file.write", "Checkpoint", first, code.value());
}

FASTXX_INLINE void remove_kept(std::filesystem::path const& path, std::int64_t keep) {
  std::error_code ignored;
  for (std::int64_t age = 1; age <= keep; ++age) std::filesystem::remove(kept_save(path, age), ignored);
}

FASTXX_INLINE std::shared_ptr<SavedRun> youngest_save(std::filesystem::path const& path, std::int64_t keep,
                                                      TrainState const& learn, FitIdentity const& fit) {
  std::optional<io_error> of_newest;
  for (std::int64_t age = 0; age <= keep; ++age) {
    auto const one = kept_save(path, age);
    std::error_code code;
    if (!std::filesystem::exists(one, code)) {
      if (code)
        throw_file_error("checkpoint.file", "Checkpoint", one, code.value());  // a name too long, a loop of links
      continue;
    }
    try {
      auto run = std::make_shared<SavedRun>(one, learn, fit);
      if (age > 0)
        std::fprintf(stderr, "warning: %s; Checkpoint goes on from %s\n",
                     of_newest ? of_newest->what() : (brief(path.string()) + " is gone").c_str(),
                     brief(one.string()).c_str());
      return run;
    } catch (io_error const& e) {
      if (!says_damaged(e)) throw;
      if (!of_newest) of_newest = e;
    }
  }
  if (of_newest) throw *of_newest;
  return nullptr;
}

}  // namespace fastxx::detail
