#pragma once
// What every fuzz program here shares. A program is one reader: it defines LLVMFuzzerTestOneInput, corpus() and
// repaired(), and is linked with driver.cpp, or with clang's libFuzzer (tests/fuzz/run).

#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/utf8.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>
#include <vector>

namespace fuzz {

/// What mutations put into a text: numbers at the ends of types, pieces of JSON, orders to a terminal.
inline constexpr char const* words[] = {"0",
                                        "-1",
                                        "1",
                                        "2",
                                        "127",
                                        "128",
                                        "255",
                                        "256",
                                        "65536",
                                        "2147483647",
                                        "2147483648",
                                        "4294967295",
                                        "4294967296",
                                        "9007199254740993",
                                        "9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "18446744073709551615",
                                        "18446744073709551616",
                                        "1e300",
                                        "-1e300",
                                        "1e-400",
                                        "1e400",
                                        "0.1",
                                        "-0",
                                        "00",
                                        "1.",
                                        "1e",
                                        "NaN",
                                        "null",
                                        "true",
                                        "\"\"",
                                        "[]",
                                        "{}",
                                        "[",
                                        "]",
                                        "{",
                                        "}",
                                        "\"",
                                        ",",
                                        ":",
                                        "\\",
                                        "\\u0000",
                                        "\\u001b[2J",
                                        "\\ud800",
                                        "\\udc00\\ud800",
                                        "\x1b[2J",
                                        "\xff",
                                        "\xc2\x9b",
                                        "\xed\xa0\x80",
                                        "\"shape\":[0]",
                                        "\"dtype\":\"BOOL\"",
                                        "\"data_offsets\":[0,0]",
                                        "\"__metadata__\":{}",
                                        "{\"number\":\"nan\"}",
                                        "{\"number\":\"-inf\"}",
                                        "\n"};

/// Inputs that the reader takes, which mutations begin from.
std::vector<std::string> corpus();

/// The input with its lengths and checksums made right, so that a mutation gets behind the first check.
std::string repaired(std::string input);

/// Bytes with the path of a regular file, on no disk.
class MemoryFile {
 public:
  MemoryFile(void const* bytes, std::size_t size) : descriptor_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    if (descriptor_ < 0 || ::write(descriptor_, bytes, size) != static_cast<ssize_t>(size)) std::abort();
  }
  MemoryFile(MemoryFile const&) = delete;
  MemoryFile& operator=(MemoryFile const&) = delete;
  ~MemoryFile() { ::close(descriptor_); }

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

[[noreturn]] inline void fail(char const* what, char const* detail) {
  std::fprintf(stderr, "fuzz: %s: %s\n", what, detail);
  std::abort();
}

inline std::uint64_t taken =
    0;  ///< calls of takes() that gave true: mutations that only the first check sees test little

/// Runs a reader: whether it took the input. What it refuses it must refuse with an error of fastxx, in a sentence that a
/// terminal can show, and not because memory was at its end.
template <class Read>
bool takes(Read const& read) {
  try {
    read();
    ++taken;
    return true;
  } catch (fastxx::error const& error) {
    std::string_view const text = error.what();
    if (!fastxx::detail::is_utf8(text)) fail("a sentence that is not UTF-8", error.what());
    for (unsigned char const c : text)
      if ((c < 0x20 && c != '\n') || c == 0x7F) fail("a sentence with control characters", error.what());
    if (text.size() > 20'000) fail("a sentence that fills the screen", error.what());
    if (error.key().ends_with(".memory")) fail("too much memory was asked for", error.what());
  } catch (std::exception const& error) {
    fail("an exception that is not fastxx's", error.what());
  } catch (...) {
    fail("an exception that is not fastxx's", "of unknown type");
  }
  return false;
}

/// A safetensors file whose first number says how long its JSON is.
inline std::string with_header_length(std::string file) {
  if (file.size() < 8) return file;
  int depth = 0;
  bool quoted = false;
  std::size_t end = 8;
  for (; end < file.size(); ++end) {
    char const c = file[end];
    if (quoted && c == '\\')
      ++end;
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == '{')
      ++depth;
    else if (!quoted && c == '}' && --depth <= 0)
      break;
  }
  std::uint64_t const length = end < file.size() ? end - 7 : file.size() - 8;
  std::memcpy(file.data(), &length, sizeof length);
  return file;
}

}  // namespace fuzz

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size);

#ifdef FASTXX_LIBFUZZER
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" inline std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                                      unsigned seed) {
  size = LLVMFuzzerMutate(data, size, most);
  if (seed % 2 == 0) return size;
  std::string const better = fuzz::repaired({reinterpret_cast<char const*>(data), size});
  if (better.size() > most) return size;
  std::memcpy(data, better.data(), better.size());
  return better.size();
}
#endif
