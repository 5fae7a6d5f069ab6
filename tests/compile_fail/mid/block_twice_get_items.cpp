// expect-only-error: get_items\(f\) is given twice
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
  auto const same = [](Pairs const& pairs) { return pairs; };
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_items(same));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_items(same), get_items(same));
#endif
  (void)block.dataloaders(items);
}
