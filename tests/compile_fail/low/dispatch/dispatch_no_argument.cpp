// expect-error: fastxx: a dispatch set needs at least one argument, whose type chooses
#include <fastxx/low/dispatch/dispatch.hpp>

void call() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<fastxx::Any>([](auto x) { return x; }));
#ifdef COMPILES
  f(1);
#else
  f();
#endif
}
