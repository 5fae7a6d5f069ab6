// expect-only-error: transforms are given as pipelines
#include <fastxx/low/transform/int_to_float.hpp>
#include <fastxx/mid/data/loader.hpp>

#include <vector>

void load(std::vector<fastxx::TensorImage> const& items) {
#ifdef COMPILES
  fastxx::DataLoader const loader(items, {.batch_size = 2}, fastxx::pipeline(fastxx::IntToFloatTensor{}));
#else
  fastxx::DataLoader const loader(items, {.batch_size = 2}, fastxx::IntToFloatTensor{});
#endif
  for (auto const& batch : loader) (void)batch;
}
