// expect-error: fastxx: no overload of the set takes any combination of the types in these arguments
#include <fastxx/low/dispatch/runtime_dispatch.hpp>

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; }));
  constexpr auto g = fastxx::runtime_dispatch<fastxx::NoMatch::throws>(f);
#ifdef COMPILES
  return g(std::variant<int, double>(0));
#else
  g(std::variant<char, double>('0'));
#endif
}
