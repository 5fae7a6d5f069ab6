// expect-only-error: options have names and come before the parts; write DataLoader\(dataset, \{\.batch_size = 64
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load() {
  auto plus = [](int x) { return x + 1; };
#ifdef COMPILES
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus));
#else
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, fastxx::item_tfms(plus), {.batch_size = 2});
#endif
  for (auto const& batch : loader) (void)batch;
}
