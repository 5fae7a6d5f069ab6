// expect-only-error: fastxx::fastuple: \+ and \* mean concatenation and repetition of tuples; write t.add
#include <fastxx/low/collection/fastuple.hpp>

#ifdef COMPILES
inline auto const t = fastxx::fastuple(1, 1).add(2);
#else
inline auto const t = fastxx::fastuple(1, 1) + 2;
#endif
