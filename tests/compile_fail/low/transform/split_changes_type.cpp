// expect-error: fastxx: a transform with split_idx must return the type it is given
#include <fastxx/low/transform/transform.hpp>

struct Half {
  static constexpr int split_idx = fastxx::Split::train;
#ifdef COMPILES
  int encodes(int x) const { return x / 2; }
#else
  double encodes(int x) const { return x / 2.0; }  // what would a validation item be?
#endif
};
auto half = fastxx::encode(Half{}, 3);
