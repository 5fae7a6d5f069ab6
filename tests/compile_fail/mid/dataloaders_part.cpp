// expect-only-error: write item_tfms\(\.\.\.\) or batch_tfms\(\.\.\.\)
#include <fastxx/mid/data/loaders.hpp>

#include <vector>

void load(std::vector<double> const& items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline());
  auto const twice = fastxx::pipeline([](double x) { return x * 2; });
#ifdef COMPILES
  auto const dls = fastxx::dataloaders(dsets, {.batch_size = 2}, fastxx::item_tfms(twice));
#else
  auto const dls = fastxx::dataloaders(dsets, {.batch_size = 2}, twice);
#endif
  for (auto const& batch : dls.train()) (void)batch;
}
