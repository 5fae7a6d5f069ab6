#pragma once

#include <fastxx/app/vision/image_options.hpp>
#include <fastxx/low/torch/tensor.hpp>

#include <filesystem>
#include <string_view>

namespace fastxx::vision {

/// Read an image file: JPEG, PNG, BMP, TIFF (its first page) or WebP.
///
/// JPEG is decoded as Pillow does it; a grey one of colours is its luma, which differs from Pillow's where colours are
/// out of range. Of 16 bits the upper eight are kept, also where Pillow cuts off (grey PNG). CMYK becomes RGB by Pillow's
/// formula, without colour profiles.
///
/// Whoever includes this header compiles and links libjpeg, libpng and OpenCV (CMake: fastxx::images; else
/// -isystem /usr/include/opencv4 -ljpeg -lpng -lopencv_imgcodecs -lopencv_core).
/// Shapes:  (H,W,3) for Colours::rgb, (H,W) for Colours::grey
/// Dtypes:  uint8
/// Errors:  io_error [image.open] for what cannot be opened; [image.format] for what is no image that is read here, with
///          what it is; [image.truncated] when the end is missing; [image.damaged]; [image.pixels] for none or too many;
///          [image.memory]; data_error [image.least] for sides below 1
/// Source:  the role of fastai's PILImage.create (load_image); own design
/// Example: examples/doc/read_image.cpp
Tensor read_image(std::filesystem::path const& path, ReadImageOptions const& options = {});

/// The same for the bytes of a file in memory.
Tensor decode_image(std::string_view bytes, ReadImageOptions const& options = {});

/// What a file says of its image, read from its header alone: the rest may be damaged.
///
/// Errors:  io_error [image.open], [image.format], [image.truncated] as read_image
/// Example: examples/doc/read_image.cpp
ImageInfo image_info(std::filesystem::path const& path);

/// Read a mask, whose pixels are classes: a palette PNG gives the numbers, not the colours; a grey image its numbers as
/// they are stored, which for a PNG of 1 bit are 0 and 1 (fastai: 0 and 255).
///
/// Colours are taken when all pixels are grey. JPEG is read, though it does not keep classes apart.
/// Shapes:  (H,W)
/// Dtypes:  uint8, int32 for 16 bits
/// Errors:  as read_image; [image.mask] for colours, and for a BMP or TIFF with fewer than 8 bits
/// Source:  the role of fastai's PILMask.create; own design
/// Example: examples/doc/read_image.cpp
Tensor read_mask(std::filesystem::path const& path, ReadMaskOptions const& options = {});

}  // namespace fastxx::vision

// Not FASTXX_BODIES: programs that are compiled with FASTXX_COMPILED bring these bodies as well, so that what
// fastxx.cpp gives needs none of these libraries.
#include <fastxx/app/vision/read_image.ipp>
