// expect-error: fastxx: overload<A, B>: only the first two arguments choose
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
#ifdef COMPILES
  auto const f = fastxx::typedispatch(fastxx::overload<int, int>([](int x, int y, int z) { return x + y + z; }));
#else
  auto const f = fastxx::typedispatch(fastxx::overload<int, int, int>([](int x, int y, int z) { return x + y + z; }));
#endif
  return f(1, 2, 3);
}
