// expect-error: fastxx: in a pipeline setups\(\) gets the items as the earlier stages leave them
#include <fastxx/low/transform/pipeline.hpp>

#include <vector>

struct Mean {
  double mean = 0;
#ifdef COMPILES
  template <class Items>
  void setups(Items const& items){
#else
  void setups(std::vector<double> const& items) {  // would never be called
#endif
      for (std::size_t i = 0; i < items.size(); ++i) mean += items[i] / static_cast<double>(items.size());
} double encodes(double x) const {
  return x - mean;
}
}
;
void learn() {
  auto tfms = fastxx::pipeline(Mean{});
  tfms.setup(std::vector<double>{1, 2});
}
