#pragma once

#include <fastxx/low/io/event_file.hpp>

#include <array>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fastxx::detail {

FASTXX_INLINE std::uint32_t crc32c(std::string_view bytes) {
  static constexpr auto table = [] {
    std::array<std::uint32_t, 256> made{};
    for (std::uint32_t i = 0; i < 256; ++i) {
      made[i] = i;
      for (int bit = 0; bit < 8; ++bit) made[i] = (made[i] >> 1) ^ ((made[i] & 1) != 0 ? 0x82F63B78U : 0);
    }
    return made;
  }();
  std::uint32_t crc = ~0U;
  for (char const byte : bytes) crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~crc;
}

FASTXX_INLINE std::uint32_t masked_crc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xA282EAD8U; }

// The lowest byte first, whatever the machine does.
template <class Number>
std::string little_endian(Number number) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof number; ++i) bytes += static_cast<char>((number >> (8 * i)) & 0xFF);
  return bytes;
}

// Fields of a protobuf message: number and kind, then the value.
inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7) bytes += static_cast<char>((value & 127) | 128);
  return bytes + static_cast<char>(value);
}
inline std::string varint_field(int field, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(field) * 8) + varint(value);
}
inline std::string bytes_field(int field, std::string_view bytes) {
  return varint(static_cast<std::uint64_t>(field) * 8 + 2).append(varint(bytes.size())).append(bytes);
}
inline std::string double_field(int field, double value) {
  return varint(static_cast<std::uint64_t>(field) * 8 + 1) + little_endian(std::bit_cast<std::uint64_t>(value));
}
inline std::string float_field(int field, float value) {
  return varint(static_cast<std::uint64_t>(field) * 8 + 5) + little_endian(std::bit_cast<std::uint32_t>(value));
}

inline double wall_time() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// A new file, named as TensorBoard expects it; `path` gets its name.
inline int new_event_file(std::filesystem::path const& folder, std::filesystem::path& path) {
  make_output_folder(folder);
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
  for (int n = 0;; ++n) {
    path = folder / join({"events.out.tfevents.", static_cast<std::int64_t>(wall_time()), ".", host.data(), ".",
                          ::getpid(), ".", n});
    int const descriptor = open_retrying(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0666);
    if (descriptor >= 0) return descriptor;
    if (errno != EEXIST) throw_file_error("file.write", "EventFile", path, errno);
  }
}

}  // namespace fastxx::detail

namespace fastxx {

FASTXX_INLINE EventFile::EventFile(std::filesystem::path const& folder) : file_(detail::new_event_file(folder, path_)) {
  add(detail::bytes_field(3, "brain.Event:2"));
}

FASTXX_INLINE void EventFile::add(std::string const& fields) {
  std::string const event = detail::double_field(1, detail::wall_time()) + fields;
  std::string const length = detail::little_endian(std::uint64_t{event.size()});
  std::string const record = length + detail::little_endian(detail::masked_crc32c(length)) + event +
                             detail::little_endian(detail::masked_crc32c(event));
  // A part of a record would hide all that come behind it.
  off_t const end = ::lseek(file_.get(), 0, SEEK_END);
  for (std::size_t done = 0; done < record.size();) {
    ssize_t const n = ::write(file_.get(), record.data() + done, record.size() - done);
    if (n > 0) done += static_cast<std::size_t>(n);
    if (n >= 0 || errno == EINTR) continue;
    int const code = errno;
    (void)!::ftruncate(file_.get(), end);
    detail::throw_file_error("file.write", "EventFile", path_, code);
  }
}

FASTXX_INLINE void EventFile::summary(std::string const& values, std::int64_t step) {
  add(detail::varint_field(2, static_cast<std::uint64_t>(step)) + detail::bytes_field(5, values));
}

FASTXX_INLINE void EventFile::scalars(std::vector<std::pair<std::string, double>> const& values, std::int64_t step) {
  std::string all;
  for (auto const& [tag, value] : values)
    all += detail::bytes_field(1, detail::bytes_field(1, tag) + detail::float_field(2, static_cast<float>(value)));
  summary(all, step);
}

FASTXX_INLINE void EventFile::image(std::string const& tag, std::string_view png, std::int64_t step) {
  using namespace std::string_view_literals;
  if (png.size() < 24 || !png.starts_with("\x89PNG\r\n\x1a\n"sv))
    throw data_error("event_file.image", {.call = "EventFile::image",
                                          .expected = "the bytes of a PNG",
                                          .got = {png.size(), " bytes of something else"},
                                          .fix = "give it Figure::png(), or a file's bytes"});
  auto const number_at = [&](std::size_t place) {  // big-endian, in a PNG's first chunk
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number = (number << 8) | static_cast<unsigned char>(png[place + i]);
    return number;
  };
  constexpr int rgb = 3;
  std::string const picture = detail::varint_field(1, number_at(20)) + detail::varint_field(2, number_at(16)) +
                              detail::varint_field(3, rgb) + detail::bytes_field(4, png);
  summary(detail::bytes_field(1, detail::bytes_field(1, tag) + detail::bytes_field(4, picture)), step);
}

}  // namespace fastxx
