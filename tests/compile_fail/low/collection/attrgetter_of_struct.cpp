// expect-error: fastxx::attrgetter<[^>]*>\(\): the row must be a map or have operator\[\] for a text; for a struct write
#include <fastxx/low/collection/functional.hpp>

struct Row {
  int label;
};
#ifdef COMPILES
inline auto const label = fastxx::attrgetter(&Row::label)(Row{3});
#else
inline auto const label = fastxx::attrgetter<"label">()(Row{3});
#endif
