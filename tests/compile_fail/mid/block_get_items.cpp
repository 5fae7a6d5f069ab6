// expect-only-error: get_items\(f\): 'f' cannot be called with this source
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;
Pairs read_pairs(std::string const& file);

void load(std::string const& file, int number) {
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_items(read_pairs));
#ifdef COMPILES
  (void)block.dataloaders(file);
  (void)number;
#else
  (void)block.dataloaders(number);
  (void)file;
#endif
}
