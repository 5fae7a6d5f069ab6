// expect-only-error: fastxx::fastuple: the tuple stands on the left of -, / and %
#include <fastxx/low/collection/fastuple.hpp>

#ifdef COMPILES
inline auto const t = fastxx::fastuple(1, 1) - 2;
#else
inline auto const t = 2 - fastxx::fastuple(1, 1);
#endif
