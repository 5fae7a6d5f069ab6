// expect-error: fastxx: a stage must be a struct with encodes\(\), decodes\(\) or setups\(\), or something callable
#include <fastxx/low/transform/pipeline.hpp>

struct Half {
#ifdef COMPILES
  double encodes(int x) const { return x / 2.0; }
#else
  double enocdes(int x) const { return x / 2.0; }
#endif
};
auto tfms = fastxx::pipeline(Half{});
