#pragma once
// How images and masks are read, and what is known of them: the types of <fastxx/app/vision/read_image.hpp>.

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>

namespace fastxx::vision {

/// What the pixels of a read image are: three numbers, red, green and blue, or one.
enum class Colours { rgb, grey };

/// The formats that are read. The content of a file decides which it is, not its name.
enum class ImageFormat { jpeg, png, bmp, tiff, webp };

/// Height and width in pixels; one number is both: `HeightWidth(224)`, `HeightWidth(360, 480)`.
///
/// Example: examples/doc/resize.cpp
struct HeightWidth {
  std::int64_t height = 0, width = 0;

  constexpr HeightWidth() = default;
  constexpr HeightWidth(std::integral auto side) : height(side), width(side) {}
  constexpr HeightWidth(std::integral auto high, std::integral auto wide) : height(high), width(wide) {}
  friend bool operator==(HeightWidth const&, HeightWidth const&) = default;

  void serialize(auto& archive) { archive("height", height), archive("width", width); }
};

/// How an image is read.
struct ReadImageOptions {
  Colours colours = Colours::rgb;
  bool orient = true;  ///< turn it as its EXIF tag says, and as viewers show it; fastai does not
  /// What the next stage needs: a JPEG that is larger is decoded at the smallest of 1/8, 2/8 ... 5/8 of its size that has
  /// at least this height and width, after turning, else at its own size, as all other formats. (6/8 and 7/8 take longer
  /// than the whole, even with resizing it.) Unset: at its own size.
  std::optional<HeightWidth> least = {};
  /// The red, green and blue that transparent PNG, WebP and TIFF images are laid over. Unset: transparency is left out,
  /// and the colours below it show, as in Pillow's convert("RGB").
  std::optional<std::array<std::uint8_t, 3>> background = {};
  /// Give what there is of a JPEG whose end is missing or whose data is damaged; the rest is grey.
  bool keep_damaged = false;
  /// More pixels than this are refused before memory is taken for them: a file of a few bytes can say that it has
  /// billions. Pillow refuses (DecompressionBombError) at the same number.
  std::uint64_t most_pixels = 178'956'970;
};

/// What a file says of its image.
struct ImageInfo {
  std::int64_t height, width;  ///< of what viewers show: `orientation` is applied
  int channels;  ///< numbers per pixel in the file: 1 grey or palette, 2 with alpha, 3 colour, 4 with alpha or CMYK
  int bits;      ///< of each of these numbers
  ImageFormat format;
  int orientation;  ///< EXIF's: 1 as stored, 2 to 8 mirrored or turned
};

/// How a mask is read.
struct ReadMaskOptions {
  bool orient = true;                       ///< as in ReadImageOptions
  std::uint64_t most_pixels = 178'956'970;  ///< as in ReadImageOptions
};

}  // namespace fastxx::vision
