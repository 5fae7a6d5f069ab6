// expect-error: fastxx: overload<A, B> takes plain types: without const, & and \[\], which do not choose
#include <fastxx/low/dispatch/dispatch.hpp>

int main() {
#ifdef COMPILES
  auto const f = fastxx::typedispatch(fastxx::overload<int>([](int const& x) { return x; }));
#else
  auto const f = fastxx::typedispatch(fastxx::overload<int const&>([](int const& x) { return x; }));
#endif
  return f(1);
}
