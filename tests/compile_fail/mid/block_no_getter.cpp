// expect-only-error: this block has no getter and no transform that takes the whole item
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
