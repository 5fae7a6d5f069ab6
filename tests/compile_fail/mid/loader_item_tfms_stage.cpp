// expect-error: this pipeline stage takes none of the types it is given
#include <fastxx/mid/data/loader.hpp>

#include <string>
#include <vector>

#ifdef COMPILES
auto const stage = [](std::string const& line) { return line.size(); };
#else
auto const stage = [](std::vector<int> const& numbers) { return numbers.size(); };  // the items are texts
#endif

auto load(std::vector<std::string> lines) {
  return fastxx::DataLoader(lines, {.batch_size = 2}, fastxx::item_tfms(stage));
}
