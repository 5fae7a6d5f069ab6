// expect-error: fastxx: an operation on two unrelated semantic tensors has no type
#include <fastxx/low/tensor/types.hpp>

auto add(fastxx::TensorImage const& image, fastxx::TensorCategory const& category) {
#ifdef COMPILES
  return image.add(category.tensor());
#else
  return image.add(category);  // by name as by operator
#endif
}
