// expect-error: fastxx::L::starmap\(f\): the items must be tuples
#include <fastxx/low/collection/list.hpp>

fastxx::L const numbers{1, 2};
#ifdef COMPILES
inline auto const sums = numbers.enumerate().starmap(fastxx::add);
#else
inline auto const sums = numbers.starmap(fastxx::add);
#endif
