#pragma once

#include <fastxx/app/vision/detail/png_reader.hpp>

#include <bit>
#include <csetjmp>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace fastxx::vision::detail {

inline void PngReader::on_error(png_structp png, char const* reason) {
  auto* const self = static_cast<PngReader*>(::png_get_error_ptr(png));
  std::snprintf(self->reason_.data(), self->reason_.size(), "%s", reason);
  std::longjmp(self->jump_, 1);
}

inline void PngReader::on_read(png_structp png, unsigned char* to, std::size_t size) {
  auto* const self = static_cast<PngReader*>(::png_get_io_ptr(png));
  self->truncated_ = size > self->left_.size();
  if (self->truncated_) on_error(png, "the end is missing");
  std::memcpy(to, self->left_.data(), size);
  self->left_.remove_prefix(size);
}

inline bool PngReader::read_header(Rows rows) {
  if (setjmp(jump_)) return false;
  png_ = ::png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
  info_ = png_ ? ::png_create_info_struct(png_) : nullptr;
  if (!info_) return false;
  ::png_set_read_fn(png_, this, on_read);
  ::png_read_info(png_, info_);
  if (rows == Rows::colours) {
    ::png_set_strip_16(png_);
    ::png_set_expand(png_);  // palettes, few bits, the transparent colour
  } else {
    ::png_set_packing(png_);
    ::png_set_strip_alpha(png_);
    if constexpr (std::endian::native == std::endian::little) ::png_set_swap(png_);
  }
  ::png_set_interlace_handling(png_);
  ::png_read_update_info(png_, info_);
  return true;
}

inline bool PngReader::read_rows(std::uint8_t** rows) {
  if (setjmp(jump_)) return false;
  ::png_read_image(png_, rows);
  ::png_read_end(png_, nullptr);
  return true;
}

}  // namespace fastxx::vision::detail
