// expect-error: fastxx: inherit\(\) takes another dispatch set
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; }));
#ifdef COMPILES
  return f.inherit(fastxx::typedispatch(fastxx::overload<double>([](double) { return 2; })))(1);
#else
  return f.inherit([](double) { return 2; })(1);
#endif
}
