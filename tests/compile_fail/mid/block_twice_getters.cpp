// expect-only-error: getters\(f, \.\.\.\) is given twice
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
  auto const first = [](Pairs::value_type const& item) { return item.first; };
  auto const second = [](Pairs::value_type const& item) { return item.second; };
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), getters(first, second));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), getters(first, second), getters(first, second));
#endif
  (void)block.dataloaders(items);
}
