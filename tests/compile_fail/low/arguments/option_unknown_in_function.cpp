// expect-error: fastxx: the function does not know this option
#include <fastxx/low/arguments/options.hpp>

struct Adam {
  double beta = .9;
};

struct learner_t {
  static constexpr auto options =
      fastxx::options(fastxx::option<"opt_func">(fastxx::AnyType{Adam{}}), fastxx::option<"lr">(.001));
  template <class... Given>
  double operator()(Given... given) const {
    auto const taken = options.take(given...);
    return get<"opt_func">(taken).beta * get<"lr">(taken);
  }
} constexpr learner;

#ifdef COMPILES
double const product = learner(fastxx::option<"lr">(.1));
#else
double const product = learner(fastxx::option<"learning_rate">(.1));
#endif
