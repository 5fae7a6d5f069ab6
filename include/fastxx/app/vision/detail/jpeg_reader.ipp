#pragma once

#include <fastxx/app/vision/detail/jpeg_reader.hpp>
#include <fastxx/app/vision/detail/pixels.hpp>

#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <jerror.h>

namespace fastxx::vision::detail {

inline void JpegReader::on_error(j_common_ptr jpeg) {
  auto* const self = static_cast<JpegReader*>(jpeg->client_data);
  jpeg->err->format_message(jpeg, self->reason_.data());
  self->code_ = jpeg->err->msg_code;
  std::longjmp(self->jump_, 1);
}

// libjpeg warns of what it then guesses. What it only finds odd, such as bytes between segments, pixels do not depend on.
inline void JpegReader::on_message(j_common_ptr jpeg, int level) {
  if (level >= 0 || static_cast<JpegReader*>(jpeg->client_data)->keep_damaged_) return;
  switch (jpeg->err->msg_code) {
    case JWRN_ARITH_BAD_CODE:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_JPEG_EOF:
    case JWRN_MUST_RESYNC:
      on_error(jpeg);
    default:
      break;
  }
}

// A progressive file of a few bytes may have as many scans as it likes, each of which goes through the whole image.
inline void JpegReader::on_progress(j_common_ptr jpeg) {
  constexpr int most_scans = 100;
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= most_scans) return;
  auto* const self = static_cast<JpegReader*>(jpeg->client_data);
  std::snprintf(self->reason_.data(), self->reason_.size(), "more than %d scans", most_scans);
  std::longjmp(self->jump_, 1);
}

inline bool JpegReader::read_header() {
  jpeg_.err = ::jpeg_std_error(&errors_);
  errors_.error_exit = on_error;
  errors_.emit_message = on_message;
  jpeg_.client_data = this;
  if (setjmp(jump_)) return false;
  jpeg_create_decompress(&jpeg_);  // keeps err and client_data
  progress_.progress_monitor = on_progress;
  jpeg_.progress = &progress_;
  ::jpeg_mem_src(&jpeg_, reinterpret_cast<unsigned char const*>(bytes_.data()), bytes_.size());
  return ::jpeg_read_header(&jpeg_, TRUE) == JPEG_HEADER_OK;
}

inline bool JpegReader::start(int eighths, bool grey) {
  bool const cmyk = jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
  jpeg_.out_color_space = cmyk ? JCS_CMYK : grey || jpeg_.num_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_.scale_num = static_cast<unsigned>(eighths), jpeg_.scale_denom = 8;
  if (cmyk) cmyk_.resize(std::size_t{4} * jpeg_.image_width);
  if (setjmp(jump_)) return false;
  return ::jpeg_start_decompress(&jpeg_);
}

inline bool JpegReader::read_row(std::uint8_t* to) {
  if (!read_stored_row(cmyk_.empty() ? to : cmyk_.data())) return false;
  if (!cmyk_.empty()) cmyk_to_rgb(cmyk_.data(), width(), to);
  return true;
}

inline bool JpegReader::read_stored_row(JSAMPROW to) {
  if (setjmp(jump_)) return false;
  return ::jpeg_read_scanlines(&jpeg_, &to, 1) == 1;
}

inline bool JpegReader::finish() {
  if (setjmp(jump_)) return false;
  return ::jpeg_finish_decompress(&jpeg_);
}

inline bool JpegReader::truncated() const { return code_ == JWRN_JPEG_EOF || code_ == JERR_INPUT_EOF; }
inline bool JpegReader::unsupported() const {
  return code_ == JERR_BAD_PRECISION || code_ == JERR_CONVERSION_NOTIMPL || code_ == JERR_SOF_UNSUPPORTED ||
         code_ == JERR_COMPONENT_COUNT || code_ == JERR_BAD_J_COLORSPACE;
}
inline bool JpegReader::out_of_memory() const { return code_ == JERR_OUT_OF_MEMORY; }

inline int eighths_for(std::int64_t height, std::int64_t width, std::int64_t least_height, std::int64_t least_width) {
  for (int n = 1; n <= 5; ++n)
    if ((height * n + 7) / 8 >= least_height && (width * n + 7) / 8 >= least_width) return n;
  return 8;
}

}  // namespace fastxx::vision::detail
