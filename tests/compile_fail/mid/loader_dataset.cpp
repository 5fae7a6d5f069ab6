// expect-only-error: 'dataset' needs size\(\) and operator\[\]\(index\) const
#include <fastxx/mid/data/loader.hpp>

#include <tuple>
#include <vector>

void load(at::Tensor const& x, at::Tensor const& y) {
#ifdef COMPILES
  std::vector<std::tuple<at::Tensor, at::Tensor>> const columns{{x, y}};
#else
  std::tuple<at::Tensor, at::Tensor> const columns(x, y);
#endif
  fastxx::DataLoader const loader(columns, {.batch_size = 2});
  for (auto const& batch : loader) (void)batch;
}
