#pragma once

#include <fastxx/app/vision/detail/image_header.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/core/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace fastxx::vision::detail {

using namespace std::string_view_literals;

inline void refuse_image(std::string_view key, ImageSource const& source, std::string const& expected,
                         std::string const& got, std::string const& fix) {
  throw io_error(
      key, {.call = std::string(source.call), .expected = expected, .got = got, .where = source.where, .fix = fix});
}

inline void refuse_truncated(ImageSource const& source, std::string const& format) {
  refuse_image("image.truncated", source, "a whole " + format + " file", "one whose end is missing",
               "copy or download it again");
}

inline char const* name_of(ImageFormat format) {
  constexpr char const* names[] = {"JPEG", "PNG", "BMP", "TIFF", "WebP"};
  return names[static_cast<std::size_t>(format)];
}

// An unsigned number of up to 4 bytes, all of which are there.
inline std::uint32_t unsigned_at(std::string_view bytes, std::size_t place, std::size_t size, bool big_endian) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    std::uint32_t const byte = static_cast<unsigned char>(bytes[place + (big_endian ? i : size - 1 - i)]);
    value = value << 8 | byte;
  }
  return value;
}

// ---- TIFF, and the EXIF tags of the others
inline TiffDirectory::TiffDirectory(std::string_view bytes) : bytes_(bytes) {
  big_endian_ = bytes.starts_with("MM\0*"sv);
  if (bytes.size() < 8 || !(big_endian_ || bytes.starts_with("II*\0"sv))) return;
  std::size_t const place = at(4, 4);
  if (place < 8 || place > bytes.size() - 2) return;
  first_ = place + 2;
  entries_ = std::min<std::size_t>(at(place, 2), (bytes.size() - first_) / 12);
}

inline std::uint32_t TiffDirectory::at(std::size_t place, std::size_t size) const {
  return unsigned_at(bytes_, place, size, big_endian_);
}

inline std::size_t TiffDirectory::entry(std::uint16_t tag) const {
  for (std::size_t i = 0; i < entries_; ++i)
    if (at(first_ + 12 * i, 2) == tag) return first_ + 12 * i;
  return 0;
}

inline std::optional<std::uint32_t> TiffDirectory::number(std::uint16_t tag) const {
  std::size_t const found = entry(tag);
  if (found == 0) return {};
  std::uint32_t const type = at(found + 2, 2), count = at(found + 4, 4);
  std::size_t const size = type == 1 ? 1 : type == 3 ? 2 : type == 4 ? 4 : 0;
  if (size == 0 || count == 0) return {};
  bool const inside = size * count <= 4;  // else there is the place of the numbers
  std::size_t const place = inside ? found + 8 : at(found + 8, 4);
  if (place > bytes_.size() || bytes_.size() - place < size) return {};
  return at(place, size);
}

inline std::optional<std::size_t> TiffDirectory::place(std::uint16_t tag) const {
  std::size_t const found = entry(tag);
  if (found == 0 || at(found + 2, 2) != 3 || at(found + 4, 4) != 1) return {};
  return found + 8;
}

inline int exif_orientation(std::string_view exif) {
  if (exif.starts_with("Exif\0\0"sv)) exif.remove_prefix(6);
  std::uint32_t const value = TiffDirectory(exif).number(TiffDirectory::orientation).value_or(1);
  return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
}

// ---- one format each
// The bytes of a file whose end may be missing.
class HeaderBytes {
 public:
  HeaderBytes(std::string_view bytes, ImageFormat format, ImageSource const& source)
      : bytes_(bytes), format_(format), source_(source) {}

  std::uint32_t big(std::size_t place, std::size_t size) const { return number(place, size, true); }
  std::uint32_t little(std::size_t place, std::size_t size) const { return number(place, size, false); }
  std::string_view text(std::size_t place, std::size_t size) const {
    if (place > bytes_.size() || bytes_.size() - place < size) truncated();
    return bytes_.substr(place, size);
  }
  [[noreturn]] void truncated() const { refuse_truncated(source_, name_of(format_)); }
  [[noreturn]] void damaged(std::string const& got) const {
    refuse_image("image.damaged", source_, std::string("a ") + name_of(format_) + " header", got,
                 "copy or download it again");
  }

 private:
  std::uint32_t number(std::size_t place, std::size_t size, bool big_endian) const {
    return unsigned_at(text(place, size), 0, size, big_endian);
  }

  std::string_view bytes_;
  ImageFormat format_;
  ImageSource const& source_;
};

inline void read_jpeg_header(HeaderBytes const& bytes, ImageHeader& header) {
  for (std::size_t place = 2;;) {
    while (bytes.big(place, 1) != 0xFF) ++place;  // what stands between segments is skipped, as by libjpeg
    while (bytes.big(place, 1) == 0xFF) ++place;
    std::uint32_t const marker = bytes.big(place++, 1);
    if (marker <= 0x01 || (marker >= 0xD0 && marker <= 0xD8)) continue;  // these have no length
    if (marker == 0xD9 || marker == 0xDA) bytes.damaged("pixels before their number");
    std::size_t const size = bytes.big(place, 2);
    if (size < 2) bytes.damaged("a segment without a length");
    if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
      header.bits = static_cast<int>(bytes.big(place + 2, 1));
      header.height = bytes.big(place + 3, 2), header.width = bytes.big(place + 5, 2);
      header.channels = static_cast<int>(bytes.big(place + 7, 1));
      return;
    }
    std::string_view const segment = bytes.text(place + 2, size - 2);
    if (marker == 0xE1 && segment.starts_with("Exif\0\0"sv)) header.orientation = exif_orientation(segment);
    place += size;
  }
}

inline void read_png_header(HeaderBytes const& bytes, ImageHeader& header) {
  if (bytes.text(12, 4) != "IHDR") bytes.damaged("no size at its beginning");
  header.width = bytes.big(16, 4), header.height = bytes.big(20, 4);
  header.bits = static_cast<int>(bytes.big(24, 1));
  std::uint32_t const colours = bytes.big(25, 1);
  header.channels = colours == 2 ? 3 : colours == 4 ? 2 : colours == 6 ? 4 : 1;
  for (std::size_t place = 8;;) {
    std::size_t const size = bytes.big(place, 4);
    std::string_view const type = bytes.text(place + 4, 4);
    if (type == "IDAT" || type == "IEND") return;
    if (type == "eXIf") header.orientation = exif_orientation(bytes.text(place + 8, size));
    place += size + 12;
  }
}

inline void read_bmp_header(HeaderBytes const& bytes, ImageHeader& header) {
  bool const old = bytes.little(14, 4) == 12;
  header.width = bytes.little(18, old ? 2 : 4);
  auto const height = static_cast<std::int32_t>(old ? bytes.little(20, 2) : bytes.little(22, 4));
  header.height = static_cast<std::uint64_t>(std::abs(std::int64_t{height}));  // negative: the first row is on top
  std::uint32_t const bits = bytes.little(old ? 24 : 28, 2);
  header.channels = bits == 32 ? 4 : bits > 8 ? 3 : 1;
  header.bits = bits < 8 ? static_cast<int>(bits) : 8;
}

inline void read_tiff_header(std::string_view all, HeaderBytes const& bytes, ImageHeader& header) {
  TiffDirectory const tags(all);
  auto const width = tags.number(TiffDirectory::width), height = tags.number(TiffDirectory::height);
  if (tags.empty()) bytes.truncated();
  if (!width || !height) bytes.damaged("no size in its first directory");
  header.width = *width, header.height = *height;
  header.channels = static_cast<int>(std::min(tags.number(TiffDirectory::channels).value_or(1), 1000U));
  header.bits = static_cast<int>(std::min(tags.number(TiffDirectory::bits).value_or(1), 1000U));
  header.orientation = exif_orientation(all);
}

inline void read_webp_header(HeaderBytes const& bytes, ImageHeader& header) {
  std::string_view const first = bytes.text(12, 4);
  if (first == "VP8 ") {
    header.width = bytes.little(26, 2) & 0x3FFF, header.height = bytes.little(28, 2) & 0x3FFF;
    header.channels = 3;
  } else if (first == "VP8L") {
    std::uint32_t const packed = bytes.little(21, 4);
    header.width = (packed & 0x3FFF) + 1, header.height = (packed >> 14 & 0x3FFF) + 1;
    header.channels = packed >> 28 & 1 ? 4 : 3;
  } else if (first == "VP8X") {
    std::uint32_t const flags = bytes.little(20, 1);
    header.width = bytes.little(24, 3) + 1, header.height = bytes.little(27, 3) + 1;
    header.channels = flags & 0x10 ? 4 : 3;
    for (std::size_t place = 12; flags & 0x08;) {  // EXIF, behind the pixels
      std::size_t const size = bytes.little(place + 4, 4);
      if (bytes.text(place, 4) == "EXIF") {
        header.orientation = exif_orientation(bytes.text(place + 8, size));
        break;
      }
      place += 8 + size + size % 2;
    }
  } else {
    bytes.damaged("a chunk that is no image");
  }
}

// ---- which one
// What bytes are that are none of the formats that are read.
inline std::string what_else(std::string_view bytes) {
  constexpr std::pair<std::string_view, char const*> others[] = {
      {"GIF8", "a GIF"},        {"\0\0\0\x0CjP"sv, "JPEG 2000"}, {"8BPS", "a Photoshop file"},
      {"%PDF", "a PDF"},        {"\x1F\x8B", "a gzip file"},     {"PK\3\4", "a zip file"},
      {"II+\0"sv, "a BigTIFF"}, {"MM\0+"sv, "a BigTIFF"}};
  if (bytes.empty()) return "an empty file";
  for (auto const& [begin, name] : others)
    if (bytes.starts_with(begin)) return name;
  if (bytes.size() >= 12 && bytes.substr(4, 4) == "ftyp") return "an HEIC, AVIF or MP4 file";
  std::string_view const begin = bytes.substr(0, 40);
  bool const text = std::none_of(begin.begin(), begin.end(), [](unsigned char c) {
    return c >= 0x7F || (c < ' ' && c != '\n' && c != '\r' && c != '\t');
  });
  if (text) return "a text: \"" + fastxx::detail::brief(begin) + "\"";
  constexpr std::string_view hex = "0123456789abcdef";
  std::string numbers = "bytes that begin with";
  for (unsigned char const c : begin.substr(0, 8)) (numbers += ' ') += {hex[c >> 4], hex[c & 15]};
  return numbers;
}

inline std::optional<ImageFormat> format_of(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xD8\xFF")) return ImageFormat::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return ImageFormat::png;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return ImageFormat::tiff;
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return ImageFormat::webp;
  // Two letters also begin a text, in which this number would be larger: the size of the header.
  if (bytes.starts_with("BM") && bytes.size() >= 18 && unsigned_at(bytes, 14, 4, false) <= 124) return ImageFormat::bmp;
  return {};
}

inline ImageHeader image_header(std::string_view bytes, ImageSource const& source) {
  auto const format = format_of(bytes);
  if (!format)
    refuse_image("image.format", source, "a JPEG, PNG, BMP, TIFF or WebP image", what_else(bytes),
                 "leave it out, or convert it to PNG");
  ImageHeader header{.format = *format};
  HeaderBytes const reader(bytes, *format, source);
  switch (*format) {
    case ImageFormat::jpeg:
      read_jpeg_header(reader, header);
      break;
    case ImageFormat::png:
      read_png_header(reader, header);
      break;
    case ImageFormat::bmp:
      read_bmp_header(reader, header);
      break;
    case ImageFormat::tiff:
      read_tiff_header(bytes, reader, header);
      break;
    case ImageFormat::webp:
      read_webp_header(reader, header);
  }
  return header;
}

}  // namespace fastxx::vision::detail
