// expect-only-error: get_x\(f\) is given twice; for two inputs write get_x\(f, g\)
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
  auto const first = [](Pairs::value_type const& item) { return item.first; };
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(first));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(first), get_x(first));
#endif
  (void)block.dataloaders(items);
}
