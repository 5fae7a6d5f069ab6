// expect-only-error: these loaders read no Datasets, whose pipelines know how many classes there
#include <fastxx/mid/data/subset.hpp>

#include <vector>

std::int64_t count(std::vector<double> const& items) {
  auto const dls = fastxx::from_dsets(items, items, {.batch_size = 2});
#ifdef COMPILES
  return static_cast<std::int64_t>(dls.class_names().size());
#else
  return dls.c();
#endif
}
