// expect-only-error: fastxx: several decodes\(\) of this transform are equally near to the item's type
#include <fastxx/low/transform/transform.hpp>

struct Left {};
struct Right {};
struct Both : Left, Right {};

struct Mark {
  Left decodes(Left const& x) const { return x; }
  Right decodes(Right const& x) const { return x; }
#ifdef COMPILES
  Both decodes(Both const& x) const { return x; }
#endif
};
auto bind() { return fastxx::decode(Mark{}, Both{}); }
