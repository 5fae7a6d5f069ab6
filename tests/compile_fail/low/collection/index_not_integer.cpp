// expect-error: fastxx::L: an index must be an integer, a Slice, integers, or a mask of bools
#include <fastxx/low/collection/list.hpp>

fastxx::L const numbers{1, 2};
#ifdef COMPILES
inline auto const picked = numbers[fastxx::L{1, 0}];
#else
inline auto const picked = numbers[fastxx::L{1.0, 0.0}];
#endif
