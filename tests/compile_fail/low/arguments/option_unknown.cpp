// expect-error: fastxx: the function does not know this option; unknown_option<given, accepted\.\.\.> lists those it does
#include <fastxx/low/arguments/options.hpp>

constexpr auto learner_options = fastxx::options(fastxx::option<"lr">(.001), fastxx::option<"train_bn">(true));
#ifdef COMPILES
inline constexpr auto taken = learner_options.take(fastxx::option<"lr">(.1));
#else
inline constexpr auto taken = learner_options.take(fastxx::option<"ler">(.1));
#endif
