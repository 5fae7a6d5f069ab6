// expect-only-error: fastxx::fastuple: ==, <, ... compare whole tuples; write t.eq
#include <fastxx/low/collection/fastuple.hpp>

#ifdef COMPILES
inline auto const t = fastxx::fastuple(1, 1).eq(1);
#else
inline auto const t = fastxx::fastuple(1, 1) == 1;
#endif
