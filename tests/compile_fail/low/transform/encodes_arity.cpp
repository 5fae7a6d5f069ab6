// expect-error: fastxx: encodes\(\) and decodes\(\) must be const member functions of one argument
#include <fastxx/low/transform/pipeline.hpp>

struct Add {
#ifdef COMPILES
  int encodes(int x) const { return x + 1; }
#else
  int encodes(int x, int y) const { return x + y; }
#endif
};
auto bind() { return fastxx::pipeline(Add{})(1); }
