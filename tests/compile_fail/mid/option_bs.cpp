// expect-error: the option 'bs' is called 'batch_size'
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#include <vector>

auto load(std::vector<int> const& items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline([](int x) { return x; }));
#ifdef COMPILES
  return fastxx::dataloaders(dsets, {.batch_size = 4, .valid_batch_size = 8, .shuffle = false});
#else
  return fastxx::dataloaders(dsets, {.bs = 4, .valid_batch_size = 8, .shuffle = false});
#endif
}
