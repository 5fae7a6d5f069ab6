#pragma once

#include <fastxx/mid/data/files.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <dirent.h>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <utility>
#include <vector>

namespace fastxx {

namespace detail {

inline std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& c : low)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return low;
}

// Looks at each folder once, with one folder open at a time; what a name stands for is mostly told by readdir itself.
class FileWalk {
 public:
  FileWalk(FilesOptions const& options, Paths& found) : options_(options), found_(found) {
    for (std::string const& extension : options.extensions)
      extensions_.push_back((extension.starts_with('.') ? "" : ".") + lowered(extension));
  }

  void start(std::string const& folder) {
    if (folder.find('\0') != std::string::npos) refuse(folder, "a name with a zero byte in it");
    auto const only = [this](std::string const& name) {
      return std::find(options_.folders.begin(), options_.folders.end(), name) != options_.folders.end();
    };
    auto entries = read(folder);
    if (!options_.folders.empty()) {
      require_folders(folder, entries);
      bool const own_files = only(".");
      std::erase_if(entries, [&](Entry const& entry) { return entry.is_folder ? !only(entry.name) : !own_files; });
    } else {
      std::erase_if(entries, [](Entry const& entry) { return entry.is_folder && entry.name.front() == '.'; });
    }
    take(folder, entries);
  }

 private:
  struct Entry {
    std::string name;
    bool is_folder = false;
    bool is_link = false;
    bool operator<(Entry const& other) const { return name < other.name; }
  };
  using Identity = std::pair<dev_t, ino_t>;

  [[noreturn]] static void refuse(std::string const& folder, std::string reason) {
    std::error_code code;  // the working folder may be gone
    throw io_error("files.folder",
                   {.call = "get_files",
                    .expected = "a folder that can be read",
                    .got = std::move(reason),
                    .where = folder,
                    .fix = "check the path, which begins in " + std::filesystem::current_path(code).string() +
                           " when it is relative; `folders` can leave out what may not be read"});
  }

  void require_folders(std::string const& folder, std::vector<Entry> const& entries) const {
    for (std::string const& name : options_.folders) {
      auto const found = std::find_if(entries.begin(), entries.end(),
                                      [&](Entry const& entry) { return entry.is_folder && entry.name == name; });
      bool const there = name == "." || found != entries.end();
      bool const followed = name == "." || !there || !found->is_link || options_.follow_links;
      if (!there || !followed || !options_.recurse)
        throw io_error("files.folders", {.call = "get_files",
                                         .expected = !there      ? "folders that are there"
                                                     : !followed ? "follow_links, when a folder that is named is a link"
                                                                 : "recurse, when folders are named",
                                         .got = "'" + brief(name) + "'",
                                         .where = folder,
                                         .fix = "`folders` are names, without a path, of folders in the one searched"});
    }
  }

  static Identity identity(std::string const& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) refuse(path, std::generic_category().message(errno));
    return {status.st_dev, status.st_ino};
  }

  // The folders and wanted files in a folder, sorted by name.
  std::vector<Entry> read(std::string const& folder) const {
    std::unique_ptr<DIR, int (*)(DIR*)> const open(::opendir(folder.c_str()), ::closedir);
    if (!open) refuse(folder, std::generic_category().message(errno));
    std::vector<Entry> entries;
    while (true) {
      errno = 0;
      dirent const* const next = ::readdir(open.get());
      if (!next && errno != 0) refuse(folder, std::generic_category().message(errno));
      if (!next) break;
      std::string_view const name = next->d_name;
      if (name != "." && name != "..") add(entries, folder, name, next->d_type);
    }
    std::sort(entries.begin(), entries.end());
    return entries;
  }

  void add(std::vector<Entry>& entries, std::string const& folder, std::string_view name, unsigned char type) const {
    bool is_folder = type == DT_DIR, is_file = type == DT_REG, is_link = type == DT_LNK;
    if (is_link || type == DT_UNKNOWN) {
      struct stat status {};
      std::string const path = folder + "/" + std::string(name);
      if (!is_link) is_link = ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
      // A link to nothing is taken for a file: who reads it says what is wrong with it.
      bool const there = ::stat(path.c_str(), &status) == 0;
      is_folder = there && S_ISDIR(status.st_mode);
      is_file = !there || S_ISREG(status.st_mode);
    }
    if (is_folder || (is_file && name.front() != '.' && wanted(name)))
      entries.push_back({std::string(name), is_folder, is_link});
  }

  bool wanted(std::string_view name) const {
    if (extensions_.empty()) return true;
    std::string const low = lowered(name);
    return std::any_of(extensions_.begin(), extensions_.end(),
                       [&](std::string const& extension) { return low.ends_with(extension); });
  }

  void take(std::string const& folder, std::vector<Entry> const& entries) {
    above_.push_back(identity(folder));
    std::string const prefix = folder.ends_with('/') ? folder : folder + "/";
    for (Entry const& entry : entries) {
      if (!entry.is_folder) {
        found_.emplace_back(prefix + entry.name);
      } else if (options_.recurse && (!entry.is_link || may_follow(prefix + entry.name))) {
        auto inner = read(prefix + entry.name);
        std::erase_if(inner, [](Entry const& e) { return e.is_folder && e.name.front() == '.'; });
        take(prefix + entry.name, inner);
      }
    }
    above_.pop_back();
  }

  // Folders full of links to each other have more paths than anybody can list: links lead into a folder once.
  bool may_follow(std::string const& link) {
    if (!options_.follow_links) return false;
    Identity const to = identity(link);
    return std::find(above_.begin(), above_.end(), to) == above_.end() && linked_.insert(to).second;
  }

  FilesOptions const& options_;
  Paths& found_;
  std::vector<std::string> extensions_;
  std::vector<Identity> above_;  // the folders on the way to this one
  std::set<Identity> linked_;    // those that links have led to
};

}  // namespace detail

FASTXX_INLINE Paths get_files(std::filesystem::path const& path, FilesOptions const& options) {
  Paths found;
  detail::FileWalk(options, found).start(path.empty() ? "." : path.string());
  return found;
}

FASTXX_INLINE std::vector<std::string> const& image_extensions() {
  static std::vector<std::string> const endings{".avif", ".bmp", ".gif", ".heic", ".heif", ".ico", ".ief", ".jpe",
                                                ".jpeg", ".jpg", ".pbm", ".pgm",  ".png",  ".pnm", ".ppm", ".ras",
                                                ".rgb",  ".svg", ".tif", ".tiff", ".xbm",  ".xpm", ".xwd"};
  return endings;
}

FASTXX_INLINE Paths detail::GetImageFiles::operator()(std::filesystem::path const& path,
                                                      FolderOptions const& options) const {
  return get_files(path, {.extensions = image_extensions(), .recurse = options.recurse, .folders = options.folders});
}
FASTXX_INLINE Paths detail::GetTextFiles::operator()(std::filesystem::path const& path,
                                                     FolderOptions const& options) const {
  return get_files(path, {.extensions = {".txt"}, .recurse = options.recurse, .folders = options.folders});
}

FASTXX_INLINE Paths FileGetter::operator()(std::filesystem::path const& path) const {
  return get_files(path / suffix, {.extensions = extensions, .recurse = recurse, .folders = folders});
}
FASTXX_INLINE Paths ImageGetter::operator()(std::filesystem::path const& path) const {
  return get_image_files(path / suffix, {.recurse = recurse, .folders = folders});
}

}  // namespace fastxx
