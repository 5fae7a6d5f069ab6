// expect-error: fastxx: dispatch_table\(\) takes a dispatch set: typedispatch\(...\)
#include <fastxx/low/dispatch/dispatch_table.hpp>

void call() {
#ifdef COMPILES
  fastxx::dispatch_table(fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; })));
#else
  fastxx::dispatch_table([](int x) { return x; });
#endif
}
