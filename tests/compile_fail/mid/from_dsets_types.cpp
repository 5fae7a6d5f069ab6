// expect-only-error: both datasets must have one type; datasets of two types go to
#include <fastxx/mid/data/subset.hpp>

#include <vector>

void load(std::vector<double> const& train, std::vector<float> const& valid) {
#ifdef COMPILES
  auto const dls = fastxx::from_dsets(train, train, {.batch_size = 2});
  (void)valid;
#else
  auto const dls = fastxx::from_dsets(train, valid, {.batch_size = 2});
#endif
  for (auto const& batch : dls.train()) (void)batch;
}
