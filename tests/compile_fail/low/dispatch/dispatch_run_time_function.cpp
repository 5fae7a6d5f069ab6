// expect-error: fastxx: runtime_dispatch\(\) takes a dispatch set: typedispatch\(...\)
#include <fastxx/low/dispatch/runtime_dispatch.hpp>

void call() {
#ifdef COMPILES
  fastxx::runtime_dispatch(fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; })));
#else
  fastxx::runtime_dispatch([](int x) { return x; });
#endif
}
