// expect-error: a part must be type_tfms\(\.\.\.\), item_tfms\(\.\.\.\), batch_tfms\(\.\.\.\) or before_batch
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/data_transforms.hpp>

auto transforms() {
  auto const types = fastxx::type_tfms(fastxx::pipeline(fastxx::ItemGetter<0>{}));
#ifdef COMPILES
  return fastxx::data_transforms(types);
#else
  return fastxx::data_transforms(types, fastxx::ItemGetter<0>{});
#endif
}
