// expect-error: fastxx: overload<A, B>\(function\) needs a function, a lambda, a class with a call operator or a pointer
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
#ifdef COMPILES
  auto const f = fastxx::typedispatch(fastxx::overload<int>([](int) { return 5; }));
#else
  auto const f = fastxx::typedispatch(fastxx::overload<int>(5));
#endif
  return f(1);
}
