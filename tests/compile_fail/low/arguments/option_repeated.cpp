// expect-error: fastxx: this option is given more than once
#include <fastxx/low/arguments/options.hpp>

constexpr auto learner_options = fastxx::options(fastxx::option<"lr">(.001), fastxx::option<"train_bn">(true));
#ifdef COMPILES
inline constexpr auto taken = learner_options.take(fastxx::option<"train_bn">(false), fastxx::option<"lr">(.1));
#else
inline constexpr auto taken = learner_options.take(fastxx::option<"lr">(.2), fastxx::option<"lr">(.1));
#endif
