#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace fastxx {

/// A list of files.
using Paths = std::vector<std::filesystem::path>;

/// Which files get_files takes.
struct FilesOptions {
  std::vector<std::string> extensions = {};  ///< ".png" or "png", in upper or lower case; none: all files
  bool recurse = true;                       ///< into folders, but for hidden ones
  std::vector<std::string> folders = {};  ///< of those in `path` only these; "." stands for the files of `path` itself
  bool follow_links = true;               ///< into folders that are symbolic links
};

/// The regular files of a folder and of the folders in it, sorted by their paths, so that a split by a seed is the same
/// on every machine. Hidden files and folders (".name") are left out; a link back to a folder it lies in is not followed,
/// nor a second link to one folder.
///
/// Errors:  io_error [files.folder] where `path`, or a folder in it, is no folder that can be read; [files.folders] when
///          one of `folders` is not there, is a link that is not followed, or is named without `recurse`
/// Source:  fastai 2.7.18 data/transforms.py get_files; differs: sorted, ends at circles of links, and says what it
///          cannot read
/// Example: examples/doc/finding.cpp
Paths get_files(std::filesystem::path const& path, FilesOptions const& options = {});

/// Which files get_image_files and get_text_files take: see FilesOptions.
struct FolderOptions {
  bool recurse = true;
  std::vector<std::string> folders = {};
};

/// The endings of image files, with their dots.
///
/// Source:  the types image/* of CPython 3.11's mimetypes, which fastai asks
/// Example: examples/doc/finding.cpp
std::vector<std::string> const& image_extensions();

namespace detail {
struct GetImageFiles {
  Paths operator()(std::filesystem::path const& path, FolderOptions const& options = {}) const;
};
struct GetTextFiles {
  Paths operator()(std::filesystem::path const& path, FolderOptions const& options = {}) const;
};
}  // namespace detail

/// The images of a folder, told by their endings, and its files that end in ".txt": get_files with these extensions.
///
/// Errors:  as get_files
/// Source:  fastai 2.7.18 data/transforms.py get_image_files, get_text_files (H-16)
/// Example: examples/doc/finding.cpp
inline constexpr detail::GetImageFiles get_image_files{};
inline constexpr detail::GetTextFiles get_text_files{};

/// get_files with its settings, for a DataBlock: `get_items(FileGetter{.suffix = "audio", .extensions = {".wav"}})`.
///
/// Source:  fastai 2.7.18 data/transforms.py FileGetter
/// Example: examples/doc/finding.cpp
struct FileGetter {
  std::string suffix = {};  ///< a folder within the one that is given
  std::vector<std::string> extensions = {};
  bool recurse = true;
  std::vector<std::string> folders = {};

  Paths operator()(std::filesystem::path const& path) const;
};

/// The same for images.
///
/// Source:  fastai 2.7.18 data/transforms.py ImageGetter
/// Example: examples/doc/finding.cpp
struct ImageGetter {
  std::string suffix = {};
  bool recurse = true;
  std::vector<std::string> folders = {};

  Paths operator()(std::filesystem::path const& path) const;
};

}  // namespace fastxx

#if FASTXX_BODIES
#include <fastxx/mid/data/files.ipp>
#endif
