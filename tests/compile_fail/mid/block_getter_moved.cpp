// expect-only-error: a getter must be copyable, since each loader's pipelines hold one
#include <fastxx/mid/data/block.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace fastxx;

struct Row {
  double x;
  std::string y;
};

void load(std::vector<Row> const& rows) {
#ifdef COMPILES
  auto times = [by = std::make_shared<double>(2)](Row const& row) { return *by * row.x; };
#else
  auto times = [by = std::make_unique<double>(2)](Row const& row) { return *by * row.x; };
#endif
  DataBlock const block(blocks(TransformBlock(), CategoryBlock()), get_x(std::move(times)), get_y(&Row::y));
  (void)block.dataloaders(rows);
}
