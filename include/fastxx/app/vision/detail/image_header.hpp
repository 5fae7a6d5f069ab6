#pragma once

#include <fastxx/app/vision/image_options.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fastxx::vision::detail {

// Who reads, and what, for errors.
struct ImageSource {
  std::string_view call;
  std::string where;
};

[[noreturn]] void refuse_image(std::string_view key, ImageSource const& source, std::string const& expected,
                               std::string const& got, std::string const& fix);
[[noreturn]] void refuse_truncated(ImageSource const& source, std::string const& format);

// The first directory of a TIFF file, or of the same thing in an EXIF tag. Hostile bytes have no entries.
class TiffDirectory {
 public:
  explicit TiffDirectory(std::string_view bytes);

  // The first number of an entry of unsigned numbers.
  std::optional<std::uint32_t> number(std::uint16_t tag) const;
  // Where the only number of an entry of 16 bits is.
  std::optional<std::size_t> place(std::uint16_t tag) const;
  bool big_endian() const { return big_endian_; }
  bool empty() const { return entries_ == 0; }

  static constexpr std::uint16_t width = 256, height = 257, bits = 258, orientation = 274, channels = 277,
                                 tile_width = 322, tile_height = 323, extra_channels = 338;

 private:
  std::uint32_t at(std::size_t place, std::size_t size) const;
  std::size_t entry(std::uint16_t tag) const;  // 0: none

  std::string_view bytes_;
  bool big_endian_ = false;
  std::size_t first_ = 0, entries_ = 0;
};

// The orientation in an EXIF tag, 1 when there is none that means something.
int exif_orientation(std::string_view exif);

struct ImageHeader {
  ImageFormat format;
  std::uint64_t height = 0, width = 0;  // as stored
  int channels = 0, bits = 8, orientation = 1;
};

// Errors: io_error [image.format], [image.truncated]
ImageHeader image_header(std::string_view bytes, ImageSource const& source);

char const* name_of(ImageFormat format);

}  // namespace fastxx::vision::detail

#include <fastxx/app/vision/detail/image_header.ipp>
