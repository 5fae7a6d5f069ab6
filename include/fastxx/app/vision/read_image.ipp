#pragma once

#include <fastxx/app/vision/detail/image_header.hpp>
#include <fastxx/app/vision/detail/jpeg_reader.hpp>
#include <fastxx/app/vision/detail/pixels.hpp>
#include <fastxx/app/vision/detail/png_reader.hpp>
#include <fastxx/app/vision/read_image.hpp>
#include <fastxx/low/core/error.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/torch/basic_ops.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <exception>
#include <filesystem>
#include <limits>
#include <opencv2/imgcodecs.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <utility>
#include <vector>

namespace fastxx::vision::detail {

// A file, or its first `most` bytes.
inline std::string image_bytes(std::filesystem::path const& path, std::string_view call, std::size_t most) {
  fastxx::detail::FileHandle const file(fastxx::detail::open_to_read("image.open", call, path));
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) fastxx::detail::throw_file_error("image.open", std::string(call), path, errno);
  std::size_t const size = std::min(static_cast<std::size_t>(status.st_size), most);
  std::string bytes;
  try {
    bytes.resize(size);
  } catch (std::exception const&) {
    fastxx::detail::refuse_memory("image.memory", call, path.string(), size);
  }
  std::ptrdiff_t const read = fastxx::detail::read_fully(file.get(), bytes.data(), size);
  if (read < 0) fastxx::detail::throw_file_error("image.open", std::string(call), path, errno);
  bytes.resize(static_cast<std::size_t>(read));
  return bytes;
}

inline void require_pixels(ImageHeader const& header, std::uint64_t most, ImageSource const& source) {
  using fastxx::detail::join;
  std::string const size = join({header.height, " x ", header.width});
  if (header.height == 0 || header.width == 0)
    refuse_image("image.pixels", source, "an image with pixels", size, "leave it out; the file is damaged");
  if (header.height > most / header.width)
    refuse_image("image.pixels", source, join({"at most ", most, " pixels"}), size,
                 "leave it out, or raise most_pixels when you trust the file");
}

inline Tensor empty_samples(std::int64_t height, std::int64_t width, std::int64_t channels, at::ScalarType type,
                            ImageSource const& source) {
  try {
    return fastxx::detail::empty_cpu({height, width, channels}, type);
  } catch (std::exception const&) {
    auto const bytes = static_cast<std::uint64_t>(height * width * channels) * c10::elementSize(type);
    fastxx::detail::refuse_memory("image.memory", source.call, source.where, bytes);
  }
}

[[noreturn]] inline void refuse_damaged(ImageSource const& source, ImageFormat format, std::string const& reason) {
  refuse_image("image.damaged", source, std::string("a sound ") + name_of(format) + " file", reason,
               "copy or download it again, or leave it out");
}

// ---- Each gives the samples of a file, (H,W,C) uint8; of a mask with 16 bits int32.
struct Wanted {
  ReadImageOptions options;
  bool classes = false;
};

inline void require(bool well, JpegReader const& reader, ImageSource const& source) {
  if (well) return;
  if (reader.truncated()) refuse_truncated(source, "JPEG");
  if (reader.out_of_memory())
    refuse_image("image.memory", source, "memory for what a JPEG needs while it is decoded", "less",
                 "free some memory or use a larger machine");
  if (reader.unsupported())
    refuse_image("image.format", source, "a JPEG that libjpeg reads", reader.reason(),
                 "leave it out, or convert it to PNG");
  refuse_damaged(source, ImageFormat::jpeg, reader.reason());
}

inline Tensor jpeg_samples(std::string_view bytes, ImageHeader const& header, Wanted const& wanted,
                           ImageSource const& source) {
  ReadImageOptions const& options = wanted.options;
  JpegReader reader(bytes, options.keep_damaged);
  require(reader.read_header(), reader, source);
  auto const height = static_cast<std::int64_t>(header.height), width = static_cast<std::int64_t>(header.width);
  if (reader.stored_height() != height || reader.stored_width() != width)
    refuse_damaged(source, ImageFormat::jpeg, "two sizes");
  int eighths = 8;
  if (options.least) {
    bool const turned = options.orient && header.orientation >= 5;
    HeightWidth const seen = turned ? HeightWidth(width, height) : HeightWidth(height, width);
    eighths = eighths_for(seen.height, seen.width, options.least->height, options.least->width);
  }
  require(reader.start(eighths, !wanted.classes && options.colours == Colours::grey), reader, source);
  Tensor samples = empty_samples(reader.height(), reader.width(), reader.channels(), at::kByte, source);
  auto* row = samples.data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < reader.height(); ++y, row += samples.stride(0))
    require(reader.read_row(row), reader, source);
  require(reader.finish(), reader, source);
  return samples;
}

inline void require(bool well, PngReader const& reader, ImageSource const& source) {
  if (well) return;
  if (reader.truncated()) refuse_truncated(source, "PNG");
  refuse_damaged(source, ImageFormat::png, reader.reason());
}

inline Tensor png_samples(std::string_view bytes, ImageHeader const& header, Wanted const& wanted,
                          ImageSource const& source) {
  PngReader reader(bytes);
  require(reader.read_header(wanted.classes ? PngReader::Rows::classes : PngReader::Rows::colours), reader, source);
  if (reader.height() != static_cast<std::int64_t>(header.height) ||
      reader.width() != static_cast<std::int64_t>(header.width))
    refuse_damaged(source, ImageFormat::png, "two sizes");
  Tensor samples = empty_samples(reader.height(), reader.width(), reader.channels(),
                                 reader.two_bytes() ? at::kShort : at::kByte, source);
  std::vector<std::uint8_t*> rows;
  for (std::int64_t y = 0; y < reader.height(); ++y)
    rows.push_back(static_cast<std::uint8_t*>(samples.data_ptr()) +
                   y * samples.stride(0) * static_cast<std::int64_t>(samples.element_size()));
  require(reader.read_rows(rows.data()), reader, source);
  return reader.two_bytes() ? samples.to(at::kInt).bitwise_and(0xFFFF) : samples;
}

// OpenCV's order, and its 16 bits.
template <class Number, class Sample>
void copy_samples(cv::Mat const& from, int shift, Tensor& to) {
  int const channels = from.channels();
  auto* sample = to.data_ptr<Sample>();
  for (int y = 0; y < from.rows; ++y) {
    auto const* pixel = from.ptr<Number>(y);
    for (int x = 0; x < from.cols; ++x, pixel += channels)
      for (int c = 0; c < channels; ++c)
        *sample++ = static_cast<Sample>(pixel[channels >= 3 && c < 3 ? 2 - c : c] >> shift);
  }
}

// A TIFF as OpenCV is to see it: not turned, since it would turn it whatever we want, and with colours that are not
// multiplied by alpha.
inline std::string plain_tiff(std::string_view bytes) {
  std::string copy(bytes);
  TiffDirectory const tags(bytes);
  for (std::uint16_t const tag : {TiffDirectory::orientation, TiffDirectory::extra_channels})
    if (auto const place = tags.place(tag)) {
      copy[*place] = tags.big_endian() ? 0 : 1;
      copy[*place + 1] = tags.big_endian() ? 1 : 0;
    }
  return copy;
}

inline void require_tiff_tiles(std::string_view bytes, std::uint64_t most, ImageSource const& source) {
  TiffDirectory const tags(bytes);
  ImageHeader tile{.format = ImageFormat::tiff};
  tile.height = tags.number(TiffDirectory::tile_height).value_or(1);
  tile.width = tags.number(TiffDirectory::tile_width).value_or(1);
  require_pixels(tile, most, source);
}

inline cv::Mat opencv_image(std::string_view bytes, ImageHeader const& header, ImageSource const& source) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    refuse_image("image.memory", source, "a file of less than 2 GiB", "a larger one", "convert it to PNG");
  cv::Mat image;
  try {
    auto* const data = const_cast<char*>(bytes.data());  // OpenCV only reads it
    image = cv::imdecode(cv::Mat(1, static_cast<int>(bytes.size()), CV_8U, data), cv::IMREAD_UNCHANGED);
  } catch (cv::Exception const& error) {
    if (error.code == cv::Error::StsNoMem)
      refuse_image("image.memory", source, "memory for the image", "less", "free some memory");
    refuse_damaged(source, header.format, fastxx::detail::brief(error.err));
  }
  if (image.empty())
    refuse_damaged(source, header.format, "one that is damaged or unfinished, or of a kind that OpenCV does not read");
  if (static_cast<std::uint64_t>(image.rows) != header.height || static_cast<std::uint64_t>(image.cols) != header.width)
    refuse_damaged(source, header.format, "two sizes");
  if (image.depth() != CV_8U && image.depth() != CV_16U)
    refuse_image("image.format", source, "8 or 16 bits in each number of a pixel", "other numbers",
                 "convert it to PNG");
  return image;
}

inline Tensor opencv_samples(std::string_view bytes, ImageHeader const& header, Wanted const& wanted,
                             ImageSource const& source) {
  bool const tiff = header.format == ImageFormat::tiff;
  if (tiff) require_tiff_tiles(bytes, wanted.options.most_pixels, source);
  if (wanted.classes && header.bits < 8)
    refuse_image("image.mask", source, "a mask with 8 or 16 bits for each pixel",
                 fastxx::detail::join({header.bits, " in a ", name_of(header.format), " file"}), "save it as PNG");
  cv::Mat const image = tiff ? opencv_image(plain_tiff(bytes), header, source) : opencv_image(bytes, header, source);
  bool const two_bytes = image.depth() == CV_16U;
  Tensor samples = empty_samples(image.rows, image.cols, image.channels(),
                                 two_bytes && wanted.classes ? at::kInt : at::kByte, source);
  if (!two_bytes)
    copy_samples<std::uint8_t, std::uint8_t>(image, 0, samples);
  else if (wanted.classes)
    copy_samples<std::uint16_t, std::int32_t>(image, 0, samples);
  else
    copy_samples<std::uint16_t, std::uint8_t>(image, 8, samples);
  return samples;
}

inline Tensor image_samples(std::string_view bytes, ImageHeader const& header, Wanted const& wanted,
                            ImageSource const& source) {
  require_pixels(header, wanted.options.most_pixels, source);
  if (header.format == ImageFormat::jpeg) return jpeg_samples(bytes, header, wanted, source);
  if (header.format == ImageFormat::png) return png_samples(bytes, header, wanted, source);
  return opencv_samples(bytes, header, wanted, source);
}

inline Tensor decode(std::string_view bytes, ReadImageOptions const& options, ImageSource const& source) {
  if (options.least && (options.least->height < 1 || options.least->width < 1))
    throw data_error("image.least", {.call = std::string(source.call),
                                     .expected = "a height and a width of at least 1",
                                     .got = {options.least->height, " x ", options.least->width}});
  ImageHeader const header = image_header(bytes, source);
  Tensor const samples = image_samples(bytes, header, {options}, source);
  Tensor image = to_colours(samples, options.colours, options.background);
  return options.orient ? oriented(std::move(image), header.orientation) : image;
}

// The one number of each pixel: (H,W,C), where colours are taken when they are grey and alpha is left out.
inline Tensor classes_of(Tensor const& samples, ImageSource const& source) {
  Tensor const classes = samples.select(2, 0);
  for (std::int64_t c = 1; samples.size(2) >= 3 && c < 3; ++c)
    if (!classes.equal(samples.select(2, c)))
      refuse_image("image.mask", source, "one number for each pixel: a palette PNG or a grey image", "colours",
                   "convert it to a palette or grey PNG with the number of the class in each pixel");
  return classes;
}

}  // namespace fastxx::vision::detail

namespace fastxx::vision {

inline Tensor read_image(std::filesystem::path const& path, ReadImageOptions const& options) {
  std::string const bytes = detail::image_bytes(path, "read_image", std::string::npos);
  return detail::decode(bytes, options, {"read_image", path.string()});
}

inline Tensor decode_image(std::string_view bytes, ReadImageOptions const& options) {
  return detail::decode(bytes, options, {"decode_image", "the bytes in memory"});
}

inline ImageInfo image_info(std::filesystem::path const& path) {
  constexpr std::size_t usual = std::size_t{64} << 10;
  detail::ImageSource const source{"image_info", path.string()};
  std::string bytes = detail::image_bytes(path, source.call, usual);
  auto const header = [&] {
    if (bytes.size() < usual) return detail::image_header(bytes, source);
    try {
      return detail::image_header(bytes, source);
    } catch (io_error const& error) {  // a large colour profile, or a directory at the end
      if (error.key() != "image.truncated") throw;
    }
    bytes = detail::image_bytes(path, source.call, std::string::npos);
    return detail::image_header(bytes, source);
  }();
  auto const height = static_cast<std::int64_t>(header.height), width = static_cast<std::int64_t>(header.width);
  bool const turned = header.orientation >= 5;
  return {.height = turned ? width : height,
          .width = turned ? height : width,
          .channels = header.channels,
          .bits = header.bits,
          .format = header.format,
          .orientation = header.orientation};
}

inline Tensor read_mask(std::filesystem::path const& path, ReadMaskOptions const& options) {
  detail::ImageSource const source{"read_mask", path.string()};
  std::string const bytes = detail::image_bytes(path, source.call, std::string::npos);
  detail::ImageHeader const header = detail::image_header(bytes, source);
  detail::Wanted const wanted{.options = {.most_pixels = options.most_pixels}, .classes = true};
  Tensor const classes = detail::classes_of(detail::image_samples(bytes, header, wanted, source), source);
  return detail::oriented(classes, options.orient ? header.orientation : 1);
}

}  // namespace fastxx::vision
