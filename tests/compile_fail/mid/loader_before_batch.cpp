// expect-only-error: 'f' must be callable, unchanged, with a std::vector<item_type>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

#ifdef COMPILES
using Item = int;
#else
using Item = double;  // the loader's items are int
#endif

void load() {
  auto last = [](std::vector<Item> items) { return std::vector<Item>{items.back()}; };
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::before_batch(last));
  for (auto const& batch : loader) (void)batch;
}
