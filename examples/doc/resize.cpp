// Pictures of all shapes in one size, each with its mask: in training a random part, in validation the middle.
#include <fastxx/vision.hpp>

#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::tuple<vision::Image, vision::ImageMask>> items;
  for (std::int64_t i = 0; i < 6; ++i) {
    at::Tensor const picture = at::randint(256, {40 + 5 * i, 60 - 4 * i, 3}, at::kByte);
    items.emplace_back(vision::Image(picture), vision::ImageMask(picture.select(2, 0).gt(127).to(at::kByte)));
  }
  Datasets const dsets(items, RandomSplitter{.valid_pct = .34, .seed = 1}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}));
  auto const dls = dataloaders(dsets, {.batch_size = 4}, item_tfms(vision::Resize{.size = {32, 48}}),
                               batch_tfms(IntToFloatTensor{}));
  auto const [images, masks] = dls.train().one_batch();
  std::cout << images.sizes() << " " << images.dtype() << ", " << masks.sizes() << " " << masks.dtype() << "\n";

  // The whole picture with what is missing added, instead of a part of it.
  vision::Resize const whole{.size = 64, .method = vision::ResizeMethod::pad, .pad_mode = vision::PadMode::zeros};
  auto const [image, mask] = encode(whole, items[0], {.split_idx = Split::valid});
  std::cout << image.height() << " x " << image.width() << ", class 1 in " << mask.classes().sum().item<std::int64_t>()
            << " pixels\n";
}
