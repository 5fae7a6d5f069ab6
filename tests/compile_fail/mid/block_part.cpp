// expect-only-error: a part must be blocks\(\.\.\.\), get_items\(f\), splitter\(s\)
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<std::pair<double, std::string>> const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), splitter(RandomSplitter{}));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), RandomSplitter{});
#endif
  (void)block.dataloaders(items);
}
