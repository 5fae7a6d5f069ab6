// expect-error: fastxx: the overload chosen for these types cannot be called with these arguments
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
#ifdef COMPILES
  auto const f = fastxx::typedispatch(fastxx::overload<int>([](int& x) { return ++x; }));
  int x = 1;
#else
  auto const f = fastxx::typedispatch(fastxx::overload<int>([](int& x) { return ++x; }));
  int const x = 1;  // a function that changes its argument
#endif
  return f(x);
}
