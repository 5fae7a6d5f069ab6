// expect-only-error: give getters\(f, \.\.\.\) for all blocks, or get_x\(f\) and get_y\(f\)
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), getters(&Row::x, &Row::y));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), getters(&Row::x, &Row::y), get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
