// expect-only-error: fastxx::L::sum\(\): the items have no \+; write reduce
#include <fastxx/low/collection/list.hpp>

#include <vector>

fastxx::L<std::vector<int>> const rows{{1, 2}, {3}};
#ifdef COMPILES
inline auto const all = rows.concat().sum();
#else
inline auto const all = rows.sum();
#endif
