// From (text, label) pairs to batches: splits, pipelines, a vocabulary, loaders.
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>
#include <iostream>

using namespace fastxx;

int main() {
  std::vector<std::tuple<std::string, std::string>> const words{
      {"apple", "fruit"}, {"leek", "vegetable"}, {"pear", "fruit"}, {"kale", "vegetable"}, {"plum", "fruit"}};

  auto const length =
      pipeline(ItemGetter<0>{}, [](std::string const& word) { return static_cast<double>(word.size()); });
  auto const kind = pipeline(ItemGetter<1>{}, Categorize{});
  Datasets const dsets(words, IndexSplitter{.valid = {3, 4}}, length, kind);

  auto const [x, y] = dsets.train()[1];  // leek
  std::cout << x << " letters, class " << y.index << " of " << std::get<1>(dsets.pipelines()).get<Categorize>().c()
            << "\n";

  auto dls = dataloaders(dsets, {.batch_size = 2, .shuffle = false});
  std::cout << "classes: " << dls.vocab()[0] << ", " << dls.vocab()[1] << "\n";
  for (auto const& [lengths, kinds] : dls.train()) std::cout << lengths.sizes() << " " << kinds.sizes() << "\n";
}
