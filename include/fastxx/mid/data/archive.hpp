#pragma once

#include <cstdint>
#include <filesystem>

namespace fastxx::detail {

struct ExtractRules {
  bool overwrite = false;   // what is at the destination
  std::uint64_t max_bytes;  // that may come out
  bool progress = true;
};

// Extract a tar or zip archive. When it holds one thing at its top, that becomes `destination`; otherwise `destination` is
// a folder with all of them. All is written into `.<name>.untar` beside it, which is renamed at the end and which the next
// call removes when this one is killed. Names, links and sizes are those of a stranger: nothing is written elsewhere.
//
// Errors: io_error [untar.archive] for what is damaged or no archive, [untar.entry] for an entry that would leave the
//         folder, [untar.bomb] for more bytes than allowed, [untar.write]
void extract_archive(std::filesystem::path const& archive, std::filesystem::path const& destination,
                     ExtractRules const& rules);

}  // namespace fastxx::detail

// Not FASTXX_BODIES: see external_urls.hpp.
#include <fastxx/mid/data/archive.ipp>
