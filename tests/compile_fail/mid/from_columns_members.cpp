// expect-only-error: the getter or a transform of this block takes nothing of what it is given
#include <fastxx/mid/data/from_columns.hpp>

#include <string>
#include <vector>

using namespace fastxx;

struct Row {
  double x;
  std::string y;
};
struct Longer {
  double x;
  std::string y, remark;
};

void load(std::vector<Row> const& rows, std::vector<Longer> const& longer) {
  auto const block = from_columns(blocks(TransformBlock(), CategoryBlock()));
#ifdef COMPILES
  (void)block.dataloaders(rows);
  (void)longer;
#else
  (void)block.dataloaders(longer);
  (void)rows;
#endif
}
