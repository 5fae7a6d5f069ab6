// expect-error: fastxx::Options::except: there is no option of this name
#include <fastxx/low/arguments/options.hpp>

constexpr auto learner_options = fastxx::options(fastxx::option<"lr">(.001), fastxx::option<"train_bn">(true));
#ifdef COMPILES
inline constexpr auto rest = learner_options.except<"train_bn">();
#else
inline constexpr auto rest = learner_options.except<"bn">();
#endif
