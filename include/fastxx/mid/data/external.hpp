#pragma once

#include <fastxx/mid/data/external_urls.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace fastxx {

/// How untar_data works. Relative folders are relative to the one of config.ini, as in fastai.
struct UntarOptions {
  bool force_download = false;         ///< fetch and extract again what is there
  std::filesystem::path archive = {};  ///< where the archive goes instead of config.ini's `archive`
  std::filesystem::path data = {};     ///< where it is extracted instead of config.ini's `data`
  std::string c_key = "data";          ///< the key of config.ini that says where it is extracted: "model" for models
  std::filesystem::path base = {};     ///< the folder of config.ini instead of $FASTAI_HOME or ~/.fastai
  std::uint64_t max_bytes = std::uint64_t{64} << 30;  ///< the most that is extracted, or downloaded at an unknown size
  bool progress = true;                               ///< say on stderr what goes on
  std::chrono::seconds patience{60};                  ///< with a server that does not answer
};

/// The folder of a data set: what is there is returned without any network; otherwise its archive is fetched, unless it
/// is there as well, checked and extracted. fastai keeps its data in the same places, so each finds what the other
/// fetched.
///
/// A download that was interrupted goes on in the next call. A run that is killed leaves no half archive and no half
/// folder that would be taken for a whole one. Processes and threads that want the same data wait for each other.
/// Archives are tar (plain, gzip, bzip2, xz, zstd) and zip; http, https and file are the addresses.
///
/// Whoever includes this header compiles and links libcurl and libarchive (-lcurl -larchive).
/// Errors:  io_error [untar.url] for an address without the name of a file; [untar.download] where to put the file by
///          hand, when it cannot be fetched; [untar.check] for a wrong size or checksum; [untar.archive] for a damaged
///          archive; [untar.entry], [untar.bomb] for a hostile one; [untar.write] with path and reason; and as fastai_cfg
/// Source:  fastai 2.7.18 data/external.py untar_data, fastdownload, fastcore untar_dir (M-33, X-27); differs: goes on,
///          keeps no wrong file, refuses hostile archives; `archive` and `data` are for this call alone
/// Example: examples/doc/external.cpp
std::filesystem::path untar_data(DataURL const& url, UntarOptions const& options = {});

/// The same for any address; what fastai knows of it is checked.
std::filesystem::path untar_data(std::string const& address, UntarOptions const& options = {});

}  // namespace fastxx

// Not FASTXX_BODIES: see external_urls.hpp.
#include <fastxx/mid/data/external.ipp>
