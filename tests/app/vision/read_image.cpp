// Goes through the door ops for the tensors' arithmetic; OpenCV's headers are another second.
#include "../../errors.hpp"
#include "../../temporary_folder.hpp"
#include <fastxx/app/vision/read_image.hpp>
#include <fastxx/app/vision/resample.hpp>
#include <fastxx/low/io/file.hpp>
#include <fastxx/low/io/safetensors.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <cmath>
#include <filesystem>
#include <map>
#include <random>
#include <sys/stat.h>

// doctest comes last: libtorch brings glog, whose CHECK ends the process.
#include <doctest/doctest.h>

using namespace fastxx;
using vision::Colours;
using vision::decode_image;
using vision::image_info;
using vision::ImageFormat;
using vision::read_image;
using vision::read_mask;

namespace {

namespace fs = std::filesystem;

fs::path image_file(std::string const& name) { return fs::path(__FILE__).parent_path() / "images" / name; }

std::map<std::string, at::Tensor> const& expected() {
  static auto const file = load_safetensors(image_file("expected.safetensors"));
  return file.tensors;
}

int largest_gap(at::Tensor const& a, at::Tensor const& b) {
  if (a.sizes() != b.sizes()) return 1000;
  return (a.to(at::kInt) - b.to(at::kInt)).abs().max().item<int>();
}

// What processors and versions of libjpeg may round in another way.
int allowed(std::string const& name) { return contains(name, ".jpg") || contains(name, "lossy") ? 1 : 0; }

double psnr(at::Tensor const& a, at::Tensor const& b) {
  return 10 * std::log10(255 * 255 / (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().item<double>());
}

struct ImageFolder {
  fs::path path = temporary_folder("images");
  ~ImageFolder() { fs::remove_all(path); }
  fs::path file(std::string const& name, std::string const& bytes) const {
    write_file_atomically(path / name, bytes);
    return path / name;
  }
};

std::string bytes_of(std::string const& name) { return read_file(image_file(name)); }

std::string replaced(std::string text, std::string const& what, std::string const& by) {
  auto const place = text.find(what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, by.size(), by);
}

std::vector<std::string> image_names() {
  std::vector<std::string> names;
  for (auto const& entry : fs::directory_iterator(image_file("")))
    if (entry.path().extension() != ".safetensors") names.push_back(entry.path().filename().string());
  return names;
}

}  // namespace

TEST_CASE("read_image: every format, orientation and kind of pixel as Pillow reads it") {
  int images = 0, greys = 0, backgrounds = 0;
  for (auto const& [key, want] : expected()) {
    std::string const name = key.substr(0, key.find('/')), what = key.substr(name.size());
    CAPTURE(key);
    if (what.empty()) {
      auto const image = read_image(image_file(name));
      CHECK((image.scalar_type() == at::kByte));
      CHECK(image.is_contiguous());
      CHECK(largest_gap(image, want) <= allowed(name));
      ++images;
    } else if (what == "/grey") {
      CHECK(largest_gap(read_image(image_file(name), {.colours = Colours::grey}), want) <= allowed(name));
      ++greys;
    } else if (what == "/background") {
      auto const image = read_image(image_file(name), {.background = {{10, 200, 30}}});
      CHECK(largest_gap(image, want) == 0);
      ++backgrounds;
    }
  }
  CHECK(images == 44);
  CHECK(greys == 6);
  CHECK(backgrounds == 6);
}

TEST_CASE("read_image: as stored, when the orientation is not wanted") {
  for (std::string const name : {"orientation6.jpg", "orientation6.png", "orientation8.webp", "orientation6.tiff"}) {
    CAPTURE(name);
    auto const stored = read_image(image_file(name), {.orient = false});
    auto const seen = read_image(image_file(name));
    REQUIRE(stored.sizes() == at::IntArrayRef({9, 13, 3}));
    REQUIRE(seen.sizes() == at::IntArrayRef({13, 9, 3}));
    bool const eight = contains(name, "8");
    CHECK(at::equal(seen, stored.rot90(eight ? 1 : -1)));
    if (allowed(name) == 0) CHECK(at::equal(stored, expected().at("rgb.png")));
  }
}

TEST_CASE("decode_image: the same from memory; a lying name does not matter") {
  ImageFolder const folder;
  for (std::string const name : {"rgb.jpg", "rgb.png", "rgb.tiff"}) {
    auto const want = read_image(image_file(name));
    CHECK(at::equal(decode_image(bytes_of(name)), want));
    CHECK(at::equal(read_image(folder.file("lie.bmp", bytes_of(name))), want));
  }
}

TEST_CASE("read_image: a background shows where a grey image is transparent") {
  auto const colours = read_image(image_file("la.png"), {.background = {{200, 200, 200}}});
  auto const grey = read_image(image_file("la.png"), {.colours = Colours::grey, .background = {{200, 200, 200}}});
  CHECK(grey.dim() == 2);
  CHECK(at::equal(colours.select(2, 1), grey));
  CHECK(grey[0][0].item<int>() == 200);
}

TEST_CASE("read_image: at least what is needed of a JPEG, and close to the whole one resized") {
  auto const whole = read_image(image_file("large.jpg"));
  REQUIRE(whole.sizes() == at::IntArrayRef({120, 160, 3}));
  for (std::int64_t height = 1; height <= 130; ++height)
    for (auto const& options :
         {vision::ReadImageOptions{.least = {{height, 1}}}, vision::ReadImageOptions{.least = {{1, height * 4 / 3}}}}) {
      CAPTURE(height);
      auto const image = read_image(image_file("large.jpg"), options);
      std::int64_t const needed = (height * 8 + 119) / 120, eighths = needed <= 5 ? needed : 8;
      bool const by_height = options.least->height > 1 || height == 1;
      if (by_height) REQUIRE(image.size(0) == 15 * eighths);
      REQUIRE(image.size(0) >= std::min(options.least->height, std::int64_t{120}));
      REQUIRE(image.size(1) >= std::min(options.least->width, std::int64_t{160}));
      REQUIRE(psnr(image, vision::resize_image(whole, image.size(0), image.size(1))) >= 35);
    }
  // Both sides count (75 x 100 is 5/8), other formats stay whole, and a size that is no multiple of 8 is rounded up.
  CHECK(read_image(image_file("large.jpg"), {.least = {{60, 100}}}).sizes() == at::IntArrayRef({75, 100, 3}));
  CHECK(read_image(image_file("rgb.png"), {.least = {{1, 1}}}).sizes() == at::IntArrayRef({9, 13, 3}));
  CHECK(read_image(image_file("rgb.jpg"), {.least = {{3, 3}}}).sizes() == at::IntArrayRef({3, 4, 3}));
  CHECK(read_image(image_file("cmyk.jpg"), {.least = {{3, 3}}}).sizes() == at::IntArrayRef({3, 4, 3}));
  // After turning: 13 x 9 is seen, 4/8 of which is 7 x 5.
  CHECK(read_image(image_file("orientation6.jpg"), {.least = {{7, 1}}}).sizes() == at::IntArrayRef({7, 5, 3}));
  CHECK(read_image(image_file("orientation6.jpg"), {.orient = false, .least = {{1, 7}}}).sizes() ==
        at::IntArrayRef({5, 7, 3}));
  auto const key = key_of([] { read_image(image_file("rgb.jpg"), {.least = {{0, 5}}}); });
  CHECK(key == "image.least");
}

TEST_CASE("read_mask: numbers, never colours") {
  int masks = 0;
  for (auto const& [key, want] : expected()) {
    if (!key.ends_with("/mask")) continue;
    CAPTURE(key);
    auto const mask = read_mask(image_file(key.substr(0, key.find('/'))));
    CHECK((mask.scalar_type() == (contains(key, "16") ? at::kInt : at::kByte)));
    CHECK(largest_gap(mask, want) == 0);
    ++masks;
  }
  CHECK(masks == 8);
  CHECK(read_mask(image_file("grey16.png")).max().item<int>() > 32767);
  CHECK(at::equal(read_mask(image_file("la.png")), expected().at("la.png").select(2, 0)));
  CHECK(at::equal(read_mask(image_file("grey.jpg")), read_image(image_file("grey.jpg"), {.colours = Colours::grey})));
  for (char const* name : {"rgb.png", "rgb.jpg", "rgb.bmp", "palette.bmp", "bit.tiff", "lossless.webp"}) {
    CAPTURE(name);
    CHECK(key_of([&] { read_mask(image_file(name)); }) == "image.mask");
  }
  CHECK(contains(error_of([] { read_mask(image_file("palette.bmp")); }),
                 "[image.mask] read_mask: expected one number for each pixel: a palette PNG or a grey image; got "
                 "colours; at "));
  CHECK(key_of([] { read_mask(image_file("grey.png"), {.most_pixels = 100}); }) == "image.pixels");
}

TEST_CASE("read_mask: colours that are all grey are numbers, and a mask is turned as its image is") {
  ImageFolder const folder;
  std::string six = bytes_of("orientation6.png");
  CHECK(key_of([&] { read_mask(folder.file("six.png", six)); }) == "image.mask");
  std::string exif = six.substr(six.find("eXIf") - 4, 12 + 32);
  std::string grey = bytes_of("palette.png");
  std::size_t const size = static_cast<unsigned char>(exif[3]);
  grey.insert(33, six.substr(six.find("eXIf") - 4, size + 12));  // behind IHDR
  auto const path = folder.file("mask.png", grey);
  auto const want = expected().at("palette.png/mask");
  CHECK(at::equal(read_mask(path), want.rot90(-1)));
  CHECK(at::equal(read_mask(path, {.orient = false}), want));
}

TEST_CASE("image_info: from the header, after turning") {
  auto const check = [](std::string const& name, ImageFormat format, int channels, int bits, int orientation) {
    CAPTURE(name);
    auto const info = image_info(image_file(name));
    CHECK(info.height == (orientation >= 5 ? 13 : 9));
    CHECK(info.width == (orientation >= 5 ? 9 : 13));
    CHECK(info.format == format);
    CHECK(info.channels == channels);
    CHECK(info.bits == bits);
    CHECK(info.orientation == orientation);
  };
  check("rgb.jpg", ImageFormat::jpeg, 3, 8, 1);
  check("progressive.jpg", ImageFormat::jpeg, 3, 8, 1);
  check("grey.jpg", ImageFormat::jpeg, 1, 8, 1);
  check("cmyk.jpg", ImageFormat::jpeg, 4, 8, 1);
  check("orientation7.jpg", ImageFormat::jpeg, 3, 8, 7);
  check("rgba.png", ImageFormat::png, 4, 8, 1);
  check("la.png", ImageFormat::png, 2, 8, 1);
  check("palette.png", ImageFormat::png, 1, 4, 1);
  check("rgb16.png", ImageFormat::png, 3, 16, 1);
  check("orientation6.png", ImageFormat::png, 3, 8, 6);
  check("rgb.bmp", ImageFormat::bmp, 3, 8, 1);
  check("palette.bmp", ImageFormat::bmp, 1, 8, 1);
  check("lossless.webp", ImageFormat::webp, 3, 8, 1);
  check("lossy.webp", ImageFormat::webp, 3, 8, 1);
  check("alpha.webp", ImageFormat::webp, 4, 8, 1);
  check("orientation8.webp", ImageFormat::webp, 3, 8, 8);
  check("orientation5.tiff", ImageFormat::tiff, 3, 8, 5);
  check("grey16.tiff", ImageFormat::tiff, 1, 16, 1);
  check("bit.tiff", ImageFormat::tiff, 1, 1, 1);
}

TEST_CASE("image_info: pixels may be damaged, and a header may be long") {
  ImageFolder const folder;
  std::string const jpeg = bytes_of("rgb.jpg");
  CHECK(image_info(folder.file("cut.jpg", jpeg.substr(0, jpeg.find("\xFF\xDA")))).width == 13);
  // Two colour profiles of 64 KiB stand before the size.
  std::string const profile = "\xFF\xE2\xFF\xFF" + std::string(65533, 'p');
  auto const long_one = folder.file("long.jpg", jpeg.substr(0, 2) + profile + profile + jpeg.substr(2));
  CHECK(image_info(long_one).height == 9);
  CHECK(at::equal(read_image(long_one), read_image(image_file("rgb.jpg"))));
  CHECK(key_of([&] { image_info(folder.file("short.jpg", jpeg.substr(0, 100))); }) == "image.truncated");
}

TEST_CASE("read_image: what is no image says what it is") {
  ImageFolder const folder;
  fs::create_directory(folder.path / "a.jpg");
  CHECK(error_of([&] { read_image(folder.path / "a.jpg"); }) == "[image.open] read_image: Is a directory; at " +
                                                                    (folder.path / "a.jpg").string() +
                                                                    "; name a file, not a folder");
  CHECK(contains(error_of([&] { read_image(folder.path / "none.jpg"); }), "[image.open] read_image: No such file"));
  if (::geteuid() != 0) {
    ::chmod(folder.file("shut.jpg", bytes_of("rgb.jpg")).c_str(), 0);
    CHECK(key_of([&] { read_image(folder.path / "shut.jpg"); }) == "image.open");
  }
  auto const got = [&](std::string const& bytes) {
    auto const path = folder.file("x.jpg", bytes);
    auto const text = error_of([&] { read_image(path); });
    std::string const begin = "[image.format] read_image: expected a JPEG, PNG, BMP, TIFF or WebP image; got ",
                      end = "; at " + path.string() + "; leave it out, or convert it to PNG";
    REQUIRE(text.starts_with(begin));
    REQUIRE(text.ends_with(end));
    return text.substr(begin.size(), text.size() - begin.size() - end.size());
  };
  CHECK(got("") == "an empty file");
  CHECK(got("<!DOCTYPE html>\n<html>") == "a text: \"<!DOCTYPE html>\\x0a<html>\"");
  CHECK(got("BM is a text as well as any") == "a text: \"BM is a text as well as any\"");
  CHECK(got(std::string("\x7F"
                        "ELF\2\1\0\0\0",
                        9)) == "bytes that begin with 7f 45 4c 46 02 01 00 00");
  CHECK(got(bytes_of("rgb.gif")) == "a GIF");
  CHECK(got(std::string("\0\0\0\x18"
                        "ftypheic",
                        12)) == "an HEIC, AVIF or MP4 file");
  CHECK(got("\x1F\x8B\x08") == "a gzip file");
  CHECK(key_of([] { read_image(image_file("float.tiff")); }) == "image.format");
  CHECK(contains(error_of([] { decode_image("nothing"); }), "decode_image: expected a JPEG"));
}

TEST_CASE("read_image: how many pixels there are is known before there is memory for them") {
  std::string const jpeg = bytes_of("rgb.jpg"), png = bytes_of("rgb.png");
  auto const frame = jpeg.find("\xFF\xC0");
  REQUIRE(frame != std::string::npos);
  auto sized = [&](std::string const& sides) { return std::string(jpeg).replace(frame + 5, 4, sides); };
  CHECK(contains(error_of([&] { decode_image(sized("\xFF\xDC\xFF\xDC")); }),
                 "[image.pixels] decode_image: expected at most 178956970 pixels; got 65500 x 65500; at the bytes in "
                 "memory; leave it out, or raise most_pixels when you trust the file"));
  CHECK(key_of([&] { decode_image(sized(std::string("\0\1\0\0", 4))); }) == "image.pixels");
  CHECK(key_of([&] { decode_image(sized(std::string("\0\x09\xFD\xE8", 4))); }) == "image.damaged");  // 65,000 wide
  CHECK(key_of([&] { decode_image(std::string(png).replace(16, 4, "\x7F\xFF\xFF\xFF")); }) == "image.pixels");
  CHECK(key_of([&] { decode_image(std::string(png).replace(16, 4, std::string(4, '\0'))); }) == "image.pixels");
  for (char const* name : {"rgb.jpg", "rgb.png", "rgb.bmp", "lossless.webp", "rgb.tiff"}) {
    CAPTURE(name);
    CHECK(read_image(image_file(name), {.most_pixels = 117}).defined());
    CHECK(key_of([&] { read_image(image_file(name), {.most_pixels = 116}); }) == "image.pixels");
  }
}

TEST_CASE("read_image: a JPEG without its end or with damaged data is refused, or kept as far as it goes") {
  std::string const whole = bytes_of("large.jpg");
  auto const want = decode_image(whole);
  std::string const half = whole.substr(0, whole.size() / 2);
  CHECK(error_of([&] { decode_image(half); }) ==
        "[image.truncated] decode_image: expected a whole JPEG file; got one whose end is missing; at the bytes in "
        "memory; copy or download it again");
  CHECK(key_of([&] { decode_image(whole.substr(0, whole.size() - 2)); }) == "image.truncated");
  // All pixels are there; the mark of the end is not.
  CHECK(key_of([&] { decode_image(whole.substr(0, whole.size() - 2) + std::string(64, 'x')); }) == "image.truncated");
  CHECK(at::equal(decode_image(whole + "behind"), want));
  auto const kept = decode_image(half, {.keep_damaged = true});
  CHECK(at::equal(kept.narrow(0, 0, 16), want.narrow(0, 0, 16)));
  CHECK_FALSE(at::equal(kept, want));
  // A marker in the middle of the data.
  std::string const broken = std::string(whole).replace(whole.size() / 2, 2, "\xFF\xD9");
  CHECK(key_of([&] { decode_image(broken); }) == "image.damaged");
  CHECK(decode_image(broken, {.keep_damaged = true}).sizes() == want.sizes());
}

TEST_CASE("read_image: what libjpeg and libpng do not read, and too many scans") {
  std::string const jpeg = bytes_of("rgb.jpg");
  auto const twelve = std::string(jpeg).replace(jpeg.find("\xFF\xC0") + 4, 1, "\x0C");
  CHECK(contains(error_of([&] { decode_image(twelve); }), "[image.format] decode_image: expected a JPEG that libjpeg"));
  auto const png = replaced(bytes_of("rgb.png"), "IHDR", "IHDX");
  CHECK(key_of([&] { decode_image(png); }) == "image.damaged");
  // The checksum of the pixels.
  std::string sum = bytes_of("rgb.png");
  sum[sum.find("IEND") - 5] = static_cast<char>(sum[sum.find("IEND") - 5] ^ 1);
  CHECK(key_of([&] { decode_image(sum); }) == "image.damaged");
  // The last scan of a progressive file a hundred times more.
  std::string const progressive = bytes_of("progressive.jpg");
  auto const last = progressive.rfind("\xFF\xC4");
  std::string const scan = progressive.substr(last, progressive.size() - 2 - last);
  std::string many = progressive.substr(0, progressive.size() - 2);
  for (int i = 0; i < 100; ++i) many += scan;
  CHECK(contains(error_of([&] { decode_image(many + "\xFF\xD9", {.keep_damaged = true}); }), "more than 100 scans"));
}

TEST_CASE("read_image: hostile orientations are none") {
  std::string const jpeg = bytes_of("orientation6.jpg");
  auto const tag = jpeg.find("Exif");
  auto const stored = decode_image(jpeg, {.orient = false});
  REQUIRE_FALSE(at::equal(decode_image(jpeg), stored));
  auto const same = [&](std::size_t place, std::string const& bytes) {
    return at::equal(decode_image(std::string(jpeg).replace(tag + 6 + place, bytes.size(), bytes)), stored);
  };
  CHECK(same(0, "XX"));                           // neither byte order
  CHECK(same(4, "\xFF\xFF\xFF\xFF"));             // the directory is outside
  CHECK(same(4, std::string("\x19\0\0\0", 4)));   // or at the end
  CHECK(same(8, std::string("\0\0", 2)));         // it is empty
  CHECK(same(18, std::string("\x09\0", 2)));      // no orientation has this number
  CHECK(same(14, std::string("\0\0\0\x40", 4)));  // as many numbers as there are, somewhere else
  CHECK_FALSE(same(8, "\xFF\xFF"));               // more entries than there is room for: those that are there
}

TEST_CASE("read_image: every prefix of a file, and thousands of other bytes, are an image or an error of ours") {
  // Without keep_damaged a prefix of a JPEG, PNG or WebP is never an image.
  for (std::string const& name : image_names()) {
    CAPTURE(name);
    std::string const whole = bytes_of(name);
    bool const ends = contains(name, ".jpg") || contains(name, ".png") || contains(name, ".webp");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      std::string const prefix = whole.substr(0, size);  // of its own size, for the address sanitizer
      bool taken = true;
      try {
        decode_image(prefix);
      } catch (io_error const&) {
        taken = false;
      }
      if (ends && taken) FAIL("a prefix of ", size, " of ", whole.size(), " bytes was taken");
    }
  }
  std::mt19937_64 random(1);
  ImageFolder const folder;
  int taken = 0, refused = 0;
  for (std::string const& name : image_names()) {
    std::string const whole = bytes_of(name);
    for (int i = 0; i < 60; ++i) {
      std::string bytes = whole;
      for (auto left = 1 + random() % 4; left > 0; --left) bytes[random() % bytes.size()] = static_cast<char>(random());
      auto const run = [&](auto const& read) {
        try {
          read();
          ++taken;
        } catch (io_error const& error) {
          CHECK(error.key().starts_with("image."));
          ++refused;
        }
      };
      run([&] { decode_image(bytes, {.least = {{4, 4}}, .keep_damaged = i % 2 == 0, .most_pixels = 1'000'000}); });
      auto const path = folder.file("x", bytes);
      run([&] { read_mask(path, {.most_pixels = 1'000'000}); });
      run([&] { image_info(path); });
    }
  }
  CHECK(taken > 1000);
  CHECK(refused > 1000);
}
