// expect-error: no member named
#include <fastxx/low/tensor/types.hpp>

#ifdef COMPILES
using Points = fastxx::TensorPoint;
#else
using Points = fastxx::TensorImage;  // declares no img_size
#endif

auto width(Points const& points) { return points.img_size.width; }
