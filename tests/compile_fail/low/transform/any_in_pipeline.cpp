// expect-error: fastxx: an AnyTransform is no stage of a static pipeline
#include <fastxx/low/transform/any.hpp>

struct Half {
  double encodes(double x) const { return x / 2; }
};
#ifdef COMPILES
auto const tfms = fastxx::AnyPipeline<double>({fastxx::AnyTransform<double>(Half{})});
#else
auto const tfms = fastxx::pipeline(fastxx::AnyTransform<double>(Half{}));
#endif
