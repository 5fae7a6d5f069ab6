// expect-error: fastxx: the replacement of a method is given twice
#include <fastxx/low/arguments/methods.hpp>

template <class... Given>
struct Loader {
  explicit Loader(Given... given) : methods(given...) {}
  fastxx::Methods<fastxx::replaceable<"create_item", "size">, Given...> methods;
};
#ifdef COMPILES
Loader const loader(fastxx::replace_method<"create_item">([](int i) { return i; }),
                    fastxx::replace_method<"size">([] { return 1; }));
#else
Loader const loader(fastxx::replace_method<"size">([] { return 2; }), fastxx::replace_method<"size">([] { return 1; }));
#endif
