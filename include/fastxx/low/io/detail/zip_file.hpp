#pragma once

#include <fastxx/low/core/bodies.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

namespace fastxx::detail {

// Of what is no tensor in a file of torch.save: the pickle, and the zip file's table. A byte of a pickle may cost 50.
inline constexpr std::uint64_t most_pickle_bytes = 32 << 20;

// What is wrong with a file of torch.save.
struct TorchFileProblem {
  std::filesystem::path path;

  [[noreturn, gnu::cold]] void fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                                    ErrorText const& where = {}, ErrorText const& fix = {}) const;
};

// The table of a zip file whose members are stored, not compressed; they are read one by one. Nothing in it is believed
// before it is checked.
class ZipFile {
 public:
  struct Member {
    std::uint64_t header = 0, size = 0;
    std::uint32_t crc = 0;
    bool stored = false;
  };

  explicit ZipFile(TorchFileProblem const& problem);

  std::map<std::string, Member> const& members() const { return members_; }
  Member const& member(std::string const& name) const;

  // The bytes of a member, which is found to be whole, into `to`, which has room for its size.
  void read(std::string const& name, char* to) const;
  std::string read(std::string const& name) const;

 private:
  void read_at(std::uint64_t place, char* to, std::uint64_t size) const;
  // One entry at the beginning of the table; what is behind it.
  std::string_view read_entry(std::string_view table);
  void read_table(std::uint64_t place, std::uint64_t size, std::uint64_t count);

  TorchFileProblem const& problem_;
  FileHandle file_;
  std::uint64_t size_ = 0;
  std::map<std::string, Member> members_;
};

}  // namespace fastxx::detail

#if FASTXX_BODIES
#include <fastxx/low/io/detail/zip_file.ipp>
#endif
