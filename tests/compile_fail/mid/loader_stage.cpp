// expect-only-error: write item_tfms\(\.\.\.\) or batch_tfms\(\.\.\.\)
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load(std::vector<fastxx::TensorImage> const& items) {
  auto same = [](fastxx::TensorImage const& x) { return x; };
#ifdef COMPILES
  fastxx::DataLoader const loader(items, {.batch_size = 2}, fastxx::batch_tfms(fastxx::IntToFloatTensor{}),
                                  fastxx::item_tfms(same));
#else
  fastxx::DataLoader const loader(items, {.batch_size = 2}, fastxx::IntToFloatTensor{}, same);
#endif
  for (auto const& batch : loader) (void)batch;
}
