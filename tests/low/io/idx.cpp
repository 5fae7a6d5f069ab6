#include "limits.hpp"
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/idx.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cstdint>
#include <doctest/doctest.h>  // after libtorch, whose glog has a macro CHECK as well
#include <filesystem>
#include <string>
#include <unistd.h>
#include <zlib.h>

namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path = fs::temp_directory_path() / ("fastxx_idx_" + std::to_string(::getpid()));
  Folder() { fs::remove_all(path), fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  fs::path file(std::string const& bytes) const {
    fastxx::write_file_atomically(path / "data", bytes);
    return path / "data";
  }
};

std::string words(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (unsigned const value : values)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string packed(std::string const& bytes) {
  fs::path const path = fs::temp_directory_path() / ("fastxx_idx_gz_" + std::to_string(::getpid()));
  gzFile const file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  std::string result = fastxx::read_file(path);
  fs::remove(path);
  return result;
}

/// Not compressible, so that a cut hits data and not the end.
std::string noise(std::size_t size) {
  std::string bytes;
  unsigned state = 1;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  return bytes;
}

std::string refusal(fs::path const& path) {
  try {
    fastxx::read_idx(path);
  } catch (fastxx::io_error const& error) {
    CHECK(error.parts().where == path.string());
    return error.what();
  }
  return "";
}

bool has(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("idx: plain and gzipped files give the same bytes in the shape of the header") {
  Folder const folder;
  std::string const bytes = words({0x00000803, 2, 3, 4}) + noise(24);
  for (std::string const& file : {bytes, packed(bytes)}) {
    at::Tensor const tensor = fastxx::read_idx(folder.file(file));
    CHECK((tensor.scalar_type() == at::kByte));
    CHECK((tensor.sizes() == at::IntArrayRef{2, 3, 4}));
    CHECK(std::string(tensor.data_ptr<std::uint8_t>(), tensor.data_ptr<std::uint8_t>() + 24) == noise(24));
  }
}

TEST_CASE("idx: every element type is read, big-endian, plain and gzipped") {
  Folder const folder;
  bool gz = false;
  auto const read = [&](unsigned type, std::string const& data) {
    std::string const bytes = words({type << 8 | 1, 2}) + data;
    at::Tensor const tensor = fastxx::read_idx(folder.file(gz ? packed(bytes) : bytes));
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.data_ptr()) % 64 == 0);
    return tensor;
  };
  auto const check = [&] {
    CHECK(at::equal(read(0x08, "\x01\xff"), at::tensor({1, 255}, at::kByte)));
    CHECK(at::equal(read(0x09, "\x01\xff"), at::tensor({1, -1}, at::kChar)));
    CHECK(at::equal(read(0x0B, words({0x0001fffe})), at::tensor({1, -2}, at::kShort)));
    CHECK(at::equal(read(0x0C, words({1, 0xfffffffd})), at::tensor({1, -3}, at::kInt)));
    CHECK(at::equal(read(0x0D, words({0x3f800000, 0xc0200000})), at::tensor({1.0f, -2.5f}, at::kFloat)));
    CHECK(at::equal(read(0x0E, words({0x3ff00000, 0, 0xc0040000, 0})), at::tensor({1.0, -2.5}, at::kDouble)));
  };
  check();
  gz = true;
  check();
}

TEST_CASE("idx: a missing file names path and reason") {
  std::string const text = refusal("/nowhere/train-images.gz");
  CHECK(has(text, "[idx.open]"));
  CHECK(has(text, "No such file or directory"));
}

TEST_CASE("idx: a folder is not an idx file") { CHECK(has(refusal(fs::temp_directory_path()), "Is a directory")); }

TEST_CASE("idx: a truncated gz names the file") {
  Folder const folder;
  std::string const whole = packed(words({0x00000801, 5000}) + noise(5000));
  for (std::size_t const size : {whole.size() - 1, whole.size() - 8, whole.size() / 2, std::size_t{12}})
    CHECK(has(refusal(folder.file(whole.substr(0, size))), "[idx.truncated]"));
}

TEST_CASE("idx: a damaged gz is told by its checksum") {
  Folder const folder;
  std::string const whole = packed(words({0x00000801, 5000}) + noise(5000));
  std::string damaged = whole;
  damaged[whole.size() - 8] ^= 1;  // the checksum itself
  CHECK(has(refusal(folder.file(damaged)), "[idx.corrupt]"));
  damaged = whole;
  damaged[whole.size() / 2] ^= 1;
  CHECK(has(refusal(folder.file(damaged)), "[idx.corrupt]"));
}

TEST_CASE("idx: a wrong magic number is shown in hex beside the right one") {
  Folder const folder;
  std::string const text = refusal(folder.file("\x89PNG\r\n\x1a\n"));
  CHECK(has(text, "[idx.magic]"));
  CHECK(has(text, "expected a magic number like 0x00000803"));
  CHECK(has(text, "got 0x89504e47"));
  CHECK(has(refusal(folder.file(words({0x00000A01, 1}) + "x")), "got 0x00000a01"));
  CHECK(has(refusal(folder.file(words({0x00000800}))), "[idx.magic]"));
}

TEST_CASE("idx: fewer and more bytes than the header promises are errors, plain and gzipped") {
  Folder const folder;
  for (bool const gz : {false, true}) {
    auto const refused = [&](std::size_t size) {
      std::string const bytes = words({0x00000801, 100}) + noise(size);
      return refusal(folder.file(gz ? packed(bytes) : bytes));
    };
    CHECK(has(refused(99), "[idx.truncated]"));
    CHECK(has(refused(101), "[idx.too_long]"));
    CHECK(refused(100).empty());
  }
}

TEST_CASE("idx: an empty file, a cut header and a dimension without entries are errors") {
  Folder const folder;
  CHECK(has(refusal(folder.file("")), "[idx.truncated]"));
  CHECK(has(refusal(folder.file(words({0x00000803, 7, 7}))), "[idx.truncated]"));
  CHECK(has(refusal(folder.file(words({0x00000803, 7, 0, 7}))), "[idx.empty]"));
}

TEST_CASE("idx: a header that promises more than the file can hold is refused before memory is asked for") {
  Folder const folder;
  std::string const huge = words({0x00000E04, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}) + "data";
  CHECK(has(refusal(folder.file(huge)), "can hold at most"));
  CHECK(has(refusal(folder.file(packed(huge))), "can hold at most"));
  CHECK(has(refusal(folder.file(words({0x00000C02, 0x80000000, 0x80000000}) /* 2^64 bytes, which wrap to 0 */)),
            "can hold at most"));
}

TEST_CASE("idx: a gzip file of several members, or with other bytes behind it, is read like gunzip reads it") {
  Folder const folder;
  std::string const bytes = words({0x00000801, 5000}) + noise(5000);
  auto const reads = [&](std::string const& file) {
    at::Tensor const tensor = fastxx::read_idx(folder.file(file));
    return std::string(static_cast<char const*>(tensor.data_ptr()), 5000) == noise(5000);
  };
  CHECK(reads(packed(bytes)));
  for (std::string const& file : {packed(bytes.substr(0, 6)) + packed(bytes.substr(6)),
                                  packed(bytes.substr(0, 3000)) + packed(bytes.substr(3000)) + packed(""),
                                  packed(bytes) + std::string(100, '\0'), packed(bytes) + "behind"}) {
    CHECK(reads(file));
  }
  CHECK(has(refusal(folder.file(packed(bytes) + packed("x"))), "[idx.too_long]"));
}

TEST_CASE("idx: a gzip file that holds far more than its header says, or says it does, fills no memory") {
  Folder const folder;
  gzFile const file = gzopen((folder.path / "bomb").c_str(), "wb1");
  std::string const header = words({0x00000801, 100}), zeros(1 << 20, '\0');
  gzwrite(file, header.data(), static_cast<unsigned>(header.size()));
  for (int mb = 0; mb < 256; ++mb) gzwrite(file, zeros.data(), static_cast<unsigned>(zeros.size()));
  gzclose(file);
  auto const before = peak_mb();
  CHECK(has(refusal(folder.path / "bomb"), "[idx.too_long]"));
  std::string small = packed(words({0x00000801, 100}) + noise(100));
  small.replace(small.size() - 4, 4, "\xff\xff\xff\xff");  // the length that gzip notes at the end
  CHECK(has(refusal(folder.file(small)), "[idx.corrupt]"));
  CHECK(peak_mb() - before < 64);
}

TEST_CASE("idx: a hundred megabytes of zeros in a hundred kilobytes are a file like any other") {
  Folder const folder;
  gzFile const file = gzopen((folder.path / "zeros").c_str(), "wb9");
  std::string const header = words({0x00000802, 100, 1'000'000}), zeros(1'000'000, '\0');
  gzwrite(file, header.data(), static_cast<unsigned>(header.size()));
  for (int mb = 0; mb < 100; ++mb) gzwrite(file, zeros.data(), static_cast<unsigned>(zeros.size()));
  gzclose(file);
  at::Tensor const tensor = fastxx::read_idx(folder.path / "zeros");
  CHECK((tensor.sizes() == at::IntArrayRef{100, 1'000'000}));
  CHECK_FALSE(tensor.any().item<bool>());
}

TEST_CASE("idx: what is larger than memory is refused by us, with its size") {
  if (sanitized) return;
  Folder const folder;
  fs::path const path = folder.file(words({0x00000E02, 0x80000000, 64}));
  fs::resize_file(path, (std::uintmax_t{1} << 40) + 12);  // a sparse file takes no room
  LimitedMemory const limited(4);
  CHECK(has(refusal(path), "[idx.memory] read_idx: expected memory for 1099511627776 bytes; got less"));
}

TEST_CASE("idx: 255 dimensions, the most that the format has") {
  Folder const folder;
  std::string bytes("\0\0\x08\xff", 4);
  for (int i = 0; i < 255; ++i) bytes += words({1});
  CHECK(fastxx::read_idx(folder.file(bytes + "x")).dim() == 255);
  CHECK(has(refusal(folder.file(bytes)), "[idx.truncated]"));
}
