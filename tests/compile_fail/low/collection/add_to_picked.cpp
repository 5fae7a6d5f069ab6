// expect-only-error: so that this would change none; write t.set
#include <fastxx/low/collection/list.hpp>

void change(fastxx::L<int>& t) {
#ifdef COMPILES
  t += 1;
#else
  t[fastxx::Slice{.start = 1}] += 1;
#endif
}
