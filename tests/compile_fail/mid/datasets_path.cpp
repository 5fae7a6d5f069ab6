// expect-only-error: a path is no collection of items
#include <fastxx/mid/data/datasets.hpp>

#include <string>
#include <vector>

auto split() {
#ifdef COMPILES
  std::vector<double> const items{1, 2};
#else
  std::string const items = "data";
#endif
  return fastxx::Datasets(items, fastxx::RandomSplitter{}, fastxx::pipeline([](double x) { return x; }));
}
