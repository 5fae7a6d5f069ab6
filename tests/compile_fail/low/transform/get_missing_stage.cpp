// expect-error: fastxx::Pipeline::get<Stage>\(\): the pipeline has no such stage
#include <fastxx/low/transform/pipeline.hpp>

struct Half {
  int encodes(int x) const { return x / 2; }
};
struct Twice {
  int encodes(int x) const { return x * 2; }
};
auto tfms = fastxx::pipeline(Half{});
#ifdef COMPILES
auto stage = tfms.get<Half>();
#else
auto stage = tfms.get<Twice>();
#endif
