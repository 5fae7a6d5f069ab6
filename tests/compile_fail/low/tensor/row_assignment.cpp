// expect-error: (discards qualifiers|no viable overloaded '=')
#include <fastxx/low/tensor/types.hpp>

void copy_row(fastxx::TensorImage& image) {
#ifdef COMPILES
  image[0].copy_(image[1]);
#else
  image[0] = image[1];  // would change a temporary handle and nothing in the image
#endif
}
