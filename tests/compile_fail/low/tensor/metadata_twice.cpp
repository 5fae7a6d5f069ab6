// expect-error: 'Base' has this metadata already
#include <fastxx/low/tensor/types.hpp>

#ifdef COMPILES
struct TensorCorner : fastxx::Semantic<TensorCorner, fastxx::TensorPoint> {
#else
struct TensorCorner : fastxx::Semantic<TensorCorner, fastxx::TensorPoint, fastxx::PointMeta> {
#endif
  using Semantic::Semantic;
};
