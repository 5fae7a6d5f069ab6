// expect-only-error: the parts of a loader are item_tfms\(\.\.\.\), batch_tfms\(\.\.\.\), before_batch\(f\)
#include <fastxx/mid/data/data_transforms.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load() {
  auto const plus = fastxx::pipeline([](int x) { return x + 1; });
#ifdef COMPILES
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::item_tfms(plus));
#else
  fastxx::DataLoader const loader(std::vector{1, 2, 3}, {.batch_size = 2}, fastxx::type_tfms(plus));
#endif
  for (auto const& batch : loader) (void)batch;
}
