// expect-error: fastxx::options\(\.\.\.\): two options have the same name
#include <fastxx/low/arguments/options.hpp>

#ifdef COMPILES
inline constexpr auto declared = fastxx::options(fastxx::option<"lr">(.1), fastxx::option<"wd">(.1));
#else
inline constexpr auto declared = fastxx::options(fastxx::option<"lr">(.1), fastxx::option<"lr">(.1));
#endif
