// Images and masks from files.
#include <fastxx/app/vision/read_image.hpp>
#include <fastxx/low/core/error.hpp>

#include <filesystem>
#include <iostream>

using namespace fastxx;

int main() {
  auto const folder = std::filesystem::path(__FILE__).parent_path() / "../../tests/app/vision/images";
  // What the file says, without reading its pixels.
  auto const info = vision::image_info(folder / "large.jpg");
  std::cout << info.height << " x " << info.width << ", " << info.channels << " channels\n";

  std::cout << vision::read_image(folder / "large.jpg").sizes() << "\n";
  // Only as large as the next stage needs it, which for large photographs saves memory and time.
  std::cout << vision::read_image(folder / "large.jpg", {.least = {{50, 50}}}).sizes() << "\n";
  std::cout << vision::read_image(folder / "rgba.png", {.colours = vision::Colours::grey}).sizes() << "\n";

  // A palette PNG gives the classes, not their colours.
  at::Tensor const mask = vision::read_mask(folder / "palette.png");
  std::cout << mask.sizes() << ", classes up to " << int(mask.max().item<std::uint8_t>()) << "\n";

  try {
    vision::read_image(folder / "rgb.gif");
  } catch (io_error const& error) {
    std::cout << error.what() << "\n";
  }
}
