// expect-only-error: fastxx::L: the function must be callable with an item and say true or false
#include <fastxx/low/collection/list.hpp>

struct Size {
  int width;
};
fastxx::L<Size> const sizes{{2}, {1}};
#ifdef COMPILES
inline auto const wide = sizes.filter([](Size const& size) { return size.width > 1; });
#else
inline auto const wide = sizes.filter();
#endif
