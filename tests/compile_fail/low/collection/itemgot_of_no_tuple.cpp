// expect-error: fastxx::itemgetter\(i\), L::itemgot\(i\): the items must be lists; for tuples write the index in angle
#include <fastxx/low/collection/list.hpp>

#include <tuple>

fastxx::L const pairs{std::tuple(1, 2), std::tuple(3, 4)};
#ifdef COMPILES
inline auto const second = pairs.itemgot<1>();
#else
inline auto const second = pairs.itemgot(1);
#endif
