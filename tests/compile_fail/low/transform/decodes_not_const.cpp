// expect-error: fastxx: encodes\(\) and decodes\(\) must be const member functions of one argument
#include <fastxx/low/transform/pipeline.hpp>

struct Add {
  int encodes(int x) const { return x + 1; }
#ifdef COMPILES
  int decodes(int x) const { return x - 1; }
#else
  int decodes(int x) { return x - 1; }
#endif
};
auto bind() { return fastxx::pipeline(Add{}).decode(1); }
