// expect-error: fastxx: the overload chosen for these types cannot be called with these arguments
#include <fastxx/low/dispatch/dispatch.hpp>

struct area_set;
struct Circle {
  int radius;
};
template <>
struct fastxx::overload_for<area_set, Circle> {
#ifdef COMPILES
  int operator()(Circle const& circle) const { return 3 * circle.radius * circle.radius; }
#else
  int operator()(int radius) const { return 3 * radius * radius; }
#endif
};

int main() { fastxx::typedispatch<area_set>()(Circle{0}); }
