// expect-error: fastxx: an overload is registered for a base of this argument's class, but dispatch cannot see that base
#include <fastxx/low/dispatch/dispatch.hpp>

struct Animal {};
struct Pet {};
struct Cat : Animal, Pet {
#ifdef COMPILES
  using base_type = Animal;
#else
  using base_type = Pet;
#endif
};

int main() {
  constexpr auto parent =
      fastxx::typedispatch(fastxx::overload<fastxx::one_of<int, Animal>>([](auto const&) { return 0; }));
  constexpr auto f = fastxx::typedispatch(fastxx::overload<double>([](double) { return 1; })).inherit(parent);
#ifdef COMPILES
  return f(Cat{});
#else
  f(Cat{});
#endif
}
