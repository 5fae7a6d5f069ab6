// expect-error: fastxx: this pipeline stage encodes the item but cannot decode what comes back to it
#include <fastxx/low/transform/pipeline.hpp>

#include <tuple>

struct Half {
  double encodes(double x) const { return x / 2; }
#ifdef COMPILES
  double decodes(double x) const { return x * 2; }
#else
  float decodes(float x) const { return x * 2; }  // what comes back is a double
#endif
};
struct Next {
  int encodes(int x) const { return x + 1; }
  int decodes(int x) const { return x - 1; }
};

void bind() { decltype(fastxx::pipeline(Half{}, Next{}))::check_decode<std::tuple<double, int>>(); }
