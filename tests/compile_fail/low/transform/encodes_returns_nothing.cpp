// expect-error: fastxx: encodes\(\) returns nothing; return the result, or derive from InplaceTransform
#include <fastxx/low/transform/transform.hpp>

#include <vector>

#ifdef COMPILES
struct Clear : fastxx::InplaceTransform {
#else
struct Clear {
#endif
  void encodes(std::vector<int>& x) const { x.clear(); }
};
auto cleared = fastxx::encode(Clear{}, std::vector<int>{1});
