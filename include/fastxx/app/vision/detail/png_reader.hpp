#pragma once

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <png.h>
#include <string_view>

namespace fastxx::vision::detail {

// libpng as an object, as JpegReader is libjpeg: what goes wrong is false and a reason.
class PngReader {
 public:
  // What the rows have. colours: 8 bits of grey, grey and alpha, RGB or RGBA. classes: the numbers as they are stored,
  // one for each pixel of a palette or grey image, without alpha; 16 bits stay 16 and are this processor's.
  enum class Rows { colours, classes };

  explicit PngReader(std::string_view bytes) : left_(bytes) {}
  PngReader(PngReader const&) = delete;
  PngReader& operator=(PngReader const&) = delete;
  ~PngReader() { ::png_destroy_read_struct(&png_, &info_, nullptr); }

  bool read_header(Rows rows);
  std::int64_t height() const { return ::png_get_image_height(png_, info_); }
  std::int64_t width() const { return ::png_get_image_width(png_, info_); }
  std::int64_t channels() const { return ::png_get_channels(png_, info_); }
  bool two_bytes() const { return ::png_get_bit_depth(png_, info_) == 16; }

  // All of them, and the rest of the file.
  bool read_rows(std::uint8_t** rows);

  char const* reason() const { return reason_.data(); }
  bool truncated() const { return truncated_; }

 private:
  [[noreturn]] static void on_error(png_structp png, char const* reason);
  static void on_warning(png_structp, char const*) {}
  static void on_read(png_structp png, unsigned char* to, std::size_t size);

  std::string_view left_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf jump_{};
  std::array<char, 200> reason_{};
  bool truncated_ = false;
};

}  // namespace fastxx::vision::detail

#include <fastxx/app/vision/detail/png_reader.ipp>
