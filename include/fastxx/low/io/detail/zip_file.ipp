#pragma once

#include <fastxx/low/io/detail/zip_file.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <libdeflate.h>
#include <string>
#include <sys/stat.h>

namespace fastxx::detail {

FASTXX_INLINE void TorchFileProblem::fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                                          ErrorText const& where, ErrorText const& fix) const {
  throw io_error("torch_file." + std::string(key),
                 {.call = "load_torch",
                  .expected = expected,
                  .got = got,
                  .where = where.empty() ? ErrorText(path.string()) : ErrorText{path.string(), ", ", where},
                  .fix = fix});
}

// A little-endian number in a text that has it.
template <class Number>
Number number_at(std::string_view bytes, std::size_t place) {
  Number value = 0;
  std::memcpy(&value, bytes.data() + place, sizeof value);
  return value;
}

FASTXX_INLINE void ZipFile::read_at(std::uint64_t place, char* to, std::uint64_t size) const {
  if (place > size_ || size > size_ - place)
    problem_.fail("truncated", {size, " bytes from byte ", place, " on"}, {size_, " bytes in all"});
  std::ptrdiff_t const n = read_fully_at(file_.get(), to, size, place);
  if (n < 0) throw_file_error("torch_file.open", "load_torch", problem_.path, errno);
  if (static_cast<std::uint64_t>(n) < size) problem_.fail("truncated", {size, " bytes"}, {n});
}

FASTXX_INLINE ZipFile::ZipFile(TorchFileProblem const& problem)
    : problem_(problem), file_(open_to_read("torch_file.open", "load_torch", problem.path)) {
  struct stat status {};
  if (::fstat(file_.get(), &status) != 0) throw_file_error("torch_file.open", "load_torch", problem.path, errno);
  size_ = static_cast<std::uint64_t>(status.st_size);
  // The end of the table is within the last 64 KiB, behind which a comment may stand.
  constexpr std::uint64_t end_size = 22, locator_size = 20, end64_size = 56;
  std::uint64_t const tail = std::min<std::uint64_t>(size_, 65535 + end_size);
  std::string last(tail, '\0');
  read_at(size_ - tail, last.data(), tail);
  auto const found = last.rfind(std::string_view("PK\5\6", 4));
  if (found == std::string::npos || last.size() - found < end_size)
    problem_.fail("truncated", "the table at the end of a zip file", "none", {},
                  "the file was cut off; fetch it again");
  std::uint64_t count = number_at<std::uint16_t>(last, found + 10), size = number_at<std::uint32_t>(last, found + 12),
                place = number_at<std::uint32_t>(last, found + 16);
  if (count == 0xffff || size == 0xffffffff || place == 0xffffffff) {
    if (found < locator_size || last.compare(found - locator_size, 4, "PK\6\7", 4) != 0)
      problem_.fail("format", "the place of a zip64 table", "none");
    std::string end64(end64_size, '\0');
    read_at(number_at<std::uint64_t>(last, found - locator_size + 8), end64.data(), end64_size);
    if (end64.compare(0, 4, "PK\6\6", 4) != 0) problem_.fail("format", "a zip64 table", "something else");
    count = number_at<std::uint64_t>(end64, 32), size = number_at<std::uint64_t>(end64, 40);
    place = number_at<std::uint64_t>(end64, 48);
  }
  read_table(place, size, count);
}

// Sizes and places that do not fit into 32 bits stand in the extra field 1, in this order.
inline void read_zip64(std::string_view extra, std::uint64_t& size, std::uint64_t& packed, std::uint64_t& header) {
  while (extra.size() >= 4) {
    std::size_t const id = number_at<std::uint16_t>(extra, 0), length = number_at<std::uint16_t>(extra, 2);
    if (length > extra.size() - 4) return;
    std::string_view field = extra.substr(4, length);
    auto const take = [&field](std::uint64_t& value) {
      if (value != 0xffffffff || field.size() < 8) return;
      value = number_at<std::uint64_t>(field, 0);
      field.remove_prefix(8);
    };
    if (id == 1) take(size), take(packed), take(header);
    extra.remove_prefix(4 + length);
  }
}

FASTXX_INLINE std::string_view ZipFile::read_entry(std::string_view table) {
  constexpr std::size_t entry_size = 46;
  auto const need = [&](std::size_t bytes) {
    if (bytes > table.size()) problem_.fail("format", "a whole entry of the zip file's table", "a part of one");
  };
  need(entry_size);
  if (!table.starts_with(std::string_view("PK\1\2", 4))) problem_.fail("format", "an entry of the table", "none");
  Member member{.header = number_at<std::uint32_t>(table, 42),
                .size = number_at<std::uint32_t>(table, 24),
                .crc = number_at<std::uint32_t>(table, 16)};
  bool const stored = number_at<std::uint16_t>(table, 10) == 0;
  std::size_t const name = number_at<std::uint16_t>(table, 28), extra = number_at<std::uint16_t>(table, 30);
  std::size_t const whole = entry_size + name + extra + number_at<std::uint16_t>(table, 32);
  std::uint64_t packed = number_at<std::uint32_t>(table, 20);
  need(whole);
  read_zip64(table.substr(entry_size + name, extra), member.size, packed, member.header);
  member.stored = stored && packed == member.size;
  std::string const text(table.substr(entry_size, name));
  if (!members_.emplace(text, member).second)
    problem_.fail("format", "each member once", {"'", brief(text), "' twice"});
  return table.substr(whole);
}

FASTXX_INLINE void ZipFile::read_table(std::uint64_t place, std::uint64_t size, std::uint64_t count) {
  if (place > size_ || size > size_ - place) problem_.fail("truncated", {"a table of ", size, " bytes"}, {size_});
  if (size > most_pickle_bytes) problem_.fail("format", {"a table of at most ", most_pickle_bytes, " bytes"}, {size});
  std::string const table = [&] {
    std::string bytes(size, '\0');
    read_at(place, bytes.data(), size);
    return bytes;
  }();
  std::string_view rest = table;
  for (std::uint64_t i = 0; i < count; ++i) rest = read_entry(rest);
  // Members that overlap could be many times as large as the file.
  std::uint64_t all = 0;
  for (auto const& [name, member] : members_)
    if (member.stored && (member.size > size_ || (all += member.size) > size_))
      problem_.fail("format", "members that are not larger than the file", "larger ones");
}

FASTXX_INLINE ZipFile::Member const& ZipFile::member(std::string const& name) const {
  auto const found = members_.find(name);
  if (found == members_.end()) problem_.fail("format", {"a member '", brief(name), "'"}, "none");
  if (!found->second.stored)
    problem_.fail("format", "members that are stored, as torch.save stores them", "a compressed one", {"'", name, "'"},
                  "do not pack the file again");
  return found->second;
}

FASTXX_INLINE void ZipFile::read(std::string const& name, char* to) const {
  Member const& wanted = member(name);
  constexpr std::uint64_t header_size = 30;
  std::string header(header_size, '\0');
  read_at(wanted.header, header.data(), header_size);
  if (header.compare(0, 4, "PK\3\4", 4) != 0) problem_.fail("format", {"a member '", name, "'"}, "something else");
  std::uint64_t const names = number_at<std::uint16_t>(header, 26), extra = number_at<std::uint16_t>(header, 28);
  read_at(wanted.header + header_size + names + extra, to, wanted.size);
  if (::libdeflate_crc32(0, to, wanted.size) != wanted.crc)
    problem_.fail("checksum", "bytes with their checksum", "others", {"'", name, "'"},
                  "the file is damaged; fetch it again");
}

FASTXX_INLINE std::string ZipFile::read(std::string const& name) const {
  std::uint64_t const size = member(name).size;
  if (size > size_) problem_.fail("truncated", {size, " bytes in '", name, "'"}, {size_, " in the whole file"});
  if (size > most_pickle_bytes)
    problem_.fail("pickle", {"at most ", most_pickle_bytes, " bytes"}, {size}, {"'", brief(name), "'"});
  std::string bytes(size, '\0');
  read(name, bytes.data());
  return bytes;
}

}  // namespace fastxx::detail
