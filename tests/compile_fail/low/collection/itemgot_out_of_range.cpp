// expect-error: fastxx::itemgetter<I>, L::itemgot<I>: the index is out of the tuple's range
#include <fastxx/low/collection/list.hpp>

#include <tuple>

fastxx::L const pairs{std::tuple(1, 2), std::tuple(3, 4)};
#ifdef COMPILES
inline auto const second = pairs.itemgot<1>();
#else
inline auto const third = pairs.itemgot<2>();
#endif
