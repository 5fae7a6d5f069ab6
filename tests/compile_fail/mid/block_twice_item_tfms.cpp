// expect-only-error: item_tfms\(\.\.\.\), batch_tfms\(\.\.\.\) or before_batch\(f\) is given twice
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

using Pairs = std::vector<std::pair<double, std::string>>;

void load(Pairs const& items) {
  auto const half = [](double x) { return x / 2; };
#ifdef COMPILES
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), item_tfms(half));
#else
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), item_tfms(half), item_tfms(half));
#endif
  (void)block.dataloaders(items);
}
