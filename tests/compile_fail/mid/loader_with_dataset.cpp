// expect-only-error: 'dataset' needs size\(\) and operator\[\]\(index\) const
#include <fastxx/mid/data/loader.hpp>

#include <tuple>
#include <vector>

void load(fastxx::DataLoader<std::vector<int>> const& loader) {
#ifdef COMPILES
  std::vector<std::tuple<int, int>> const items{{1, 2}, {3, 4}};
#else
  std::tuple<int, int> const items(1, 2);
#endif
  for (auto const& batch : loader.with_dataset(items)) (void)batch;
}
