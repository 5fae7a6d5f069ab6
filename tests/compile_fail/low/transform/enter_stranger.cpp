// expect-error: fastxx::Pipeline::enter<Item>\(x\): x is neither the pipeline's item, nor what one of its stages gets
#include <fastxx/low/transform/pipeline.hpp>

#include <string>

struct Length {
  int encodes(std::string const& text) const { return static_cast<int>(text.size()); }
};
struct Half {
  double encodes(int x) const { return x / 2.0; }
};

#ifdef COMPILES
double test_item(int x) { return fastxx::pipeline(Length{}, Half{}).enter<std::string>(x); }
#else
auto test_item(float x) { return fastxx::pipeline(Length{}, Half{}).enter<std::string>(x); }
#endif
