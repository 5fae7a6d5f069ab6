// expect-only-error: a ColReader's 'label_delim' is an argument of its own
#include <fastxx/mid/data/column.hpp>

#include <map>
#include <string>

using namespace fastxx;

auto tags(std::map<std::string, std::string> const& row) {
#ifdef COMPILES
  ColReader const read("tags", label_delim(" "));
#else
  ColReader const read("tags", {.label_delim = " "});
#endif
  return read.encodes(row);
}
