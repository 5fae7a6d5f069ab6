// expect-error: (could not convert|no viable conversion)
#include <fastxx/low/tensor/types.hpp>

fastxx::TensorImage name(at::Tensor const& tensor) {
#ifdef COMPILES
  return fastxx::TensorImage(tensor);
#else
  return tensor;  // a plain tensor does not become an image by itself
#endif
}
