// Images of one's own: a stack of grey pictures as items, a batch of them as the model sees it, drawn as a PNG.
#include <fastxx/vision.hpp>

#include <filesystem>
#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::tuple<vision::ImageBW, std::string>> items;
  for (int i = 0; i < 16; ++i) {
    at::Tensor picture = at::zeros({12, 12}, at::kByte);
    (i % 2 ? picture.select(0, i % 12) : picture.select(1, i % 12)).fill_(255);
    items.emplace_back(vision::ImageBW(picture), i % 2 ? "row" : "column");
  }
  Datasets const dsets(items, RandomSplitter{.seed = 1}, pipeline(ItemGetter<0>{}),
                       pipeline(ItemGetter<1>{}, Categorize{}));
  auto const dls = dataloaders(dsets, {.batch_size = 4}, batch_tfms(IntToFloatTensor{}, Normalize{}));
  auto const [images, kinds] = dls.train().one_batch();
  std::cout << images.sizes() << " " << images.dtype() << ", " << kinds.sizes() << "\n";

  auto const path = std::filesystem::temp_directory_path() / "fastxx-example-batch.png";
  std::cout << (show_batch(dls, path).ends_with(".png") ? "drawn" : "lost") << "\n";
  std::filesystem::remove(path);
}
