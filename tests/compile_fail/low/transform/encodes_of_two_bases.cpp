// expect-only-error: reference to [^ ]*encodes[^ ]* is ambiguous
#include <fastxx/low/transform/transform.hpp>

struct ForInts {
  int encodes(int x) const { return x + 1; }
};
struct ForFractions {
  double encodes(double x) const { return x / 2; }
};

struct Mark : ForInts, ForFractions {
#ifdef COMPILES
  using ForFractions::encodes;
  using ForInts::encodes;
#endif
};
auto bind() { return fastxx::encode(Mark{}, 1); }
