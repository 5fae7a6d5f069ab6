// expect-only-error: 'splitter' says which items are for training
#include <fastxx/mid/data/datasets.hpp>

#include <string>
#include <vector>

auto split(std::vector<double> const& items) {
#ifdef COMPILES
  return fastxx::Datasets(items, fastxx::RandomSplitter{}, fastxx::pipeline([](double x) { return x; }),
                          fastxx::pipeline());
#else
  return fastxx::Datasets(items, fastxx::pipeline([](double x) { return x; }), fastxx::pipeline());
#endif
}
