// expect-error: this pipeline stage takes none of the types it is given
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <string>
#include <tuple>
#include <vector>

struct Brighten {
  int encodes(int x) const { return x + 1; }
};

#ifdef COMPILES
using Pixel = int;
#else
using Pixel = double;  // Brighten takes int alone, and what else an item holds is a Category
#endif

auto load(std::vector<std::tuple<Pixel, std::string>> items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline(fastxx::ItemGetter<0>{}),
                               fastxx::pipeline(fastxx::ItemGetter<1>{}, fastxx::Categorize{}));
  return fastxx::dataloaders(dsets, {}, fastxx::item_tfms(Brighten{}));
}
