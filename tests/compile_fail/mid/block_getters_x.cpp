// expect-only-error: get_x\(f, \.\.\.\) has one getter for each input
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <vector>

using namespace fastxx;

struct Row {
  double x;
  std::string y;
};

void load(std::vector<Row> const& rows) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(&Row::x), get_y(&Row::y));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(&Row::x, &Row::x), get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
