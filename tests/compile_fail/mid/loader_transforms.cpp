// expect-only-error: write item_tfms\(\.\.\.\) or batch_tfms\(\.\.\.\)
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load(std::vector<fastxx::TensorImage> const& items) {
  auto const floats = fastxx::pipeline(fastxx::IntToFloatTensor{});
#ifdef COMPILES
  fastxx::DataLoader const loader(items, {.batch_size = 2}, fastxx::item_tfms(floats));
#else
  fastxx::DataLoader const loader(items, {.batch_size = 2}, floats);
#endif
  for (auto const& batch : loader) (void)batch;
}
