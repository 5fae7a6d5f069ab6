// expect-only-error: 'items' must be a range, or have size
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <string>
#include <tuple>
#include <vector>

auto load(std::vector<std::tuple<int, std::string>> const& items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline(fastxx::ItemGetter<0>{}),
                               fastxx::pipeline(fastxx::ItemGetter<1>{}, fastxx::Categorize{}));
#ifdef COMPILES
  auto const test = std::vector{items[0]};
#else
  auto const test = items[0];
#endif
  auto const loader = fastxx::dataloaders(dsets, {}).test_dl(test);
  auto const labelled = fastxx::dataloaders(dsets, {}).test_dl(test, fastxx::with_labels);
  return loader.size() + labelled.size();
}
