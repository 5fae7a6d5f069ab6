// expect-only-error: blocks\(\.\.\.\) is given twice; write blocks\(first, second\)
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()));
#else
  DataBlock const block(blocks(TransformBlock()), blocks(CategoryBlock()));
#endif
  (void)block.dataloaders(items);
}
