// expect-only-error: these parts make a loader of another type; write DataLoader without <\.\.\.>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load() {
  auto plus = [](int x) { return x + 1; };
#ifdef COMPILES
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus));
#else
  fastxx::DataLoader<std::vector<int>> const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus));
#endif
  for (auto const& batch : loader) (void)batch;
}
