// A picture in another size: smoothed as it becomes smaller, a mask by the nearest pixel.
#include <fastxx/app/vision/resample.hpp>
#include <fastxx/low/torch/ops.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  // A chess board of single pixels: half as large, it is grey, not a pattern.
  at::Tensor const board = (at::arange(8).view({8, 1}) + at::arange(8)).remainder(2).mul(255).to(at::kByte);
  at::Tensor const small = vision::resize_image(board, 4, 4);
  std::cout << small.sizes() << ", in the middle " << int(small[2][2].item<std::uint8_t>()) << "\n";

  at::Tensor const mask = board.div(255, "floor");
  at::Tensor const classes = vision::resize_image(mask, 12, 20, vision::Resample::nearest);
  std::cout << classes.sizes() << ", classes up to " << int(classes.max().item<std::uint8_t>()) << "\n";
}
