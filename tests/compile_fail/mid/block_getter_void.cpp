// expect-only-error: the getter of this block returns nothing \(void\)
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x([](Row const& row) { return row.x; }),
                        get_y(&Row::y));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x([](Row const& row) { (void)row.x; }),
                        get_y(&Row::y));
#endif
  (void)block.dataloaders(rows);
}
