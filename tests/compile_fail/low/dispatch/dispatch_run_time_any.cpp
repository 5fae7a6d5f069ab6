// expect-error: fastxx: say what a std::any may hold: runtime_dispatch\(set\).any_holds<A, B>\(\)
#include <fastxx/low/dispatch/runtime_dispatch.hpp>

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<int>([](int x) { return x; }));
  constexpr auto g = fastxx::runtime_dispatch<fastxx::NoMatch::throws>(f);
  std::any const x = 0;
#ifdef COMPILES
  return g.any_holds<int>()(x);
#else
  g(x);
#endif
}
