// expect-only-error: fastxx: several encodes\(\) of this transform are equally near to the item's type
#include <fastxx/low/transform/transform.hpp>

struct Left {};
struct Right {};
struct Both : Left, Right {};

struct Mark {
  Left encodes(Left const& x) const { return x; }
  Right encodes(Right const& x) const { return x; }
#ifdef COMPILES
  Both encodes(Both const& x) const { return x; }
#endif
};
auto bind() { return fastxx::encode(Mark{}, Both{}); }
