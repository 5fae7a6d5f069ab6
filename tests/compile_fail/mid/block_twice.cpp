// expect-only-error: get_y\(f\) is given twice; for two targets write get_y\(f, g\)
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_y(&Row::x), get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
