// expect-only-error: behind the splitter come pipelines
#include <fastxx/mid/data/datasets.hpp>

#include <string>
#include <vector>

auto split(std::vector<double> const& items) {
#ifdef COMPILES
  return fastxx::Datasets(items, fastxx::RandomSplitter{}, fastxx::pipeline([](double x) { return x; }));
#else
  return fastxx::Datasets(items, fastxx::RandomSplitter{}, [](double x) { return x; });
#endif
}
