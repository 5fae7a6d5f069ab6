// expect-only-error: two of the blocks, or a block and the DataBlock, have a before_batch\(f\)
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::vector<std::pair<double, std::string>> const& items) {
  auto const as_they_are = [](auto given) { return given; };
  TransformBlock const padded(pipeline(), before_batch(as_they_are));
#ifdef COMPILES
  DataBlock const block(blocks(padded, CategoryBlock()));
#else
  DataBlock const block(blocks(padded, CategoryBlock()), before_batch(as_they_are));
#endif
  (void)block.dataloaders(items);
}
