// expect-error: fastxx::L::map\(f\): 'f' must be callable with an item, a format text, or a map or list
#include <fastxx/low/collection/list.hpp>

struct NotCallable {};
fastxx::L const numbers{1, 2};
#ifdef COMPILES
inline auto const mapped = numbers.map(fastxx::add(1));
#else
inline auto const mapped = numbers.map(NotCallable{});
#endif
