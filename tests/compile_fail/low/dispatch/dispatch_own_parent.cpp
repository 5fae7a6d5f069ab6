// expect-error: fastxx: this type is its own parent; `base_type` \(or `parent_of`\) names the type above it
#include <fastxx/low/dispatch/dispatch.hpp>

struct Animal {};
struct Cat : Animal {
#ifdef COMPILES
  using base_type = Animal;
#else
  using base_type = Cat;
#endif
};

int main() {
  constexpr auto f = fastxx::typedispatch(fastxx::overload<>([](auto const&) { return 0; }));
  return f(Cat{});
}
