// expect-only-error: struct fastxx::block<1>::stage<fastxx::Categorize>::takes_none_of<double>
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
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
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(&Row::x), get_y(&Row::x));
#endif
  (void)block.dataloaders(rows);
}
