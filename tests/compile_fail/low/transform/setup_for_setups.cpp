// expect-error: transforms call them 'encodes', 'decodes' and 'setups'
#include <fastxx/low/transform/pipeline.hpp>

struct Centre {
  double mean = 0;
#ifdef COMPILES
  void setups(auto const& items) { mean = items[0]; }
#else
  void setup(auto const& items) { mean = items[0]; }
#endif
  double encodes(double x) const { return x - mean; }
};
auto const tfms = fastxx::pipeline(Centre{});
