// A stranger's program that reads images.
#include <fastxx/app/vision/read_image.hpp>
#include <fastxx/low/core/error.hpp>

int main() {
  try {
    fastxx::vision::decode_image("no image");
  } catch (fastxx::io_error const& error) {
    return error.key() == "image.format" ? 0 : 1;
  }
}
