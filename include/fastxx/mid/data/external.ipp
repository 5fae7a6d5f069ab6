#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/mid/data/archive.hpp>
#include <fastxx/mid/data/download.hpp>
#include <fastxx/mid/data/external.hpp>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

namespace fastxx::detail {

// The last part of an address names files here, so it must be a name and no way to other folders.
inline std::string required_archive_name(DataURL const& url) {
  bool known = false;
  for (std::string_view const scheme : {"http://", "https://", "file://"}) known |= url.address.starts_with(scheme);
  std::string name = archive_name(url.address);
  if (known && !name.empty() && !name.starts_with('.') && name.find('\0') == name.npos) return name;
  throw io_error("untar.url", {.call = "untar_data",
                               .expected = "an address (http, https or file) that ends with the name of an archive",
                               .got = "'" + brief(url.address) + "'",
                               .fix = "for a file of this machine write file:///its/path"});
}

// "a" for "a.tgz" and for "a.tar.gz".
inline std::string data_name(std::filesystem::path const& archive) {
  std::string name = archive.stem().string();
  if (name.ends_with(".tar")) name.resize(name.size() - 4);
  return name;
}

}  // namespace fastxx::detail

namespace fastxx {

inline std::filesystem::path untar_data(DataURL const& url, UntarOptions const& options) {
  std::string const name = detail::required_archive_name(url);
  DataConfig const config = fastai_cfg(options.base);
  bool const own_data = !options.data.empty() && options.c_key == "data";
  auto const archives = options.archive.empty() ? config.path("archive") : config.home / options.archive;
  auto const archive = archives / name;
  auto const data = (own_data ? config.home / options.data : config.path(options.c_key)) / detail::data_name(name);
  if (archive == data)
    throw io_error("untar.url", {.call = "untar_data",
                                 .expected = "different places for the archive and for what is in it",
                                 .got = data.string(),
                                 .fix = "give another folder as `archive` or as `data`"});
  std::error_code code;
  if (!options.force_download && std::filesystem::exists(data, code)) return data;
  detail::download_archive(url, archive,
                           {.force = options.force_download,
                            .max_bytes = options.max_bytes,
                            .progress = options.progress,
                            .patience = options.patience});
  detail::extract_archive(
      archive, data,
      {.overwrite = options.force_download, .max_bytes = options.max_bytes, .progress = options.progress});
  return data;
}

inline std::filesystem::path untar_data(std::string const& address, UntarOptions const& options) {
  return untar_data(detail::known_url(address), options);
}

}  // namespace fastxx
