// expect-error: fastxx: a stage must not be final: its members are found by deriving from it
#include <fastxx/low/transform/pipeline.hpp>

#ifdef COMPILES
struct Half {
#else
struct Half final {
#endif
  int encodes(int x) const { return x / 2; }
};
auto tfms = fastxx::pipeline(Half{});
