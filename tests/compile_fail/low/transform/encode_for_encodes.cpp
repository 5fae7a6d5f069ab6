// expect-error: fastxx: this stage has a member 'encode', 'decode' or 'setup'
#include <fastxx/low/transform/pipeline.hpp>

struct Half {
#ifdef COMPILES
  double encodes(int x) const { return x / 2.0; }
#else
  double encode(int x) const { return x / 2.0; }
#endif
  int decodes(double x) const { return static_cast<int>(x * 2); }
};
auto tfms = fastxx::pipeline(Half{});
