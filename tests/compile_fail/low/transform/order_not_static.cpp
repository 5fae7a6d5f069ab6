// expect-error: fastxx: a stage's order is known to the compiler: static constexpr int order
#include <fastxx/low/transform/pipeline.hpp>

struct Late {
#ifdef COMPILES
  static constexpr int order = 5;
#else
  int order = 5;
#endif
  double encodes(double x) const { return -x; }
};
auto const tfms = fastxx::pipeline(Late{});
