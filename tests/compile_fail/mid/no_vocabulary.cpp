// expect-only-error: no stage of these pipelines has what is asked for
#include <fastxx/low/transform/item_getter.hpp>
#include <fastxx/mid/data/category.hpp>
#include <fastxx/mid/data/data_transforms.hpp>

using namespace fastxx;

#if defined(COMPILES)
using Target = Categorize;
#else
using Target = ItemGetter<0>;
#endif

auto count() { return data_transforms(type_tfms(pipeline(ItemGetter<0>{}), pipeline(ItemGetter<1>{}, Target{}))).c(); }
