// expect-error: fastxx: the overload chosen for these types cannot be called with these arguments
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<int>([](int x, int y) { return x + y; }));
#ifdef COMPILES
  return f(1, 2);
#else
  return f(1, 2, 3);
#endif
}
