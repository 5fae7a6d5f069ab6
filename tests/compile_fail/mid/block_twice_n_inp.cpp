// expect-only-error: n_inp<N>\(\) is given twice
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), n_inp<1>());
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), n_inp<1>(), n_inp<1>());
#endif
  (void)block.dataloaders(items);
}
