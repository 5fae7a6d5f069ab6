#pragma once

#include <array>
#include <csetjmp>
#include <cstdint>
#include <cstdio>  // before libjpeg, which needs it and does not say so
#include <jpeglib.h>
#include <string_view>
#include <vector>

namespace fastxx::vision::detail {

// libjpeg as an object: what goes wrong is false and a reason. It is C and leaves by longjmp; so all that it calls, and
// all that calls it here, has no objects to destroy.
class JpegReader {
 public:
  JpegReader(std::string_view bytes, bool keep_damaged) : bytes_(bytes), keep_damaged_(keep_damaged) {}
  JpegReader(JpegReader const&) = delete;
  JpegReader& operator=(JpegReader const&) = delete;
  ~JpegReader() { ::jpeg_destroy_decompress(&jpeg_); }

  bool read_header();
  std::int64_t stored_height() const { return jpeg_.image_height; }
  std::int64_t stored_width() const { return jpeg_.image_width; }

  // Decode at `eighths` of the size.
  bool start(int eighths, bool grey);
  std::int64_t height() const { return jpeg_.output_height; }
  std::int64_t width() const { return jpeg_.output_width; }
  std::int64_t channels() const { return jpeg_.out_color_space == JCS_GRAYSCALE ? 1 : 3; }

  // The next row, `channels()` numbers for each pixel.
  bool read_row(std::uint8_t* to);
  // Behind the last row: whether the end of the file is there.
  bool finish();

  char const* reason() const { return reason_.data(); }
  bool truncated() const;
  bool unsupported() const;
  bool out_of_memory() const;

 private:
  bool read_stored_row(JSAMPROW to);
  [[noreturn]] static void on_error(j_common_ptr jpeg);
  static void on_message(j_common_ptr jpeg, int level);
  static void on_progress(j_common_ptr jpeg);

  std::string_view bytes_;
  bool keep_damaged_;
  jpeg_decompress_struct jpeg_{};
  jpeg_error_mgr errors_{};
  jpeg_progress_mgr progress_{};
  std::jmp_buf jump_{};
  std::array<char, JMSG_LENGTH_MAX> reason_{};
  int code_ = 0;
  std::vector<std::uint8_t> cmyk_;
};

// The smallest n of 1 to 5, else 8, with which n/8 of the size, rounded up, is at least the other. libjpeg has quick code
// for 4 and 8 alone: at 6 and 7 it takes longer than at 8, at 5 it takes less when the resizing that follows is counted.
int eighths_for(std::int64_t height, std::int64_t width, std::int64_t least_height, std::int64_t least_width);

}  // namespace fastxx::vision::detail

#include <fastxx/app/vision/detail/jpeg_reader.ipp>
