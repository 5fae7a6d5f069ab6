// expect-only-error: splitter\(s\) is given twice
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), splitter(RandomSplitter{}));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), splitter(RandomSplitter{}),
                        splitter(RandomSplitter{}));
#endif
  (void)block.dataloaders(items);
}
