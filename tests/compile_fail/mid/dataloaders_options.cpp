// expect-only-error: options have names and come before the parts
#include <fastxx/mid/data/loaders.hpp>

#include <vector>

void load(std::vector<double> const& items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline());
#ifdef COMPILES
  auto const dls = fastxx::dataloaders(dsets, {.batch_size = 2});
#else
  auto const dls = fastxx::dataloaders(dsets, 2);
#endif
  for (auto const& batch : dls.train()) (void)batch;
}
