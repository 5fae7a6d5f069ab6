#pragma once

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/idx.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <libdeflate.h>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>
#include <zlib.h>

namespace fastxx::detail {

// An idx file, gzipped or plain, read front to back.
class IdxFile {
 public:
  explicit IdxFile(std::filesystem::path path);

  // Fill `size` bytes; how many there really were.
  std::uint64_t read(void* bytes, std::uint64_t size);

  // Unpack the file from its first byte into `size` bytes; false, and read() goes on where it stood, unless the file is
  // one intact gzip member of this length.
  //
  // libdeflate takes a third of zlib's time, but it has to know the length and cannot say what is wrong.
  bool unpack_whole(unsigned char* bytes, std::uint64_t size) const;

  // The most bytes the whole file can hold: deflate never packs tighter than 1032 to 1.
  std::uint64_t most_bytes() const {
    if (size_ == 0) refuse_unknown_size("idx.open", "read_idx", path_);    // asked once the header has been read
    std::uint64_t const limit = std::numeric_limits<std::int64_t>::max();  // sparse files may be as long as this
    return gzdirect(file_.get()) ? size_ : std::min(size_, limit / 1032) * 1032;
  }
  std::filesystem::path const& path() const { return path_; }

  [[noreturn, gnu::cold]] void fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                                    char const* fix) const;

 private:
  // From its first byte; the position is zlib's.
  bool read_packed(unsigned char* bytes) const {
    return read_fully_at(descriptor_, reinterpret_cast<char*>(bytes), size_, 0) == static_cast<std::ptrdiff_t>(size_);
  }

  void check_stream() const;

  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };
  struct FreeDecompressor {
    void operator()(libdeflate_decompressor* decompressor) const { libdeflate_free_decompressor(decompressor); }
  };
  std::filesystem::path path_;
  int descriptor_ = -1;  // file_ closes it
  std::uint64_t size_ = 0;
  std::unique_ptr<gzFile_s, Close> file_;
};

inline IdxFile::IdxFile(std::filesystem::path path) : path_(std::move(path)) {
  int const descriptor = open_to_read("idx.open", "read_idx", path_);
  struct stat status {};
  if (::fstat(descriptor, &status) == 0) size_ = static_cast<std::uint64_t>(status.st_size);
  file_.reset(gzdopen(descriptor, "rb"));
  if (!file_) {
    ::close(descriptor);
    throw std::bad_alloc();
  }
  descriptor_ = descriptor;
  gzbuffer(file_.get(), 1 << 14);  // it is filled for the header alone; large pieces go where they are wanted
}

inline std::uint64_t IdxFile::read(void* bytes, std::uint64_t size) {
  std::uint64_t done = 0;
  while (done < size) {
    auto const part = static_cast<unsigned>(std::min<std::uint64_t>(size - done, 1u << 30));
    int const n = gzread(file_.get(), static_cast<char*>(bytes) + done, part);
    check_stream();
    if (n <= 0) break;
    done += static_cast<std::uint64_t>(n);
  }
  return done;
}

inline bool IdxFile::unpack_whole(unsigned char* bytes, std::uint64_t size) const {
  if (gzdirect(file_.get())) return false;
  std::unique_ptr<unsigned char[]> const packed(new (std::nothrow) unsigned char[size_]);
  std::unique_ptr<libdeflate_decompressor, FreeDecompressor> const with(libdeflate_alloc_decompressor());
  if (!packed || !with || !read_packed(packed.get())) return false;
  std::size_t used = 0, made = 0;
  return libdeflate_gzip_decompress_ex(with.get(), packed.get(), size_, bytes, size, &used, &made) ==
             LIBDEFLATE_SUCCESS &&
         used == size_ && made == size;
}

inline void IdxFile::fail(std::string_view key, ErrorText const& expected, ErrorText const& got,
                          char const* fix) const {
  throw io_error(key, {.call = "read_idx", .expected = expected, .got = got, .where = path_.string(), .fix = fix});
}

inline void IdxFile::check_stream() const {
  int code = Z_OK;
  char const* const text = gzerror(file_.get(), &code);
  if (code == Z_OK || code == Z_STREAM_END) return;
  if (code == Z_BUF_ERROR) fail("idx.truncated", "a whole gzip file", "one that ends early", "fetch the file again");
  if (code == Z_ERRNO) throw_file_error("idx.open", "read_idx", path_, errno);
  fail("idx.corrupt", "an intact gzip file", {"damaged data (", text, ")"}, "fetch the file again");
}

struct IdxType {
  at::ScalarType dtype;
  std::uint64_t bytes;
};

inline std::optional<IdxType> idx_type(unsigned char code) {
  switch (code) {
    case 0x08:
      return IdxType{at::kByte, 1};
    case 0x09:
      return IdxType{at::kChar, 1};
    case 0x0B:
      return IdxType{at::kShort, 2};
    case 0x0C:
      return IdxType{at::kInt, 4};
    case 0x0D:
      return IdxType{at::kFloat, 4};
    case 0x0E:
      return IdxType{at::kDouble, 8};
    default:
      return std::nullopt;
  }
}

inline std::uint32_t big_endian(unsigned char const* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | std::uint32_t{b[3]};
}

inline IdxType read_idx_type(IdxFile& file, unsigned& dimensions) {
  std::array<unsigned char, 4> magic{};
  std::uint64_t const n = file.read(magic.data(), magic.size());
  if (n < magic.size()) file.fail("idx.truncated", "a header of 4 bytes", {n, " bytes"}, "fetch the file again");
  auto const type = idx_type(magic[2]);
  dimensions = magic[3];
  if (magic[0] != 0 || magic[1] != 0 || !type || dimensions == 0) {
    char got[16];
    std::snprintf(got, sizeof got, "0x%08x", static_cast<unsigned>(big_endian(magic.data())));
    file.fail("idx.magic", "a magic number like 0x00000803 (0, 0, type 08 09 0b 0c 0d or 0e, dimensions from 1)", got,
              "name an idx file, gzipped or plain");
  }
  return *type;
}

inline std::vector<std::int64_t> read_idx_shape(IdxFile& file, IdxType type, unsigned dimensions) {
  std::vector<unsigned char> raw(4 * dimensions);
  if (file.read(raw.data(), raw.size()) < raw.size())
    file.fail("idx.truncated", {dimensions, " dimensions in the header"}, "the end of the file",
              "fetch the file again");
  std::vector<std::int64_t> shape;
  std::uint64_t const most = file.most_bytes();
  std::uint64_t bytes = type.bytes;
  std::string text;
  for (unsigned i = 0; i < dimensions; ++i) {
    std::uint64_t const extent = big_endian(&raw[4 * i]);
    shape.push_back(static_cast<std::int64_t>(extent));
    text += detail::join({i ? " x " : "", extent});
    if (extent == 0) file.fail("idx.empty", "at least one entry in each dimension", text, "fetch the file again");
    // Checked before multiplying, so that a hostile header can neither overflow nor make us allocate.
    if (extent > most / bytes)
      file.fail("idx.truncated", {text, i + 1 < dimensions ? " x ... entries" : " entries", " as its header promises"},
                {"a file that can hold at most ", most, " bytes"}, "fetch the file again");
    bytes *= extent;
  }
  return shape;
}

// A tensor with room for the file's header in front of its data, so that a whole file can be unpacked there.
inline Tensor idx_tensor(IdxFile const& file, std::vector<std::int64_t> const& shape, IdxType type,
                         std::uint64_t header) {
  std::uint64_t size = type.bytes;
  for (std::int64_t const extent : shape) size *= static_cast<std::uint64_t>(extent);
  try {
    std::uint64_t const room = (header + 63) / 64 * 64;  // libtorch's memory begins at a multiple of 64, as data should
    Tensor const memory = detail::empty_cpu({static_cast<std::int64_t>(room + size)}, at::kByte);
    return at::from_blob(
        memory.data_ptr<std::uint8_t>() + room, shape, [memory](void*) {}, at::dtype(type.dtype));
  } catch (std::exception const&) {  // libtorch's, or that of a machine without any left
    refuse_memory("idx.memory", "read_idx", file.path().string(), size);
  }
}

// Swap the bytes of every element in place: idx files are big-endian.
template <class Word>
void swap_bytes(void* data, std::uint64_t count) {
  auto* bytes = static_cast<unsigned char*>(data);
  for (std::uint64_t i = 0; i < count; ++i, bytes += sizeof(Word)) std::reverse(bytes, bytes + sizeof(Word));
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE Tensor read_idx(std::filesystem::path const& path) {
  detail::IdxFile file(path);
  unsigned dimensions = 0;
  detail::IdxType const type = detail::read_idx_type(file, dimensions);
  std::vector<std::int64_t> const shape = detail::read_idx_shape(file, type, dimensions);
  std::uint64_t const header = 4 + 4 * shape.size();
  Tensor tensor = detail::idx_tensor(file, shape, type, header);
  auto const count = static_cast<std::uint64_t>(tensor.numel());
  std::uint64_t const promised = count * type.bytes;
  if (!file.unpack_whole(static_cast<unsigned char*>(tensor.data_ptr()) - header, header + promised)) {
    std::uint64_t const n = file.read(tensor.data_ptr(), promised);
    if (n < promised) file.fail("idx.truncated", {promised, " bytes after the header"}, {n}, "fetch the file again");
    char extra = 0;  // asking for one more byte also makes zlib check the checksum at the end
    if (file.read(&extra, 1) != 0)
      file.fail("idx.too_long", {promised, " bytes after the header"}, "more", "fetch the file again");
  }
  if constexpr (std::endian::native == std::endian::little) {
    if (type.bytes == 2) detail::swap_bytes<std::uint16_t>(tensor.data_ptr(), count);
    if (type.bytes == 4) detail::swap_bytes<std::uint32_t>(tensor.data_ptr(), count);
    if (type.bytes == 8) detail::swap_bytes<std::uint64_t>(tensor.data_ptr(), count);
  }
  return tensor;
}

}  // namespace fastxx
