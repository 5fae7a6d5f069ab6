// expect-only-error: fastxx::from_columns: a source that is a tuple holds columns
#include <fastxx/mid/data/from_columns.hpp>

#include <list>
#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<double> const& x, std::vector<std::string> const& y) {
  auto const block = from_columns(blocks(TransformBlock(), CategoryBlock()));
#ifdef COMPILES
  (void)block.dataloaders(std::pair(x, y));
#else
  (void)block.dataloaders(std::pair(x, std::list<std::string>(y.begin(), y.end())));
#endif
}
