// expect-only-error: of a path get_items\(get_image_files\) makes some
#include <fastxx/mid/data/block.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

void load(std::string const& path, std::vector<std::pair<double, std::string>> const& items) {
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()));
#ifdef COMPILES
  (void)block.dataloaders(items);
  (void)path;
#else
  (void)block.dataloaders(path);
  (void)items;
#endif
}
