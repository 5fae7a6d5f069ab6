// expect-only-error: options have names and come before the parts; write DataLoader\(dataset, \{\.batch_size = 64
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load() {
#ifdef COMPILES
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2, .shuffle = true});
#else
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, 2, true);
#endif
  for (auto const& batch : loader) (void)batch;
}
