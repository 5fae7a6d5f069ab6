// expect-only-error: item_tfms\(\.\.\.\), batch_tfms\(\.\.\.\) or before_batch\(f\) is given twice
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load() {
  auto plus = [](int x) { return x + 1; };
  auto times = [](int x) { return x * 2; };
#ifdef COMPILES
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus, times));
#else
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus),
                                  fastxx::item_tfms(times));
#endif
  for (auto const& batch : loader) (void)batch;
}
