// expect-only-error: two DataLoaders of one type are expected
#include <fastxx/mid/data/loaders.hpp>

#include <vector>

void load() {
#ifdef COMPILES
  fastxx::DataLoader const data(std::vector{1, 2, 3}, {.batch_size = 2});
#else
  std::vector const data{1, 2, 3};
#endif
  fastxx::DataLoaders const dls(data, data);
  for (auto const& batch : dls.train()) (void)batch;
}
