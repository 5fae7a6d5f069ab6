// expect-only-error: 'items' must be raw items of the dataset, because the labels are made of them
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <string>
#include <tuple>
#include <vector>

auto load(std::vector<std::tuple<int, std::string>> const& items, std::vector<int> const& test) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline(fastxx::ItemGetter<0>{}),
                               fastxx::pipeline(fastxx::ItemGetter<1>{}, fastxx::Categorize{}));
#ifdef COMPILES
  return fastxx::dataloaders(dsets, {}).test_dl(test);
#else
  return fastxx::dataloaders(dsets, {}).test_dl(test, fastxx::with_labels);
#endif
}
