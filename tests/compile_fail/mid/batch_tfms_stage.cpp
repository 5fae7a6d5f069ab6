// expect-error: this pipeline stage takes none of the types it is given
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/low/transform/normalize.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/datasets.hpp>
#include <fastxx/mid/data/loaders.hpp>

#ifdef COMPILES
using Image = fastxx::TensorImage;
#else
using Image = at::Tensor;  // Normalize is for images only
#endif

auto load(std::vector<std::tuple<Image, std::string>> items) {
  fastxx::Datasets const dsets(items, fastxx::RandomSplitter{}, fastxx::pipeline(fastxx::ItemGetter<0>{}),
                               fastxx::pipeline(fastxx::ItemGetter<1>{}, fastxx::Categorize{}));
  return fastxx::dataloaders(dsets, {}, fastxx::batch_tfms(fastxx::Normalize{}));
}
