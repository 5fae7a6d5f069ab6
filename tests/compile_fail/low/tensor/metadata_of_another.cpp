// expect-error: (no matching function|no matching constructor|no matching conversion)
#include <fastxx/low/tensor/types.hpp>

auto sized(at::Tensor const& xy) {
#ifdef COMPILES
  return fastxx::TensorPoint(xy, {.img_size = {.width = 4, .height = 3}});
#else
  return fastxx::TensorPoint(xy, {.codes = {"sky"}});  // a mask's
#endif
}
