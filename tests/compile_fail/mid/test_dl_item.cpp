// expect-only-error: an item must be a raw item of the dataset, or what a stage of the input pipeline takes in its place
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <string>
#include <tuple>
#include <vector>

#ifdef COMPILES
using Test = int;  // the input
#else
using Test = std::string;  // the label
#endif

auto load(std::vector<std::tuple<int, std::string>> const& items, std::vector<Test> const& test) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline(fastxx::ItemGetter<0>{}),
                               fastxx::pipeline(fastxx::ItemGetter<1>{}, fastxx::Categorize{}));
  auto const loader = fastxx::dataloaders(dsets, {}).test_dl(test);
  return loader.size();  // no error about a loader that is not there
}
