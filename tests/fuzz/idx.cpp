// read_idx, plain and gzipped.
#include "fuzz.hpp"
#include <fastxx/low/io/idx.hpp>

#include <zlib.h>

namespace {

std::string big_endian(std::initializer_list<unsigned> values) {
  std::string bytes;
  for (unsigned const value : values)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  return bytes;
}

std::string packed(std::string const& bytes) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string result(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<unsigned>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<unsigned>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

}  // namespace

std::vector<std::string> fuzz::corpus() {
  std::vector<std::string> all{
      big_endian({0x00000803, 2, 3, 4}) + std::string(24, 'x'), big_endian({0x00000801, 5}) + "abcde",
      big_endian({0x00000D02, 2, 2}) + std::string(16, '\x3f'), big_endian({0x00000E01, 1}) + std::string(8, '\1'),
      big_endian({0x00000801, 300'000}) + std::string(300'000, '\0')};
  for (std::size_t i = all.size(); i-- > 0;) all.push_back(packed(all[i]));
  all.push_back(packed(all[0].substr(0, 9)) + packed(all[0].substr(9)) + packed(""));
  all.push_back(packed(all[0]) + "behind");
  return all;
}

std::string fuzz::repaired(std::string input) {
  bool const plain = input.starts_with('\0');
  return plain ? packed(input) : input;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::MemoryFile const file(data, size);
  fuzz::takes([&] {
    if (fastxx::read_idx(file.path()).nbytes() > 1032 * size) fuzz::fail("more bytes than deflate can pack", "");
  });
  return 0;
}
