// expect-only-error: blocks\(\.\.\.\) takes blocks: CategoryBlock\(\)
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<std::pair<double, std::string>> const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()));
#else
  DataBlock const block(blocks(TransformBlock(), Categorize{}));
#endif
  (void)block.dataloaders(items);
}
