// expect-error: fastxx: overload<A, B>\(function\): the function's parameters cannot take an A and a B
#include <fastxx/low/dispatch/dispatch.hpp>

#include <string>

int main() {
#ifdef COMPILES
  auto const f =
      fastxx::typedispatch(fastxx::overload<std::string, double>([](std::string const&, double) { return 1; }));
#else
  auto const f =
      fastxx::typedispatch(fastxx::overload<std::string, double>([](double, std::string const&) { return 1; }));
#endif
  return f(std::string("a"), 1.5);
}
