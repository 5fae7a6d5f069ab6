// expect-error: fastxx: an operation on two unrelated semantic tensors has no type
#include <fastxx/low/tensor/types.hpp>

struct TensorDepth : fastxx::Semantic<TensorDepth, fastxx::TensorImageBase> {
  using Semantic::Semantic;
};

#ifdef COMPILES
template <>
inline constexpr bool fastxx::may_mix<TensorDepth, fastxx::TensorImage> = true;
#endif

void add(TensorDepth& depth, fastxx::TensorImage const& image) {
  depth += image;  // two children of one parent are strangers, until somebody declares the pair
}
