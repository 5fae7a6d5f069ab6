// expect-error: fastxx: an overload is registered for a base of this argument's class, but dispatch cannot see that base
#include <fastxx/low/dispatch/dispatch.hpp>

struct Animal {};
struct Cat : Animal {
  using base_type = Animal;
};
struct Kitten : Cat {
#ifdef COMPILES
  using base_type = Cat;  // without it Kitten inherits Cat's, and would be dispatched as a plain Animal
#endif
};

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<Animal>([](Animal const&) { return 1; }),
                                          fastxx::overload<Cat>([](Cat const&) { return 0; }));
  return f(Kitten{});
}
