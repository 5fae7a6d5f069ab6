// expect-only-error: fastxx::L: t\[\{0, 2\}\], t\[mask\] and t\[Slice\{\}\] are new lists, so that this would change none
#include <fastxx/low/collection/list.hpp>

void change(fastxx::L<int>& t) {
#ifdef COMPILES
  t.set({0, 2}, fastxx::L{7, 8});
#else
  t[{0, 2}] = fastxx::L{7, 8};
#endif
}
