// expect-only-error: n_inp<N>\(\) is the first argument, type_tfms
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/data_transforms.hpp>

auto transforms() {
  auto const first = fastxx::pipeline(fastxx::ItemGetter<0>{}), second = first;
#ifdef COMPILES
  return fastxx::data_transforms(fastxx::type_tfms(fastxx::n_inp<1>(), first, second));
#else
  return fastxx::data_transforms(fastxx::type_tfms(first, second, fastxx::n_inp<1>()));
#endif
}
