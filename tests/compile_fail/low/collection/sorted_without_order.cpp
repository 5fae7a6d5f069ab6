// expect-only-error: fastxx::L: this needs items, or keys, that have an order
#include <fastxx/low/collection/list.hpp>

struct Size {
  int width;
};
fastxx::L<Size> const sizes{{2}, {1}};
#ifdef COMPILES
inline auto const sorted = sizes.sorted(&Size::width);
#else
inline auto const sorted = sizes.sorted();
#endif
