// expect-only-error: getters\(f, \.\.\.\) has one getter for each block
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), getters(&Row::x));
#endif
  (void)block.dataloaders(rows);
}
