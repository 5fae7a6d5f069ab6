// expect-only-error: 'f' must be callable, unchanged, with a std::vector<item_type>
#include <fastxx/mid/data/loaders.hpp>

#include <tuple>
#include <vector>

#ifdef COMPILES
using Item = std::tuple<double>;
#else
using Item = double;  // an item of Datasets is a tuple, though it has one element
#endif

void load(std::vector<double> const& items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline());
  auto last = [](std::vector<Item> batch) { return std::vector<Item>{batch.back()}; };
  auto const dls = fastxx::dataloaders(dsets, {.batch_size = 2}, fastxx::before_batch(last));
  for (auto const& batch : dls.train()) (void)batch;
}
