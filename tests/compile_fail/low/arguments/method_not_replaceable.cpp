// expect-error: fastxx: this method cannot be replaced; unknown_method<given, replaceable\.\.\.> lists those that can
#include <fastxx/low/arguments/methods.hpp>

template <class... Given>
struct Loader {
  explicit Loader(Given... given) : methods(given...) {}
  fastxx::Methods<fastxx::replaceable<"create_item">, Given...> methods;
};
#ifdef COMPILES
Loader const loader(fastxx::replace_method<"create_item">([](int i) { return i; }));
#else
Loader const loader(fastxx::replace_method<"create_itme">([](int i) { return i; }));
#endif
