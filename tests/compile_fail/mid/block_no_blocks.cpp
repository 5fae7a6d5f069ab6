// expect-only-error: blocks\(\.\.\.\) says what an item is made of and must be given
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<std::pair<double, std::string>> const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), splitter(RandomSplitter{}));
#else
  DataBlock const block(splitter(RandomSplitter{}));
#endif
  (void)block.dataloaders(items);
}
