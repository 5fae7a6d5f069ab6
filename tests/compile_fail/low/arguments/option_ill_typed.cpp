// expect-error: fastxx: the value of this option has the wrong type; ill_typed_option<name, given, accepted> names both
#include <fastxx/low/arguments/options.hpp>

constexpr auto learner_options = fastxx::options(fastxx::option<"lr">(.001), fastxx::option<"train_bn">(true));
#ifdef COMPILES
inline constexpr auto taken = learner_options.take(fastxx::option<"train_bn">(false));
#else
inline constexpr auto taken = learner_options.take(fastxx::option<"train_bn">("no"));
#endif
