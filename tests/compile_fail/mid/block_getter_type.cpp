// expect-only-error: the getter or a transform of this block takes nothing of what it is given
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

struct Row {
  double x;
  std::string y;
};
double number_of(std::pair<double, int> const& item) { return item.first; }

void load(std::vector<Row> const& rows) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(&Row::x), get_y(&Row::y));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(number_of), get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
