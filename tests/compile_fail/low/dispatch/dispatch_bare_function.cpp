// expect-error: fastxx: a dispatch set is made from overload<A, B>\(function\), ...: the types choose
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
#ifdef COMPILES
  auto const f = fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; }));
#else
  auto const f = fastxx::typedispatch([](int x) { return x; });
#endif
  return f(1);
}
