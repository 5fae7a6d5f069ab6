// expect-only-error: N must be at least 1 and at most the number of blocks
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<std::pair<double, std::string>> const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), n_inp<1>());
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), n_inp<3>());
#endif
  (void)block.dataloaders(items);
}
