// decode_image, read_mask and image_info, whatever the file holds.
#include "fuzz.hpp"
#include <fastxx/app/vision/read_image.hpp>
#include <fastxx/low/io/file.hpp>

#include <algorithm>
#include <filesystem>
#include <zlib.h>

using namespace fastxx::vision;

namespace {

constexpr std::uint64_t most_pixels = 1 << 20;

}  // namespace

std::vector<std::string> fuzz::corpus() {
  std::vector<std::string> all;
  auto const folder = std::filesystem::path(__FILE__).parent_path() / "../app/vision/images";
  for (auto const& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() != ".safetensors") all.push_back(fastxx::read_file(entry.path()));
  std::sort(all.begin(), all.end());  // folders have no order
  return all;
}

// The checksums of a PNG.
std::string fuzz::repaired(std::string input) {
  for (std::size_t place = 8; input.starts_with("\x89PNG") && place + 12 <= input.size();) {
    std::size_t const size = detail::unsigned_at(input, place, 4, true);
    if (size > input.size() - place - 12) break;
    auto const* const begin = reinterpret_cast<Bytef const*>(input.data() + place + 4);
    std::uint32_t const sum = static_cast<std::uint32_t>(::crc32(0, begin, static_cast<uInt>(size + 4)));
    for (std::size_t i = 0; i < 4; ++i) input[place + 8 + size + i] = static_cast<char>(sum >> (24 - 8 * i));
    place += size + 12;
  }
  return input;
}

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const bytes(reinterpret_cast<char const*>(data), size);
  int const orientation = detail::exif_orientation(bytes);
  if (orientation < 1 || orientation > 8) fuzz::fail("no orientation", "");
  fuzz::MemoryFile const file(data, size);
  fuzz::takes([&] { image_info(file.path()); });
  auto const fits = [](fastxx::Tensor const& image) {
    if (image.numel() > static_cast<std::int64_t>(3 * most_pixels)) fuzz::fail("more pixels than allowed", "");
  };
  fuzz::takes([&] { fits(decode_image(bytes, {.background = {{1, 2, 3}}, .most_pixels = most_pixels})); });
  fuzz::takes([&] {
    fits(decode_image(bytes, {.colours = Colours::grey,
                              .orient = false,
                              .least = {{5, 5}},
                              .keep_damaged = true,
                              .most_pixels = most_pixels}));
  });
  fuzz::takes([&] { fits(read_mask(file.path(), {.most_pixels = most_pixels})); });
  return 0;
}
