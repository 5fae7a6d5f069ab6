// expect-error: fastxx: a dispatch set is extended by overload<A, B>\(function\), ...: the types choose
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; }));
#ifdef COMPILES
  return f.extend(fastxx::overload<double>([](double) { return 2; }))(1);
#else
  return f.extend([](double) { return 2; })(1);
#endif
}
